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

/** A decision about a call, and the facts that the rules were given with it. */
export interface Decided {
  readonly decision: Decision;
  /** `time.day`, `approval.level`, `refused.counter`, ...: what was established outside. No secret is among them. */
  readonly facts: JsonObject;
}

/** What an entry says of a decision about a call. @param nonce of the call's arguments */
export function decidedMembers({ decision, facts }: Decided, nonce: string): JsonObject {
  return { decision: recordOf(decision, nonce), facts };
}

/** The same, read. Entries of before facts were recorded have none. @throws `mission/log_unreadable` */
export function decidedIn(entry: Entry): { readonly decision: DecisionRecord; readonly facts?: JsonObject } {
  const facts = entry.data["facts"] === undefined ? {} : { facts: objectIn(entry, "facts") };
  return { decision: decisionIn(entry), ...facts };
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
