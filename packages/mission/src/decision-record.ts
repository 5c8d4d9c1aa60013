import type { Entry, Hash, JsonObject } from "@aura/trust";
import { isObject, objectIn } from "./entry-data.ts";
import type { Decision, DecisionKind } from "./governor.ts";
import type { Level } from "./level.ts";
import { logUnreadable } from "./mission-error.ts";

/** A decision as an entry carries it: what was answered, by which rules of which release, to which request. */
export interface DecisionRecord {
  readonly kind: DecisionKind;
  /** Only for ESCALATE. */
  readonly level?: Level;
  readonly rules: readonly string[];
  readonly unknown: readonly string[];
  readonly release: Hash;
  readonly request: Hash;
}

export function recordOf(decision: Decision): DecisionRecord & JsonObject {
  return {
    kind: decision.kind,
    ...(decision.level === undefined ? {} : { level: decision.level }),
    rules: decision.rules,
    unknown: decision.unknown,
    release: decision.release,
    request: decision.request,
  };
}

/** @throws `mission/log_unreadable` */
export function decisionIn(entry: Entry): DecisionRecord {
  const record = objectIn(entry, "decision");
  if (!isDecisionRecord(record)) throw logUnreadable(entry.stream, entry.version, "its decision is not understood");
  return record;
}

const KINDS: ReadonlySet<unknown> = new Set(["PERMIT", "DENY", "ESCALATE"] satisfies DecisionKind[]);

function isDecisionRecord(value: JsonObject): value is JsonObject & DecisionRecord {
  return (
    isObject(value) &&
    KINDS.has(value["kind"]) &&
    Array.isArray(value["rules"]) &&
    Array.isArray(value["unknown"]) &&
    typeof value["release"] === "string" &&
    typeof value["request"] === "string"
  );
}
