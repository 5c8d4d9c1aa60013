import type { Head, LogStore, Read, StreamName } from "@aura/store";
import type { Standing } from "./mission-log.ts";
import { KeptNewest } from "./kept-newest.ts";
import { missionNotFound } from "./mission-error.ts";
import { FOLDS_KEPT_MAX, findMission } from "./mission-log.ts";
import { epochCounter } from "./mission-projection.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { CONTROL_STREAM, agentStream, missionStream } from "./stream-name.ts";

/** How often authority was taken back, per scope: a token of an earlier epoch is void. */
export interface Epochs {
  readonly org: number;
  readonly namespace: number;
  readonly agent: number;
  readonly mission: number;
}

/** What every decision about a mission stands on, and the heads that must not have moved when it is written. */
export interface Evidence {
  readonly mission: Mission;
  readonly missionHead: Head;
  readonly agentHead: Head;
  readonly controlHead: Head;
  readonly epochs: Epochs;
  /** Store time at which the heads were read. */
  readonly atMs: number;
}

/** Heads first, counters after them: a counter that is newer than its head only makes the unit `moved`. */
export async function gatherEvidence(world: MissionWorld, id: string): Promise<Evidence | undefined> {
  const atMs = world.store.nowMs();
  const standing = await findMission(world, id);
  return standing && evidenceOn(world, standing, atMs);
}

export async function evidenceOn(world: MissionWorld, standing: Standing<Mission>, atMs: number): Promise<Evidence> {
  const { fold: mission, head: missionHead } = standing;
  const agent = agentStream(mission.agent);
  const [agentHead, controlHead] = await Promise.all([
    world.store.head(world.context, agent),
    world.store.head(world.context, CONTROL_STREAM),
  ]);
  const [agentEpoch, org, namespace] = await Promise.all([
    epochAt(world, agent, agentHead, agent),
    epochAt(world, CONTROL_STREAM, controlHead, "org"),
    epochAt(world, CONTROL_STREAM, controlHead, "namespace"),
  ]);
  const epochs = { org, namespace, agent: agentEpoch, mission: mission.epoch };
  return { mission, missionHead, agentHead, controlHead, epochs, atMs };
}

/** The reads of a unit that was decided on `evidence`. */
export function readsOf({ mission, missionHead, agentHead, controlHead }: Evidence): readonly Read[] {
  return [
    { stream: missionStream(mission.id), version: missionHead.version },
    ...governedReads({ mission, agentHead, controlHead }),
  ];
}

/** The same for a unit that writes to the mission's own stream. */
export function governedReads(evidence: Pick<Evidence, "mission" | "agentHead" | "controlHead">): readonly Read[] {
  return [
    { stream: agentStream(evidence.mission.agent), version: evidence.agentHead.version },
    { stream: CONTROL_STREAM, version: evidence.controlHead.version },
  ];
}

/** Epochs are never taken from a cache without a look at the head that they stand for. */
const epochsOf = new WeakMap<LogStore, KeptNewest<string, KnownEpoch>>();

interface KnownEpoch {
  readonly head: Head;
  readonly epoch: number;
}

async function epochAt(world: MissionWorld, stream: StreamName, head: Head, scope: string): Promise<number> {
  if (head.version === 0) return 0;
  const known = epochsOf.get(world.store) ?? new KeptNewest<string, KnownEpoch>(FOLDS_KEPT_MAX);
  epochsOf.set(world.store, known);
  const key = `${world.context.namespace}\n${stream}\n${scope}`;
  const kept = known.get(key);
  if (kept?.head.hash === head.hash) return kept.epoch;
  const epoch = await world.store.counter(world.context, epochCounter(scope));
  known.set(key, { head, epoch });
  return epoch;
}

/** True while the mission runs and no authority of it was taken back since `evidence` was gathered. Three heads. */
export async function stillRunning(world: MissionWorld, evidence: Evidence): Promise<boolean> {
  const { mission, epochs } = evidence;
  const now = await gatherEvidence(world, mission.id);
  return (
    now?.mission.state === "IN_PROGRESS" &&
    now.epochs.org === epochs.org &&
    now.epochs.namespace === epochs.namespace &&
    now.epochs.agent === epochs.agent &&
    now.epochs.mission === epochs.mission
  );
}

/** The epochs of a mission as they stand: what a token for it is minted under. @throws `mission/not_found` */
export async function loadEpochs(world: MissionWorld, id: string): Promise<Epochs> {
  const evidence = await gatherEvidence(world, id);
  if (evidence === undefined) throw missionNotFound(id);
  return evidence.epochs;
}
