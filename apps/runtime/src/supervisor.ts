import { executeRun } from "@aura/engine";
import type { Agent, RunEnd, RunWorld } from "@aura/engine";
import {
  abandonMission,
  approveMission,
  COMPENSATOR,
  cutHalted,
  endMission,
  expireMission,
  finishMission,
  loadMission,
  loadStop,
  planMission,
  queueMission,
  requestApproval,
  sealMission,
  startMission,
} from "@aura/mission";
import type { CompensationWaits, Mission, MissionWorld, StandingStop } from "@aura/mission";
import { invariant, isAuraError, unreachable } from "@aura/trust";
import type { Issuer } from "./issuer.ts";
import { NudgeBoard } from "./nudge-board.ts";
import { createPresenter } from "./presenter.ts";
import { RUNTIME } from "./record.ts";

/** Missions listed at once. */
const PAGE_ROWS = 200;
/** After trouble that may pass by itself, such as an upstream that does not start. */
const TROUBLE_PAUSE_MS = 2_000;
/** How often trouble is met in a row before the mission rests with it. */
const TROUBLES_MAX = 3;

/** Why a mission rests that is not CLOSED. */
export interface Rest {
  readonly mission: string;
  /**
   * `approval`, `person`: somebody must act. `compensation`: it goes on undoing at `untilMs`. `held`: a stop says to undo
   * nothing. `blocked`: the agent no longer repeats its history. `no_agent`, `trouble`: as `detail` says.
   */
  readonly reason: "approval" | "person" | "compensation" | "held" | "blocked" | "no_agent" | "trouble";
  /** A sentence for people. */
  readonly detail: string;
  /** Store time at which looking again may help; `undefined` if only somebody's act does. */
  readonly untilMs?: number;
}

export interface SupervisorParts {
  readonly world: RunWorld;
  readonly agents: readonly Agent[];
  readonly issuer: Issuer;
}

/** Takes each rest at the moment at which its mission comes to it. */
export type Rested = (rest: Rest) => void | Promise<void>;

/** How long missions are attended, and who is told. */
export interface Attendance {
  readonly stop: AbortSignal;
  readonly rested: Rested;
  /** When nothing moves but by somebody's act: `leave` (unless it says otherwise) resolves, `stay` waits for such acts. */
  readonly whenIdle?: "leave" | "stay";
}

export interface Supervisor {
  /**
   * Drives every mission that is not CLOSED, all at once, until each is CLOSED or rests. Runs that an ended process left
   * are taken over at once: the store is ours alone. Answers those that rest, in the order of their ids.
   */
  settle(rested?: Rested): Promise<readonly Rest[]>;
  /**
   * Drives them as `settle` does, and looks at each again when its own rest is over or it is nudged: none waits for another.
   * Resolves when every one is CLOSED or rests until somebody acts (unless it is to stay), and once told to stop when none is
   * moving any more. Rejects with what stops the whole runtime.
   */
  attend(attendance: Attendance): Promise<void>;
  /** Says that a mission was created: while missions are attended it is driven from now on. */
  launched(mission: string): void;
  /**
   * Says that somebody acted on a mission, or (without one) on any: a vote, a resolution or a stop landed. What rests is
   * looked at again at once, a waiting call is presented again, and a run that was stopped is cut.
   */
  nudge(mission?: string): void;
  /** Where missions rest, by id, as of now. */
  rests(): ReadonlyMap<string, Rest>;
}

/** What driving needs: the parts, and who is told that somebody acted. */
interface Drive extends SupervisorParts {
  readonly board: NudgeBoard;
}

/** One attendance on its way. */
interface Attending {
  begin(mission: string): void;
}

export function createSupervisor(parts: SupervisorParts): Supervisor {
  const board = new NudgeBoard();
  const driving: Drive = { ...parts, board };
  const resting = new Map<string, Rest>();
  const attendances = new Set<Attending>();
  const driveOnce = async (id: string, rested: Rested): Promise<Rest | undefined> => {
    resting.delete(id);
    const rest = await drive(driving, id);
    if (rest === undefined) return undefined;
    resting.set(id, rest);
    await rested(rest);
    return rest;
  };
  return {
    settle: async (rested = () => undefined) => {
      const open = await openMissions(parts.world);
      const rests = await Promise.all(open.map((id) => driveOnce(id, rested)));
      return rests.filter((rest) => rest !== undefined);
    },
    attend: (attendance) => attend({ driving, driveOnce, attendances }, attendance),
    launched: (mission) => {
      for (const attending of attendances) attending.begin(mission);
    },
    nudge: (mission) => {
      board.nudge(mission);
      for (const attending of attendances) {
        for (const id of mission === undefined ? resting.keys() : [mission]) attending.begin(id);
      }
    },
    rests: () => resting,
  };
}

/** Drives open missions, and those that begin meanwhile, each in a loop of its own. */
async function attend(
  supervisor: {
    readonly driving: Drive;
    readonly driveOnce: (id: string, rested: Rested) => Promise<Rest | undefined>;
    readonly attendances: Set<Attending>;
  },
  { stop, rested, whenIdle = "leave" }: Attendance,
): Promise<void> {
  const { driving, driveOnce, attendances } = supervisor;
  const attended = new Set<string>();
  const over = Promise.withResolvers<void>();
  const idle = (): void => {
    if (attended.size === 0 && (stop.aborted || whenIdle === "leave")) over.resolve();
  };
  /** Drives one mission again and again, for as long as its rests end by themselves, or by somebody's act. */
  const loop = async (id: string): Promise<void> => {
    while (!stop.aborted) {
      const nudges = driving.board.count(id);
      const rest = await driveOnce(id, rested);
      if (rest === undefined) {
        driving.board.forget(id);
        break;
      }
      if (driving.board.count(id) !== nudges) continue;
      if (rest.untilMs === undefined) break;
      await reached(driving, rest, stop);
    }
    // In the same turn as the last look at the nudges: one that comes next begins the mission anew.
    attended.delete(id);
  };
  const attending: Attending = {
    begin: (id) => {
      if (attended.has(id) || stop.aborted) return;
      attended.add(id);
      loop(id).then(idle, over.reject);
    },
  };
  attendances.add(attending);
  stop.addEventListener("abort", idle, { once: true });
  try {
    for (const id of await openMissions(driving.world)) attending.begin(id);
    idle();
    await over.promise;
  } finally {
    attendances.delete(attending);
    stop.removeEventListener("abort", idle);
  }
}

/** Ids of the missions that are not CLOSED, ascending. */
export async function openMissions({
  store,
  context,
}: Pick<MissionWorld, "store" | "context">): Promise<readonly string[]> {
  const open: string[] = [];
  let after = "";
  for (;;) {
    const rows = await store.rows(context, "mission", { after, limit: PAGE_ROWS });
    open.push(...rows.filter(({ members }) => members["state"] !== "CLOSED").map(({ key }) => key));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return open;
    after = last.key;
  }
}

/** Walks one mission edge by edge; waits for trouble to pass a few times. Throws only what stops the whole runtime. */
async function drive(parts: Drive, id: string): Promise<Rest | undefined> {
  for (let troubles = 1; ;) {
    const mission = await loadMission(parts.world, id);
    if (mission === undefined || mission.state === "CLOSED") return undefined;
    try {
      const rest = await step(parts, mission);
      if (rest !== undefined) return rest;
      troubles = 1;
    } catch (error) {
      if (OVERTAKEN.some((code) => isAuraError(error, code))) continue; // it stands elsewhere by now: look again
      if (await isHopeless(parts, mission, error)) continue;
      const rest = restAfter(parts, mission, error);
      if (rest.reason !== "trouble" || rest.untilMs === undefined || troubles === TROUBLES_MAX) return rest;
      troubles += 1;
      await reached(parts, { mission: id, untilMs: rest.untilMs });
    }
  }
}

/** Somebody took the edge, stopped the mission, or its time ran out while it was looked at. */
const OVERTAKEN = ["mission/illegal_transition", "mission/stopped", "mission/compensation_open"];

/** Resolves at a store time, when the mission is nudged, or when told to stop. */
function reached(
  { world: { timers }, board }: Drive,
  { mission, untilMs }: { readonly mission: string; readonly untilMs?: number },
  stop?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (stop?.aborted === true || untilMs === undefined) return resolve();
    const over = (): void => {
      cancel();
      unsubscribe();
      stop?.removeEventListener("abort", over);
      resolve();
    };
    const cancel = timers.wakeAt(untilMs, over);
    const unsubscribe = board.onNudge(mission, over);
    stop?.addEventListener("abort", over, { once: true });
  });
}

/** A mission whose tools nobody offers, or offers unusably, will never have a boundary: it ends as FAILED, and says why. */
async function isHopeless({ world }: Drive, { id, state }: Mission, error: unknown): Promise<boolean> {
  if (state !== "PLANNING" || !isAuraError(error) || !HOPELESS.includes(error.code)) return false;
  await abandonMission(world, id, { kind: "FAILED", cause: error.code, actor: RUNTIME });
  return true;
}

const HOPELESS: readonly string[] = ["mission/tool_not_offered", "mission/tool_schema_unusable"];

async function step(parts: Drive, { id }: Mission): Promise<Rest | undefined> {
  const { world } = parts;
  const mission = await inItsTime(parts, id);
  switch (mission.state) {
    case "CREATED":
      return void (await planMission(world, mission.id));
    case "PLANNING":
      return void (await requestApproval(world, mission.id));
    case "WAITING_APPROVAL":
      return void (await approveMission(world, mission.id));
    case "APPROVED":
      return void (await queueMission(world, mission.id));
    case "PENDING_EXECUTION":
      return void (await startMission(world, mission.id));
    case "IN_PROGRESS":
      return execute(parts, mission);
    case "EXECUTED":
      return void (await sealMission(world, mission.id));
    case "CLOSED":
      return undefined;
    default:
      return unreachable(mission.state);
  }
}

/** Before it runs, a mission that was stopped is abandoned, and one that nobody approved in time expires. */
async function inItsTime({ world }: Drive, id: string): Promise<Mission> {
  const mission = await loadMission(world, id);
  invariant(mission !== undefined, "a mission that was loaded exists");
  if (mission.state === "IN_PROGRESS" || mission.state === "EXECUTED" || mission.state === "CLOSED") return mission;
  const stop = await loadStop(world, id);
  if (stop === undefined) return expireMission(world, id);
  const { kind, code: cause, actor } = stoppedEnding(mission, stop);
  return abandonMission(world, id, { kind, cause, actor });
}

async function execute(parts: Drive, mission: Mission): Promise<Rest | undefined> {
  const ending = await endingOf(parts, mission);
  if (ending !== undefined) return end(parts, mission, ending);
  const { world, agents, issuer } = parts;
  const agent = agents.find(({ name }) => name === mission.agent);
  if (agent === undefined) {
    const detail = `No agent ${mission.agent} is among this application's agents.`;
    return { mission: mission.id, reason: "no_agent", detail };
  }
  const presenter = createPresenter({ world, issuer }, await issuer.instanceOf(mission.agent), mission);
  return afterRun(parts, mission, await runUntilStopped(parts, { mission: mission.id, agent, presenter }));
}

/** How a mission ends that does not run to its own end; `undefined` while nothing keeps it from running. */
async function endingOf({ world, issuer }: Drive, mission: Mission): Promise<MissionEnding | undefined> {
  if (mission.ending !== undefined) return mission.ending;
  const stop = await loadStop(world, mission.id);
  if (stop !== undefined) return stoppedEnding(mission, stop);
  if (await issuer.isRevoked(mission)) return { kind: "STOPPED", code: "runtime/agent_revoked" };
  return isLate(world, mission) ? EXPIRED : undefined;
}

type MissionEnding = Parameters<typeof endMission>[2];

const EXPIRED: MissionEnding = { kind: "EXPIRED", code: "mission/deadline_passed" };

/** Its creator cancelled it, anybody else stopped it. */
function stoppedEnding({ createdBy }: Mission, { scope, actor }: StandingStop) {
  const isOwn = scope === "mission" && actor.id === createdBy.id && actor.custody === createdBy.custody;
  return { kind: isOwn ? "CANCELLED" : "STOPPED", code: "mission/stopped", actor } as const;
}

/** The entry that ends it carries the store's time, or the one before it if that is later. */
function isLate({ store }: MissionWorld, { deadlineMs, updatedAtMs }: Mission): boolean {
  return deadlineMs !== undefined && Math.max(store.nowMs(), updatedAtMs) >= deadlineMs;
}

/**
 * Executes the run; a stop that lands meanwhile is not waited for: the run is left behind, can send nothing any more, and what it
 * has in flight is cut, whoever wrote the order.
 */
async function runUntilStopped(
  { world, board }: Drive,
  request: Parameters<typeof executeRun>[1],
): Promise<RunEnd | { readonly kind: "stopped" }> {
  const leave = new AbortController();
  const stopped = Promise.withResolvers<{ readonly kind: "stopped" }>();
  const look = (): void => {
    cutHalted(world, request.mission).catch(stopped.reject);
    loadStop(world, request.mission).then((stop) => {
      if (stop !== undefined) stopped.resolve({ kind: "stopped" });
    }, stopped.reject);
  };
  const unsubscribe = board.onNudge(request.mission, look);
  look(); // a stop that landed since the mission was looked at nudged nobody
  try {
    return await Promise.race([
      executeRun({ ...world, nudges: board }, { ...request, stop: leave.signal }),
      stopped.promise,
    ]);
  } finally {
    unsubscribe();
    leave.abort();
  }
}

async function afterRun(
  parts: Drive,
  mission: Mission,
  run: RunEnd | { readonly kind: "stopped" },
): Promise<Rest | undefined> {
  switch (run.kind) {
    case "completed": {
      const ending = await endingOf(parts, mission);
      if (ending !== undefined) return end(parts, mission, ending);
      return void (await finishMission(parts.world, mission.id, { kind: "SUCCEEDED", result: run.result }));
    }
    case "failed": {
      const failed = { kind: "FAILED", code: run.because ?? run.code, cause: run.message } as const;
      return end(parts, mission, (await endingOf(parts, mission)) ?? failed);
    }
    case "waits":
      return { mission: mission.id, reason: run.for, untilMs: run.untilMs, detail: waitingFor(run.for) };
    case "blocked":
      return { mission: mission.id, reason: "blocked", detail: JSON.stringify(run.difference) };
    case "lost":
    case "stopped":
      return undefined;
    default:
      return unreachable(run);
  }
}

/** Undoes what the mission did, and finishes it; what it waits for meanwhile is a rest like any. */
async function end(parts: Drive, mission: Mission, ending: MissionEnding): Promise<Rest | undefined> {
  const { world, issuer } = parts;
  const presenter = createPresenter({ world, issuer }, await issuer.instanceOf(COMPENSATOR), mission);
  const answer = await endMission(world, mission.id, ending, (call) => presenter.present(call));
  return "for" in answer ? restWhile(mission, answer) : undefined;
}

function restWhile({ id }: Mission, { for: what, key, untilMs }: CompensationWaits): Rest {
  const until = untilMs === undefined ? {} : { untilMs };
  switch (what) {
    case "tool":
      return {
        mission: id,
        reason: "compensation",
        detail: `What it did is being undone: call ${key} is next.`,
        ...until,
      };
    case "approval":
      return { mission: id, reason: "approval", detail: `The undo ${key} waits for a person's approval.`, ...until };
    case "held":
      return { mission: id, reason: "held", detail: `It is stopped and holds what it did, from call ${key} on.` };
    case "person":
      return {
        mission: id,
        reason: "person",
        detail: `Call ${key} needs a person: look and say, with \`aura resolve\`.`,
      };
    default:
      return unreachable(what);
  }
}

function waitingFor(what: "approval" | "person"): string {
  return what === "approval"
    ? "A call waits for a person's approval."
    : "The outcome of a call is unknown and its tool cannot tell: a person must look and say, with `aura resolve`.";
}

function restAfter({ world }: Drive, mission: Mission, error: unknown): Rest {
  if (!isAuraError(error)) throw error;
  if (error.code === "mission/approval_required") {
    const { approvalUntilMs } = mission;
    const until = approvalUntilMs === undefined ? {} : { untilMs: approvalUntilMs };
    return { mission: mission.id, reason: "approval", detail: error.message, ...until };
  }
  if (error.code === "mission/calls_open") return { mission: mission.id, reason: "person", detail: error.message };
  if (error.code.startsWith("store/")) throw error;
  const untilMs = world.store.nowMs() + TROUBLE_PAUSE_MS;
  return { mission: mission.id, reason: "trouble", detail: error.message, untilMs };
}
