import type { Head, LogStore } from "@aura/store";
import type { Commitment, Hash } from "@aura/trust";
import { hashText, invariant } from "@aura/trust";
import type { Boundary } from "./boundary.ts";
import type { Call } from "./call.ts";
import { foldCall } from "./call.ts";
import type { MissionDefinition } from "./definition.ts";
import { KeptNewest } from "./kept-newest.ts";
import { logUnreadable, missionNotFound } from "./mission-error.ts";
import type { Mission } from "./mission.ts";
import { foldMission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openPayload } from "./payload.ts";
import { callStream, missionStream } from "./stream-name.ts";

/** Missions and boundaries kept folded per store. What is past it is folded again when it is asked for. */
export const FOLDS_KEPT_MAX = 1_024;

/** A fold and the head that it stands for: while the head is unchanged, so is the fold. */
export interface Standing<Fold> {
  readonly fold: Fold;
  readonly head: Head;
}

interface Folds {
  readonly missions: KeptNewest<string, Standing<Mission>>;
  readonly boundaries: KeptNewest<Hash, Boundary>;
  readonly objectives: KeptNewest<Commitment, Hash>;
}

/** A mission's definition, opened. */
export interface OpenedDefinition {
  readonly definition: MissionDefinition;
  readonly nonce: string;
  /** SHA-256 over the objective: the fact that rules see. */
  readonly objectiveDigest: Hash;
}

const foldsOf = new WeakMap<LogStore, Map<string, Folds>>();

/** `undefined` if the namespace has no such mission. @throws `mission/log_unreadable` */
export async function loadMission(world: MissionWorld, id: string): Promise<Mission | undefined> {
  return (await findMission(world, id))?.fold;
}

/** @throws `mission/not_found`, `mission/log_unreadable` */
export async function missionStanding(world: MissionWorld, id: string): Promise<Standing<Mission>> {
  const standing = await findMission(world, id);
  if (standing === undefined) throw missionNotFound(id);
  return standing;
}

/** One head when nothing changed, else one read of the entries that are new. */
export async function findMission(world: MissionWorld, id: string): Promise<Standing<Mission> | undefined> {
  const stream = missionStream(id);
  const head = await world.store.head(world.context, stream);
  if (head.version === 0) return undefined;
  const { missions } = foldsFor(world);
  const kept = missions.get(id);
  if (kept?.head.hash === head.hash) return kept;
  let mission = kept !== undefined && kept.head.version < head.version ? kept.fold : undefined;
  for await (const entry of world.store.read(world.context, stream, mission?.version ?? 0)) {
    if (mission !== undefined && mission === kept?.fold && entry.previous !== kept.head.hash) {
      throw logUnreadable(stream, entry.version, "it does not link to the entry before it");
    }
    mission = foldMission(mission, entry);
    if (entry.version === head.version) break;
  }
  if (mission?.version !== head.version) throw logUnreadable(stream, head.version, "it is missing");
  const standing = { fold: mission, head };
  missions.set(id, standing);
  return standing;
}

/** The frozen boundary of a mission. @throws `mission/payload_missing`, `mission/log_unreadable` */
export async function boundaryOf(world: MissionWorld, mission: Mission): Promise<Boundary | undefined> {
  if (mission.boundary === undefined || mission.boundaryText === undefined) return undefined;
  const { boundaries } = foldsFor(world);
  const kept = boundaries.get(mission.boundary);
  if (kept !== undefined) return kept;
  const { text } = await openPayload(world, mission.boundaryText, "boundary");
  invariant(hashText(text) === mission.boundary, "the boundary that is read is the one that was frozen");
  const boundary = JSON.parse(text) as Boundary;
  boundaries.set(mission.boundary, boundary);
  return boundary;
}

/** @throws `mission/payload_missing` */
export async function definitionOf(world: MissionWorld, mission: Mission): Promise<OpenedDefinition> {
  const { nonce, text } = await openPayload(world, mission.definition, "definition");
  const definition = JSON.parse(text) as MissionDefinition;
  const objectiveDigest = hashText(definition.objective);
  foldsFor(world).objectives.set(mission.definition, objectiveDigest);
  return { definition, nonce, objectiveDigest };
}

/** Opens the definition once for each mission, then it is remembered. @throws `mission/payload_missing` */
export async function objectiveDigestOf(world: MissionWorld, mission: Mission): Promise<Hash> {
  const kept = foldsFor(world).objectives.get(mission.definition);
  return kept ?? (await definitionOf(world, mission)).objectiveDigest;
}

/** The boundary a mission was frozen with; `undefined` before it is frozen. @throws `mission/not_found` */
export async function loadBoundary(world: MissionWorld, id: string): Promise<Boundary | undefined> {
  return boundaryOf(world, (await missionStanding(world, id)).fold);
}

/** `head` at version 0 and no fold for a key that nobody used yet. */
export async function callStanding(
  world: MissionWorld,
  mission: string,
  key: string,
): Promise<Standing<Call | undefined>> {
  const stream = callStream(mission, key);
  const head = await world.store.head(world.context, stream);
  let call: Call | undefined;
  if (head.version > 0) {
    for await (const entry of world.store.read(world.context, stream, 0)) {
      call = foldCall(call, entry);
      if (entry.version === head.version) break;
    }
  }
  return { fold: call, head };
}

function foldsFor(world: MissionWorld): Folds {
  const namespaces = foldsOf.get(world.store) ?? new Map<string, Folds>();
  foldsOf.set(world.store, namespaces);
  const folds = namespaces.get(world.context.namespace) ?? {
    missions: new KeptNewest(FOLDS_KEPT_MAX),
    boundaries: new KeptNewest(FOLDS_KEPT_MAX),
    objectives: new KeptNewest(FOLDS_KEPT_MAX),
  };
  namespaces.set(world.context.namespace, folds);
  return folds;
}
