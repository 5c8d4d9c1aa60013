import type { Change } from "@aura/store";
import type { Entry, JsonObject } from "@aura/trust";
import { approvalId } from "./approval-id.ts";

/** One row for each request that waits for people, by its approval id. */
export const APPROVAL_TABLE = "approval";

/** What an entry of a mission or of one of its calls does to the table of requests that wait for people. */
export function approvalChanges(mission: string, call: string | null, entry: Entry): readonly Change[] {
  const key = approvalId({ mission, call });
  const put = (members: JsonObject): readonly Change[] => [{ kind: "put", table: APPROVAL_TABLE, key, members }];
  const drop: readonly Change[] = [{ kind: "drop", table: APPROVAL_TABLE, key }];
  const { level = null, untilMs = null, unreachable } = entry.data;
  switch (entry.type) {
    case "call.parked":
      return put({ mission, call, level, untilMs, requestedAtMs: entry.timeMs });
    case "call.raised":
      return put({ level });
    case "call.sent":
    case "call.denied":
      return entry.data["parked"] === true ? drop : NOTHING;
    case "call.withdrawn":
      return drop;
    case "mission.approval_requested": {
      const isAsked = level !== null && unreachable === undefined;
      return isAsked ? put({ mission, call, level, untilMs, requestedAtMs: entry.timeMs }) : NOTHING;
    }
    case "mission.approved":
    case "mission.abandoned":
      return drop;
    default:
      return NOTHING;
  }
}

const NOTHING: readonly Change[] = [];
