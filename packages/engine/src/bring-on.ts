import { missionStream } from "@aura/mission";
import { EMPTY_HEAD, type EntryDraft, type Head } from "@aura/store";
import { unreachable } from "@aura/trust";
import type { AgentLost } from "./agent-lost.ts";
import type { Agent, AgentMission } from "./agent.ts";
import type { Ask } from "./ask.ts";
import { type Difference, otherAgent } from "./difference.ts";
import { type Ending, failedBy } from "./ending.ts";
import type { Fact } from "./fact.ts";
import { GuestRun } from "./guest-run.ts";
import type { History, SetSleep } from "./history.ts";
import { inProcessHost } from "./in-process-host.ts";
import { BEAT_MISSED, type LeftOpen, LiveRun } from "./live-run.ts";
import { type OpenCall, openCallsOf } from "./open-call.ts";
import type { NudgeCount } from "./nudges.ts";
import { openFact, payloadsOf } from "./open-fact.ts";
import type { Presenter } from "./presenter.ts";
import { replay } from "./replay.ts";
import type { RunEnd } from "./run-end.ts";
import { beatMissedDraft, startedDraft, takenOverDraft } from "./run-entry.ts";
import { Lane, type Landed } from "./run-lane.ts";
import type { RunWorld } from "./run-world.ts";
import type { SessionTimers } from "./session-timers.ts";

/** One attempt to bring a run on. */
export interface Execution {
  readonly world: RunWorld;
  readonly agent: Agent;
  readonly presenter: Presenter;
  readonly number: number;
  readonly stream: string;
  readonly agentMission: AgentMission;
  /** At which the mission was seen IN_PROGRESS. */
  readonly missionVersion: number;
  readonly timers: SessionTimers;
  readonly nudges: NudgeCount;
  readonly stop?: AbortSignal;
}

/** A run as its stream stood when it was read. */
export interface Past {
  readonly history: History;
  readonly head: Head;
}

/** Where an attempt came to rest; `moved`, `beat_missed`: read everything again. */
export type Rest = RunEnd | "moved" | typeof BEAT_MISSED;

/** After this many missed beats, with no fact in between or by one step, a run fails. */
export const BEATS_MISSED_MAX = 3;

/** Claims a run that nobody began, then calls its function for the first time. */
export async function startRun(execution: Execution): Promise<Rest> {
  const run = await openGuest(execution);
  try {
    const claim = await claimRun(execution, EMPTY_HEAD, [startedDraft(execution.presenter.actor, execution.agent)]);
    if (claim.kind === "rest") return claim.rest;
    await run.start(claim.claimedAtMs);
    return await goLive(execution, run, claim, { calls: new Map(), sleeps: new Map(), details: new Map() });
  } finally {
    run.close();
  }
}

/** Replays a run that somebody began, and only if it repeats its history takes it over and goes on. */
export async function resumeRun(execution: Execution, past: Past): Promise<Rest> {
  const { agent } = execution;
  const { started, missed } = past.history;
  if (started.agent !== agent.name || started.version !== agent.version) {
    return blocked(otherAgent(`${started.agent} ${started.version}`, `${agent.name} ${agent.version}`));
  }
  if (missed.last !== undefined && missed.count >= BEATS_MISSED_MAX)
    return endRun(execution, past, silenced(missed.last));
  const run = await openGuest(execution);
  try {
    return await replayed(execution, past, run);
  } finally {
    run.close();
  }
}

async function replayed(execution: Execution, past: Past, run: GuestRun): Promise<Rest> {
  const { presenter, agentMission } = execution;
  const { history, head } = past;
  const facts = await openFacts(execution, history);
  const before = await leftOpen(execution, history);
  expectAll(run, [...facts, ...before.calls.values(), ...before.sleeps.values()]);
  await run.start(history.started.timeMs);
  await replay(run, facts, agentMission.deadlineMs);
  if (run.difference !== undefined) return blocked(run.difference);
  if (run.loss !== undefined) return lostInReplay(execution, past, run.loss);
  const claim = await claimRun(execution, head, [takenOverDraft(presenter.actor)]);
  return claim.kind === "held" ? takeOver(execution, run, claim, history) : claim.rest;
}

/** The function fell silent before its history was delivered: whoever counts missed beats must be able to see this one. */
async function lostInReplay(execution: Execution, past: Past, loss: AgentLost): Promise<Rest> {
  if (loss.code === "engine/agent_protocol") return endRun(execution, past, failedBy(loss));
  const { actor } = execution.presenter;
  const claim = await claimRun(execution, past.head, [takenOverDraft(actor), beatMissedDraft(actor, loss)]);
  if (claim.kind === "rest") return claim.rest;
  claim.lane.close();
  return BEAT_MISSED;
}

/** Takes a run over to end it without its function: calls that may have been sent are seen through first. */
async function endRun(execution: Execution, { history, head }: Past, ending: Ending): Promise<Rest> {
  const claim = await claimRun(execution, head, [takenOverDraft(execution.presenter.actor)]);
  if (claim.kind === "rest") return claim.rest;
  const left = await leftOpen(execution, history);
  const underWay = [...left.calls.values()].map(({ operation, ask }) => ({ number: operation, ask }));
  return goLive(execution, GuestRun.ended(ending, underWay), claim, left);
}

function silenced({ code, message }: NonNullable<History["missed"]["last"]>): Ending {
  return { kind: "failed", code, because: null, message: `${message} That happened ${BEATS_MISSED_MAX} times.` };
}

/** From the claim on nobody else can open a call of this run: only now is it sure which ones are open. */
async function takeOver(execution: Execution, run: GuestRun, claim: Held, history: History): Promise<Rest> {
  const left = await leftOpen(execution, history);
  for (const { operation, ask } of left.calls.values()) run.compare(operation, ask);
  if (run.difference === undefined) return goLive(execution, run, claim, left);
  claim.lane.close();
  return blocked(run.difference);
}

function openGuest({ world, agent, agentMission }: Execution): Promise<GuestRun> {
  return GuestRun.open(world.host ?? inProcessHost(), { agent, mission: agentMission });
}

function expectAll(run: GuestRun, recorded: readonly { readonly operation: number; readonly ask: Ask }[]): void {
  for (const { operation, ask } of recorded) run.expect(operation, ask);
}

function blocked(difference: Difference): RunEnd {
  return { kind: "blocked", difference };
}

async function openFacts({ world }: Execution, history: History): Promise<readonly Fact[]> {
  const open = payloadsOf(world.store, world.context);
  const facts: Fact[] = [];
  for (const recorded of history.facts) facts.push(await openFact(recorded, open));
  return facts;
}

interface Left extends LeftOpen {
  readonly calls: ReadonlyMap<number, OpenCall>;
  readonly sleeps: ReadonlyMap<number, SetSleep>;
}

/** What was under way when the executor before us was last heard of. */
async function leftOpen({ world, agentMission, number }: Execution, history: History): Promise<Left> {
  const answered = new Set(history.facts.map(({ operation }) => operation));
  const calls = await openCallsOf(world, { mission: agentMission.id, run: number, answered });
  const sleeps = [...history.sleeps.values()].filter(({ operation }) => !answered.has(operation));
  return {
    calls: new Map(calls.map((call) => [call.operation, call])),
    sleeps: new Map(sleeps.map((sleep) => [sleep.operation, sleep])),
    details: history.details,
  };
}

interface Held {
  readonly kind: "held";
  readonly lane: Lane;
  readonly claimedAtMs: number;
  /** Where the lane tells what landed, once somebody listens. */
  readonly listener: { onLanded: (landed: Landed) => void };
}

/**
 * Claims a run with its first or its take-over entry, appended at the very head that was read, and only while its mission
 * stands as it was seen. From here on the executor before us is fenced: it can append nothing and send nothing.
 */
async function claimRun(
  { world, stream, agentMission, missionVersion }: Execution,
  head: Head,
  drafts: readonly EntryDraft[],
): Promise<Held | { readonly kind: "rest"; readonly rest: Rest }> {
  const { store, context, random } = world;
  const listener: Held["listener"] = { onLanded: () => undefined };
  const lane = new Lane({ store, context, random, stream, head, onLanded: (landed) => listener.onLanded(landed) });
  let claimedAtMs = 0;
  const answer = await lane.append(drafts, (write, id) => {
    claimedAtMs = write.entries[0]?.timeMs ?? 0;
    const reads = [{ stream: missionStream(agentMission.id), version: missionVersion }];
    return { id, writes: [write], reads, payloads: [] };
  });
  switch (answer.kind) {
    case "appended":
      return { kind: "held", lane, claimedAtMs, listener };
    case "stale":
    case "moved":
      return { kind: "rest", rest: "moved" };
    case "fenced":
      return { kind: "rest", rest: { kind: "lost", reason: "fenced" } };
    case "refused":
      return { kind: "rest", rest: { kind: "lost", reason: `refused: ${answer.code}` } };
    default:
      return unreachable(answer);
  }
}

async function goLive(execution: Execution, run: GuestRun, { lane, listener }: Held, left: LeftOpen): Promise<Rest> {
  const { world, presenter, agentMission, number, timers, nudges } = execution;
  const { id: mission, deadlineMs } = agentMission;
  const { until: wakeAt } = timers;
  const { actor } = presenter;
  const session = { world, lane, presenter, actor, mission, number, deadlineMs, wakeAt, timers, nudges };
  const live = new LiveRun(run, session, left);
  listener.onLanded = (landed) => live.landed(landed);
  const stopped = (): void => live.stop();
  execution.stop?.addEventListener("abort", stopped);
  try {
    if (execution.stop?.aborted === true) stopped();
    return await live.execute();
  } finally {
    execution.stop?.removeEventListener("abort", stopped);
    lane.close();
    run.close();
  }
}
