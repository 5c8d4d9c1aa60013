import type { Head, LogStore, Read, StreamName } from "@aura/store";
import type { Standing } from "./mission-log.ts";
import { KeptNewest } from "./kept-newest.ts";
import { missionNotFound } from "./mission-error.ts";
import { FOLDS_KEPT_MAX, findMission } from "./mission-log.ts";
import { epochCounter } from "./mission-projection.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import type { StandingStop } from "./standing-stop.ts";
import { standingStop, stopAt } from "./standing-stop.ts";
import { CONTROL_STREAM, agentStream, missionStream } from "./stream-name.ts";

/** How often authority was taken back, per scope: a token of an earlier epoch is void. */
export interface Epochs {
  readonly org: number;
  readonly namespace: number;
  readonly agent: number;
  readonly mission: number;
}

/** Who undoes what a mission did that did not succeed, in every namespace. No agent may bear this name. */
export const COMPENSATOR = "compensator";

/** In whose name a call is made: the mission's agent, or the one who undoes. */
export type Caller = "agent" | "compensator";

/** What every decision about a mission stands on, and the heads that must not have moved when it is written. */
export interface Evidence {
  readonly mission: Mission;
  /** The name of whoever calls; the agent's epoch is theirs. */
  readonly caller: string;
  readonly missionHead: Head;
  readonly agentHead: Head;
  readonly controlHead: Head;
  /** Only of the compensator: of its own stream. */
  readonly callerHead?: Head;
  readonly epochs: Epochs;
  /** Any stop that the mission is under. */
  readonly stop?: StandingStop;
  /** Store time at which the heads were read. */
  readonly atMs: number;
}

/** Heads first, counters after them: a counter that is newer than its head only makes the unit `moved`. */
export async function gatherEvidence(
  world: MissionWorld,
  id: string,
  caller: Caller = "agent",
): Promise<Evidence | undefined> {
  const atMs = world.store.nowMs();
  const standing = await findMission(world, id);
  return standing && evidenceOn(world, standing, atMs, caller);
}

export async function evidenceOn(
  world: MissionWorld,
  standing: Standing<Mission>,
  atMs: number,
  by: Caller = "agent",
): Promise<Evidence> {
  const { fold: mission, head: missionHead } = standing;
  const agent = agentStream(mission.agent);
  const caller = by === "agent" ? mission.agent : COMPENSATOR;
  const [agentHead, controlHead, callerHead] = await Promise.all([
    world.store.head(world.context, agent),
    world.store.head(world.context, CONTROL_STREAM),
    by === "agent" ? undefined : world.store.head(world.context, agentStream(COMPENSATOR)),
  ]);
  const [agentEpoch, org, namespace, agentStop, namespaceStop] = await Promise.all([
    epochAt(world, agentStream(caller), callerHead ?? agentHead, agentStream(caller)),
    epochAt(world, CONTROL_STREAM, controlHead, "org"),
    epochAt(world, CONTROL_STREAM, controlHead, "namespace"),
    stopAt(world, agent, agentHead),
    stopAt(world, CONTROL_STREAM, controlHead),
  ]);
  const epochs = { org, namespace, agent: agentEpoch, mission: mission.epoch };
  const stop = await standingStop(world, [
    mission.stop && { stream: missionStream(mission.id), stop: mission.stop },
    agentStop && { stream: agent, stop: agentStop },
    namespaceStop && { stream: CONTROL_STREAM, stop: namespaceStop },
  ]);
  return {
    mission,
    caller,
    missionHead,
    agentHead,
    controlHead,
    epochs,
    atMs,
    ...(callerHead === undefined ? {} : { callerHead }),
    ...(stop === undefined ? {} : { stop }),
  };
}

/** The stop that a mission is under, of whatever scope. Three heads. @throws `mission/not_found` */
export async function loadStop(world: MissionWorld, id: string): Promise<StandingStop | undefined> {
  const evidence = await gatherEvidence(world, id);
  if (evidence === undefined) throw missionNotFound(id);
  return evidence.stop;
}

/** The reads of a unit that was decided on `evidence`. */
export function readsOf({ mission, missionHead, agentHead, controlHead, callerHead }: Evidence): readonly Read[] {
  return [
    { stream: missionStream(mission.id), version: missionHead.version },
    ...governedReads({ mission, agentHead, controlHead }),
    ...(callerHead === undefined ? [] : [{ stream: agentStream(COMPENSATOR), version: callerHead.version }]),
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

/**
 * True while the mission runs, its caller may still call, and no authority was taken back since `evidence` was gathered.
 * Three heads.
 */
export async function stillRunning(world: MissionWorld, evidence: Evidence): Promise<boolean> {
  const { mission, epochs } = evidence;
  const now = await gatherEvidence(world, mission.id, evidence.callerHead === undefined ? "agent" : "compensator");
  return (
    now?.mission.state === "IN_PROGRESS" &&
    halt(now) === undefined &&
    now.epochs.org === epochs.org &&
    now.epochs.namespace === epochs.namespace &&
    now.epochs.agent === epochs.agent &&
    now.epochs.mission === epochs.mission
  );
}

/** Store time from which nothing of the caller is sent any more: the deadline; a compensator's is the one it was started with. */
export function sendableUntilMs({ mission, callerHead }: Evidence): number {
  return (callerHead === undefined ? mission.deadlineMs : mission.ending?.untilMs) ?? 0;
}

/** Why a caller may not call now, whatever the rules say; `undefined` if nothing keeps it. Pure. */
export function halt(
  evidence: Evidence,
): "mission/stopped" | "mission/compensating" | "mission/held" | "mission/not_compensating" | undefined {
  const { mission, stop, callerHead } = evidence;
  if (callerHead === undefined) {
    if (stop !== undefined) return "mission/stopped";
    return mission.ending === undefined ? undefined : "mission/compensating";
  }
  if (mission.ending === undefined) return "mission/not_compensating";
  return stop?.compensation === "hold" ? "mission/held" : undefined;
}

/**
 * The epochs of a mission as they stand, for its agent or the compensator: what a token for it is minted under.
 * @throws `mission/not_found`
 */
export async function loadEpochs(world: MissionWorld, id: string, caller: Caller = "agent"): Promise<Epochs> {
  const evidence = await gatherEvidence(world, id, caller);
  if (evidence === undefined) throw missionNotFound(id);
  return evidence.epochs;
}
