import { executeRun } from "@aura/engine";
import type { Agent, RunEnd, Timers } from "@aura/engine";
import {
  abandonMission,
  approveMission,
  expireMission,
  finishMission,
  loadMission,
  planMission,
  queueMission,
  requestApproval,
  sealMission,
  settleCalls,
  startMission,
} from "@aura/mission";
import type { Mission, MissionWorld } from "@aura/mission";
import { isAuraError, unreachable } from "@aura/trust";
import type { Issuer } from "./issuer.ts";
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
  /** `approval`, `person`: somebody must act. `blocked`: the agent no longer repeats its history. `trouble`: the rest. */
  readonly reason: "approval" | "person" | "blocked" | "no_agent" | "trouble";
  /** A sentence for people. */
  readonly detail: string;
  /** Store time at which looking again may help; `undefined` if only somebody's act does. */
  readonly untilMs?: number;
}

export interface SupervisorParts {
  readonly world: MissionWorld & { readonly timers: Timers };
  readonly agents: readonly Agent[];
  readonly issuer: Issuer;
}

/** Takes each rest at the moment at which its mission comes to it. */
export type Rested = (rest: Rest) => void | Promise<void>;

export interface Supervisor {
  /**
   * Drives every mission that is not CLOSED, all at once, until each is CLOSED or rests. Runs that an ended process left
   * are taken over at once: the store is ours alone. Answers those that rest, in the order of their ids.
   */
  settle(rested?: Rested): Promise<readonly Rest[]>;
  /**
   * Drives them as `settle` does, and looks at each again when its own rest is over: none waits for another. Resolves when
   * every one is CLOSED or rests until somebody acts, and once told to stop when none is moving any more.
   */
  attend(attendance: { readonly stop: AbortSignal; readonly rested: Rested }): Promise<void>;
}

export function createSupervisor(parts: SupervisorParts): Supervisor {
  return {
    settle: async (rested = () => undefined) => {
      const open = await openMissions(parts.world);
      const rests = await Promise.all(
        open.map(async (id) => {
          const rest = await drive(parts, id);
          if (rest !== undefined) await rested(rest);
          return rest;
        }),
      );
      return rests.filter((rest) => rest !== undefined);
    },
    attend: async ({ stop, rested }) => {
      const open = await openMissions(parts.world);
      await Promise.all(open.map((id) => attendMission(parts, id, { stop, rested })));
    },
  };
}

/** Drives one mission again and again, for as long as its rests end by themselves. */
async function attendMission(
  parts: SupervisorParts,
  id: string,
  { stop, rested }: { readonly stop: AbortSignal; readonly rested: Rested },
): Promise<void> {
  while (!stop.aborted) {
    const rest = await drive(parts, id);
    if (rest === undefined) return;
    await rested(rest);
    if (rest.untilMs === undefined) return;
    await reached(parts.world.timers, rest.untilMs, stop);
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
async function drive(parts: SupervisorParts, id: string): Promise<Rest | undefined> {
  for (let troubles = 1; ;) {
    const mission = await loadMission(parts.world, id);
    if (mission === undefined || mission.state === "CLOSED") return undefined;
    try {
      const rest = await step(parts, mission);
      if (rest !== undefined) return rest;
      troubles = 1;
    } catch (error) {
      if (isAuraError(error, "mission/illegal_transition")) continue; // somebody else took the edge: look again
      if (await isHopeless(parts, mission, error)) continue;
      const rest = restAfter(parts, mission, error);
      if (rest.reason !== "trouble" || rest.untilMs === undefined || troubles === TROUBLES_MAX) return rest;
      troubles += 1;
      await reached(parts.world.timers, rest.untilMs);
    }
  }
}

/** Resolves at a store time, or when told to stop. */
function reached(timers: Timers, timeMs: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop?.aborted === true) return resolve();
    const over = (): void => {
      cancel();
      stop?.removeEventListener("abort", over);
      resolve();
    };
    const cancel = timers.wakeAt(timeMs, over);
    stop?.addEventListener("abort", over, { once: true });
  });
}

/** A mission whose tools nobody offers, or offers unusably, will never have a boundary: it ends as FAILED, and says why. */
async function isHopeless({ world }: SupervisorParts, { id, state }: Mission, error: unknown): Promise<boolean> {
  if (state !== "PLANNING" || !isAuraError(error) || !HOPELESS.includes(error.code)) return false;
  await abandonMission(world, id, { kind: "FAILED", cause: error.code, actor: RUNTIME });
  return true;
}

const HOPELESS: readonly string[] = ["mission/tool_not_offered", "mission/tool_schema_unusable"];

async function step(parts: SupervisorParts, { id }: Mission): Promise<Rest | undefined> {
  const { world } = parts;
  const mission = await expireMission(world, id);
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

async function execute(parts: SupervisorParts, mission: Mission): Promise<Rest | undefined> {
  const { world, agents, issuer } = parts;
  const agent = agents.find(({ name }) => name === mission.agent);
  if (agent === undefined) {
    const detail = `No agent ${mission.agent} is among this application's agents.`;
    return { mission: mission.id, reason: "no_agent", detail };
  }
  if (await issuer.isStopped(mission)) return stop(parts, mission);
  const presenter = createPresenter({ world, issuer }, await issuer.instanceOf(mission.agent), mission);
  return afterRun(parts, mission, await executeRun(world, { mission: mission.id, agent, presenter }));
}

async function afterRun(parts: SupervisorParts, mission: Mission, end: RunEnd): Promise<Rest | undefined> {
  const { world, issuer } = parts;
  const ended = end.kind === "completed" || end.kind === "failed";
  if (ended && (await issuer.isStopped(mission))) return stop(parts, mission);
  switch (end.kind) {
    case "completed":
      return void (await finishMission(world, mission.id, { kind: "SUCCEEDED", result: end.result }));
    case "failed": {
      const code = end.because ?? end.code;
      return void (await finishMission(world, mission.id, { kind: "FAILED", code, cause: end.message }));
    }
    case "waits":
      return { mission: mission.id, reason: end.for, untilMs: end.untilMs, detail: waitingFor(end.for) };
    case "blocked":
      return { mission: mission.id, reason: "blocked", detail: JSON.stringify(end.difference) };
    case "lost":
      return undefined;
    default:
      return unreachable(end);
  }
}

/** Its authority was taken back: what is open is settled as far as tools can tell, and it ends. */
async function stop({ world }: SupervisorParts, { id }: Mission): Promise<Rest | undefined> {
  const answers = await settleCalls(world, id);
  const waits = answers.find((answer) => answer.kind === "waits");
  if (waits?.kind === "waits") {
    return {
      mission: id,
      reason: "person",
      detail: "It is stopped, and the outcome of a call is not known yet.",
      untilMs: waits.untilMs,
    };
  }
  return void (await finishMission(world, id, { kind: "STOPPED", code: "runtime/agent_revoked" }));
}

function waitingFor(what: "approval" | "person"): string {
  return what === "approval"
    ? "A call waits for a person's approval."
    : "The outcome of a call is unknown and its tool cannot tell: a person must look and say, with `aura resolve`.";
}

function restAfter({ world }: SupervisorParts, mission: Mission, error: unknown): Rest {
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
