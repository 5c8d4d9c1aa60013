import type { Commitment, Entry, Hash, JsonObject } from "@aura/trust";
import { commit } from "@aura/trust";
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
  /**
   * Commitment to the digest of the request, under the nonce of the payload that the request was about: a call's arguments,
   * a mission's definition. It opens with that payload and dies with it.
   */
  readonly request: Commitment;
}

/** @param nonce of the payload that was decided on */
export function recordOf(decision: Decision, nonce: string): DecisionRecord & JsonObject {
  return {
    kind: decision.kind,
    ...(decision.level === undefined ? {} : { level: decision.level }),
    rules: decision.rules,
    unknown: decision.unknown,
    release: decision.release,
    request: commit(nonce, decision.request),
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
