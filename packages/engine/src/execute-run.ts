import { type Mission, loadMission } from "@aura/mission";
import { EMPTY_HEAD, headAfter } from "@aura/store";
import type { Entry, JsonValue } from "@aura/trust";
import type { Agent, AgentMission } from "./agent.ts";
import { type Execution, type Past, resumeRun, startRun } from "./bring-on.ts";
import { historyMalformed, missionNotInProgress, missionUnknown, wrongAgent } from "./engine-error.ts";
import { foldHistory } from "./history.ts";
import { NudgeCount } from "./nudges.ts";
import { payloadsOf } from "./open-fact.ts";
import type { Presenter } from "./presenter.ts";
import type { RunEnd } from "./run-end.ts";
import { openEnd } from "./run-ending.ts";
import { FIRST_RUN, runStream } from "./run-stream.ts";
import type { RunWorld } from "./run-world.ts";
import { SessionTimers } from "./session-timers.ts";

/** How often a run is read and claimed again when its stream or its mission moved meanwhile. */
export const CLAIM_ATTEMPTS_MAX = 8;

/** What is to be executed, by what, in whose name. */
export interface RunRequest {
  /** A mission that is IN_PROGRESS. */
  readonly mission: string;
  readonly agent: Agent;
  readonly presenter: Presenter;
  /** `<n>` of the stream `mission/<id>/run/<n>`; 1 unless it says otherwise. */
  readonly run?: number;
  /** Ends the execution as `lost`, `stopped`: its function is ended, and from there on nothing is appended or sent in its name. */
  readonly stop?: AbortSignal;
}

/**
 * Executes a run until it has its end, waits for people only, is blocked or is lost. A run that has ended answers its
 * recorded end and appends nothing. A run that somebody began is taken over at once: its history is replayed, then the
 * take-over entry is appended at the very head where the replay ended, and from there on the executor before us can append
 * nothing more. A function that falls silent is ended and its run goes on in a fresh place, {@link BEATS_MISSED_MAX} times at
 * most. Deliver it again after any throw: nothing recorded is done twice.
 * @throws `engine/mission_unknown`, `engine/wrong_agent`, `engine/agent_unavailable`, `engine/mission_not_in_progress`, `engine/history_malformed`, and
 * what the store, the presenter or a call's ports threw
 */
export async function executeRun(world: RunWorld, request: RunRequest): Promise<RunEnd> {
  const timers = new SessionTimers(world.timers);
  const nudges = new NudgeCount(world.nudges, request.mission);
  try {
    return await execute(world, request, { timers, nudges });
  } finally {
    timers.stop();
    nudges.stop();
  }
}

async function execute(
  world: RunWorld,
  request: RunRequest,
  woken: Pick<Execution, "timers" | "nudges">,
): Promise<RunEnd> {
  const number = request.run ?? FIRST_RUN;
  for (let moves = 0; moves < CLAIM_ATTEMPTS_MAX;) {
    if (request.stop?.aborted === true) break;
    const mission = await missionOf(world, request);
    const stream = runStream(mission.id, number);
    const past = await readRun(world, stream);
    if (past?.history.ended !== undefined) return openEnd(past.history.ended, payloadsOf(world.store, world.context));
    const agentMission = await inProgress(world, mission);
    const execution = { world, ...request, ...woken, number, stream, missionVersion: mission.version, agentMission };
    const rest = past === undefined ? await startRun(execution) : await resumeRun(execution, past);
    if (typeof rest === "object") return rest;
    if (rest === "moved") moves += 1; // missed beats are counted in the history
  }
  return { kind: "lost", reason: request.stop?.aborted === true ? "stopped" : "moved" };
}

async function readRun(world: RunWorld, stream: string): Promise<Past | undefined> {
  const entries: Entry[] = [];
  for await (const entry of world.store.read(world.context, stream, 0)) entries.push(entry);
  if (entries.length === 0) return undefined;
  return { history: foldHistory(entries), head: headAfter(EMPTY_HEAD, entries) };
}

async function missionOf(world: RunWorld, { mission: id, agent }: RunRequest): Promise<Mission> {
  const mission = await loadMission(world, id);
  if (mission === undefined) throw missionUnknown(id);
  if (mission.agent !== agent.name) throw wrongAgent(id, mission.agent, agent.name);
  return mission;
}

async function inProgress(world: RunWorld, mission: Mission): Promise<AgentMission> {
  const { id, agent, state, authority, tools, timeoutMs, deadlineMs } = mission;
  if (state !== "IN_PROGRESS" || deadlineMs === undefined) throw missionNotInProgress(id, state);
  const definition = await payloadsOf(world.store, world.context)(mission.definition);
  const objective = definition === "erased" ? "" : objectiveIn(definition.text);
  return Object.freeze({ id, agent, objective, authority, tools, timeoutMs, deadlineMs });
}

function objectiveIn(definition: string): string {
  const { objective } = JSON.parse(definition) as { readonly objective?: JsonValue };
  if (typeof objective !== "string") throw historyMalformed("The definition of the mission has no objective.");
  return objective;
}
