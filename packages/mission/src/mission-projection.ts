import type { Change, Projection } from "@aura/store";
import type { Entry, JsonObject } from "@aura/trust";
import { textIn } from "./entry-data.ts";
import { partsOfStream } from "./stream-name.ts";

/** Calls of one mission that may wait for people at once: nobody reads more, and `finish` withdraws them in one unit. */
export const PARKED_CALLS_MAX = 100;

/** Calls of a mission that were sent and are not settled: `finish` needs 0. */
export function openCallsCounter(mission: string): string {
  return `mission/${mission}/open_calls`;
}

/** Calls of a mission that wait for people: `finish` withdraws them. */
export function parkedCallsCounter(mission: string): string {
  return `mission/${mission}/parked_calls`;
}

/** 1 from EXECUTED on, or from the abandonment: nothing but the seal may follow, on any stream of the mission. */
export function endedCounter(mission: string): string {
  return `mission/${mission}/ended`;
}

/** How often authority was taken back. `scope` is `org`, `namespace`, `agent/<name>` or `mission/<id>`. */
export function epochCounter(scope: string): string {
  return `epoch/${scope}`;
}

/**
 * What the entries of missions and calls do to the tables: rows `mission/<id>` and `call/<id>/<key>`, the counters above.
 * Two of its ceilings are rules: `finish` finds no open call (`mission/calls_open`), and after it nothing is added to the
 * mission's streams but the seal (`mission/ended`), whoever writes there.
 */
export const missionProjection: Projection = {
  name: "mission",
  project(entry) {
    if (entry.type === "epoch.raised") return epochRaised(entry);
    const parts = partsOfStream(entry.stream);
    if (parts === undefined) return NOTHING;
    if (parts.part === undefined) return missionChanges(parts.mission, entry);
    const guard = entry.type === "call.withdrawn" ? NOTHING : [notEnded(parts.mission)];
    if (parts.part !== "call" || parts.key === undefined) return guard;
    return [...guard, ...callChanges(parts.mission, parts.key, entry)];
  },
};

const NOTHING: readonly Change[] = [];

function epochRaised(entry: Entry): readonly Change[] {
  const [root, id] = entry.stream.split("/");
  const scope = textIn(entry, "scope");
  const raised: Change = { kind: "add", counter: epochCounter(id === undefined ? scope : `${scope}/${id}`), delta: 1 };
  return root === "mission" && id !== undefined ? [raised, notEnded(id)] : [raised];
}

function notEnded(mission: string): Change {
  return { kind: "add", counter: endedCounter(mission), delta: 0, ceiling: 0, code: "mission/ended" };
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
      return [put({ state: "CREATED", agent, authority, timeoutMs, createdAtMs: entry.timeMs })];
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
      return [put({ state: "IN_PROGRESS", deadlineMs: entry.data["deadlineMs"] ?? null })];
    case "mission.finished":
      return [
        put({ state: "EXECUTED", outcome: entry.data["kind"] ?? null }),
        { kind: "add", counter: endedCounter(id), delta: 1 },
        { kind: "add", counter: openCallsCounter(id), delta: 0, ceiling: 0, code: "mission/calls_open" },
        { kind: "add", counter: parkedCallsCounter(id), delta: 0, ceiling: 0, code: "mission/calls_parked" },
      ];
    case "mission.sealed":
      return [put({ state: "CLOSED" })];
    case "mission.abandoned":
      return [
        put({ state: "CLOSED", outcome: entry.data["kind"] ?? null }),
        { kind: "add", counter: endedCounter(id), delta: 1 },
      ];
    default:
      return NOTHING;
  }
}

function callChanges(mission: string, key: string, entry: Entry): readonly Change[] {
  const put = (members: JsonObject): Change => ({
    kind: "put",
    table: "call",
    key: `${mission}/${key}`,
    members: { ...members, state: entry.type.slice("call.".length), updatedAtMs: entry.timeMs },
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
    case "call.sent":
      return [put({ tool, attempt }), ...(attempt === 1 ? [open(1)] : NOTHING), ...unparked];
    case "call.denied":
      return [put({ tool, code }), ...unparked];
    case "call.withdrawn":
      return [put({}), parked(-1)];
    case "call.succeeded":
    case "call.unresolved":
      return [put({}), open(-1)];
    case "call.failed":
      return [put({ code }), open(-1)];
    default:
      return [put({})];
  }
}
