import { missionStream } from "@aura/mission";
import { EMPTY_HEAD, type EntryDraft, type Head } from "@aura/store";
import { unreachable } from "@aura/trust";
import type { Agent, AgentMission } from "./agent.ts";
import type { Ask } from "./ask.ts";
import { contextOf } from "./context.ts";
import { otherAgent } from "./difference.ts";
import type { Fact } from "./fact.ts";
import type { History, SetSleep } from "./history.ts";
import { type LeftOpen, LiveRun } from "./live-run.ts";
import { type OpenCall, openCallsOf } from "./open-call.ts";
import type { NudgeCount } from "./nudges.ts";
import { openFact, payloadsOf } from "./open-fact.ts";
import type { Presenter } from "./presenter.ts";
import { replay } from "./replay.ts";
import type { RunEnd } from "./run-end.ts";
import { startedDraft, takenOverDraft } from "./run-entry.ts";
import { Lane, type Landed } from "./run-lane.ts";
import type { RunWorld } from "./run-world.ts";
import { Run } from "./run.ts";
import type { SessionTimers } from "./session-timers.ts";
import { turn } from "./turn.ts";

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
}

/** A run as its stream stood when it was read. */
export interface Past {
  readonly history: History;
  readonly head: Head;
}

/** Where an attempt came to rest; `moved`: read everything again. */
export type Rest = RunEnd | "moved";

/** Claims a run that nobody began, then calls its function for the first time. */
export async function startRun(execution: Execution): Promise<Rest> {
  const claim = await claimRun(execution, EMPTY_HEAD, startedDraft(execution.presenter.actor, execution.agent));
  if (claim.kind === "rest") return claim.rest;
  const run = new Run(claim.claimedAtMs);
  await turn(run, () => run.start(bodyOf(execution, run)));
  return goLive(execution, run, claim, { calls: new Map(), sleeps: new Map() });
}

/** Replays a run that somebody began, and only if it repeats its history takes it over and goes on. */
export async function resumeRun(execution: Execution, { history, head }: Past): Promise<Rest> {
  const { agent, presenter, agentMission } = execution;
  const { started } = history;
  if (started.agent !== agent.name || started.version !== agent.version) {
    return blocked(otherAgent(`${started.agent} ${started.version}`, `${agent.name} ${agent.version}`));
  }
  const facts = await openFacts(execution, history);
  const before = await leftOpen(execution, history);
  const run = new Run(started.timeMs);
  expectAll(run, [...facts, ...before.calls.values(), ...before.sleeps.values()]);
  await turn(run, () => run.start(bodyOf(execution, run)));
  await replay(run, facts, agentMission.deadlineMs);
  if (run.difference !== undefined) return blocked(run.difference, run);
  const claim = await claimRun(execution, head, takenOverDraft(presenter.actor));
  if (claim.kind === "held") return takeOver(execution, run, claim, history);
  run.close();
  return claim.rest;
}

/** From the claim on nobody else can open a call of this run: only now is it sure which ones are open. */
async function takeOver(execution: Execution, run: Run, claim: Held, history: History): Promise<RunEnd> {
  const left = await leftOpen(execution, history);
  for (const { operation, ask } of left.calls.values()) run.compare(operation, ask);
  if (run.difference === undefined) return goLive(execution, run, claim, left);
  claim.lane.close();
  return blocked(run.difference, run);
}

function expectAll(run: Run, recorded: readonly { readonly operation: number; readonly ask: Ask }[]): void {
  for (const { operation, ask } of recorded) run.expect(operation, ask);
}

function blocked(difference: Extract<RunEnd, { kind: "blocked" }>["difference"], run?: Run): RunEnd {
  run?.close();
  return { kind: "blocked", difference };
}

function bodyOf({ agent, agentMission }: Execution, run: Run): () => Promise<unknown> {
  return () => agent.body(agentMission, contextOf(run));
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
  draft: EntryDraft,
): Promise<Held | { readonly kind: "rest"; readonly rest: Rest }> {
  const { store, context, random } = world;
  const listener: Held["listener"] = { onLanded: () => undefined };
  const lane = new Lane({ store, context, random, stream, head, onLanded: (landed) => listener.onLanded(landed) });
  let claimedAtMs = 0;
  const answer = await lane.append([draft], (write, id) => {
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

async function goLive(execution: Execution, run: Run, { lane, listener }: Held, left: LeftOpen): Promise<RunEnd> {
  const { world, presenter, agentMission, number, timers, nudges } = execution;
  const { id: mission, deadlineMs } = agentMission;
  const { wakeAt } = timers;
  const session = { world, lane, presenter, actor: presenter.actor, mission, number, deadlineMs, wakeAt, nudges };
  const live = new LiveRun(run, session, left);
  listener.onLanded = (landed) => live.landed(landed);
  try {
    return await live.execute();
  } finally {
    lane.close();
    run.close();
  }
}
