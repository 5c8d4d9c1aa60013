import type { Change, Projection } from "@aura/store";
import type { Entry, JsonObject } from "@aura/trust";
import { approvalChanges } from "./approval-row.ts";
import { textIn } from "./entry-data.ts";
import { budgetChanges } from "./reservation.ts";
import { partsOfStream, undoneKey } from "./stream-name.ts";

/** Calls of one mission that may wait for people at once: nobody reads more, and `finish` withdraws them in one unit. */
export const PARKED_CALLS_MAX = 100;

/** Calls of a mission that were sent and are not settled: `finish` needs 0. */
export function openCallsCounter(mission: string): string {
  return `mission/${mission}/open_calls`;
}

/** Calls of a mission that wait for people: `finish`, and the start of compensation, withdraw them. */
export function parkedCallsCounter(mission: string): string {
  return `mission/${mission}/parked_calls`;
}

/**
 * 0 while the mission is IN_PROGRESS, else 1: then nothing may be added to any stream below the mission's own. So an outcome
 * that names every head cannot miss one, whoever races it.
 */
export function shutCounter(mission: string): string {
  return `mission/${mission}/shut`;
}

/** How often authority was taken back. `scope` is `org`, `namespace`, `agent/<name>` or `mission/<id>`. */
export function epochCounter(scope: string): string {
  return `epoch/${scope}`;
}

/** Calls of a mission that changed the world and are neither undone nor left as they are: only success leaves them. */
export function undoDueCounter(mission: string): string {
  return `mission/${mission}/undo_due`;
}

/** How often a stop was ordered on a stream, `control` or `agent/<name>`. */
export function stopCounter(stream: string): string {
  return `stop/${stream}`;
}

/**
 * What the entries of missions and calls do to the tables: rows `mission/<id>` and `call/<id>/<key>`, the counters above.
 * Two of its ceilings are rules: `finish` finds no open call (`mission/calls_open`), and before `start` and after `finish`
 * nothing is added to the streams below the mission's own (`mission/not_in_progress`), whoever writes there.
 */
export const missionProjection: Projection = {
  name: "mission",
  project(entry) {
    if (entry.type === "epoch.raised") return epochRaised(entry);
    const parts = partsOfStream(entry.stream);
    if (parts === undefined) return entry.type === "stop.ordered" ? stopOrdered(entry) : NOTHING;
    if (parts.part === undefined) {
      return [...missionChanges(parts.mission, entry), ...approvalChanges(parts.mission, null, entry)];
    }
    const guard = entry.type === "call.withdrawn" ? NOTHING : [running(parts.mission)];
    if (parts.part !== "call" || parts.key === undefined) return guard;
    return [
      ...guard,
      ...callChanges(parts.mission, parts.key, entry),
      ...approvalChanges(parts.mission, parts.key, entry),
      ...budgetChanges(entry),
    ];
  },
};

const NOTHING: readonly Change[] = [];

function epochRaised(entry: Entry): readonly Change[] {
  const [, id] = entry.stream.split("/");
  const scope = textIn(entry, "scope");
  return [{ kind: "add", counter: epochCounter(id === undefined ? scope : `${scope}/${id}`), delta: 1 }];
}

function stopOrdered({ stream }: Entry): readonly Change[] {
  return [{ kind: "add", counter: stopCounter(stream), delta: 1 }];
}

function running(mission: string): Change {
  return { kind: "add", counter: shutCounter(mission), delta: 0, ceiling: 0, code: "mission/not_in_progress" };
}

function missionChanges(id: string, entry: Entry): readonly Change[] {
  const put = (members: JsonObject): Change => ({
    kind: "put",
    table: "mission",
    key: id,
    members: { ...members, updatedAtMs: entry.timeMs },
  });
  switch (entry.type) {
    case "mission.created": {
      const { agent = null, authority = null, timeoutMs = null } = entry.data;
      return [
        put({ state: "CREATED", agent, authority, timeoutMs, createdAtMs: entry.timeMs }),
        { kind: "add", counter: shutCounter(id), delta: 1 },
        ...requested(id, entry),
      ];
    }
    case "mission.planned":
      return [put({ state: "PLANNING" })];
    case "mission.approval_requested":
      return [put({ state: "WAITING_APPROVAL", approvalUntilMs: entry.data["untilMs"] ?? null })];
    case "mission.approved":
      return [put({ state: "APPROVED" })];
    case "mission.queued":
      return [put({ state: "PENDING_EXECUTION" })];
    case "mission.started":
      return [
        put({ state: "IN_PROGRESS", deadlineMs: entry.data["deadlineMs"] ?? null }),
        { kind: "add", counter: shutCounter(id), delta: -1 },
      ];
    case "mission.finished":
      return [
        put({ state: "EXECUTED", outcome: entry.data["kind"] ?? null }),
        { kind: "add", counter: shutCounter(id), delta: 1 },
        { kind: "add", counter: openCallsCounter(id), delta: 0, ceiling: 0, code: "mission/calls_open" },
        ...(entry.data["kind"] === "SUCCEEDED" ? NOTHING : [undoDue(id, 0)]),
        noneParked(id),
      ];
    case "mission.sealed":
      return [put({ state: "CLOSED" })];
    case "stop.ordered":
      return [put({ stopped: entry.data["compensation"] ?? null })];
    case "compensation.started":
      return [put({ ending: entry.data["kind"] ?? null }), noneParked(id)];
    case "compensation.retried":
      return [put({})];
    case "compensation.resolved":
      return [put({}), undoDue(id, -1)];
    case "mission.abandoned":
      return [put({ state: "CLOSED", outcome: entry.data["kind"] ?? null })];
    default:
      return NOTHING;
  }
}

/** Once a mission ends, or only undoes what it did, no call of its agent waits for people: they are withdrawn in the same unit. */
function noneParked(mission: string): Change {
  return { kind: "add", counter: parkedCallsCounter(mission), delta: 0, ceiling: 0, code: "mission/calls_parked" };
}

/** A mission that does not succeed finishes with nothing left to undo. */
function undoDue(mission: string, delta: number): Change {
  const change = { kind: "add", counter: undoDueCounter(mission), delta } as const;
  return delta === 0 ? { ...change, ceiling: 0, code: "mission/compensation_open" } : change;
}

/** The mission that a request asked for; a second one for it is refused. */
function requested(mission: string, { data: { request } }: Entry): readonly Change[] {
  if (typeof request !== "string") return NOTHING;
  return [
    { kind: "add", counter: `request/${request}`, delta: 1, ceiling: 1, code: "mission/request_repeated" },
    { kind: "put", table: "request", key: request, members: { mission } },
  ];
}

function callChanges(mission: string, key: string, entry: Entry): readonly Change[] {
  const put = (members: JsonObject): Change => ({
    kind: "put",
    table: "call",
    key: `${mission}/${key}`,
    members: { state: entry.type.slice("call.".length), ...members, updatedAtMs: entry.timeMs },
  });
  const open = (delta: number): Change => ({ kind: "add", counter: openCallsCounter(mission), delta });
  const parked = (delta: number): Change => ({
    kind: "add",
    counter: parkedCallsCounter(mission),
    delta,
    ...(delta > 0 ? { ceiling: PARKED_CALLS_MAX, code: "mission/parked_calls_full" } : {}),
  });
  const unparked = entry.data["parked"] === true ? [parked(-1)] : NOTHING;
  const { tool = null, code = null, attempt = null, untilMs = null } = entry.data;
  switch (entry.type) {
    case "call.parked":
      return [put({ tool, untilMs }), parked(1)];
    case "call.raised":
    case "call.voted":
      return [put({ state: "parked" })];
    case "call.sent":
      return [put({ tool, attempt }), ...(attempt === 1 ? [open(1)] : NOTHING), ...unparked];
    case "call.denied":
      return [put({ tool, code }), ...unparked];
    case "call.withdrawn":
      return [put({}), parked(-1)];
    case "call.succeeded":
      return [put({}), open(-1), ...undoing(mission, key, entry)];
    case "call.unresolved":
      return [put({}), open(-1)];
    case "call.retrying":
      return [put({ code, attempt, nextMs: entry.data["nextMs"] ?? null })];
    case "call.failed":
      return [put({ code }), open(-1)];
    default:
      return [put({})];
  }
}

function undoing(mission: string, key: string, entry: Entry): readonly Change[] {
  if (undoneKey(key) !== undefined) return [undoDue(mission, -1)];
  return entry.data["undo"] === true ? [undoDue(mission, 1)] : NOTHING;
}
