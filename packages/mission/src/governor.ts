import type { Hash, JsonObject } from "@aura/trust";
import type { ApprovalPool, ApprovalQuestion } from "./approval.ts";
import type { Level } from "./level.ts";
import type { Tool } from "./tool.ts";

/** What the rules are asked. Facts only: no clock, counter or network stands behind it. */
export interface DecisionRequest {
  readonly kind: "mission" | "call";
  readonly namespace: string;
  readonly agent: { readonly id: string; readonly custody: "agent" | "runtime" };
  readonly mission: {
    readonly id: string;
    /** SHA-256 over the objective. A fact for rules; it stands in no entry. */
    readonly objectiveDigest: Hash;
    readonly authority: Level;
    readonly tools: readonly string[];
  };
  /** For `call`: the tool and its arguments as they would be sent. */
  readonly call?: { readonly key: string; readonly tool: Tool; readonly arguments: JsonObject };
  /** Facts established outside, by name: `approval.level`, `refused.counter`. */
  readonly facts: JsonObject;
}

export type DecisionKind = "PERMIT" | "DENY" | "ESCALATE";

/** The combined answer. Same release and same request give the same bytes. */
export interface Decision {
  readonly kind: DecisionKind;
  /** Only for ESCALATE: the highest level that a matching rule asks for. */
  readonly level?: Level;
  /** Every deciding rule, sorted. Empty when silence decided: DENY. */
  readonly rules: readonly string[];
  /** Every fact that a rule asked for and the request did not hold in the declared type, sorted. */
  readonly unknown: readonly string[];
  /** Only for PERMIT: what the intent must fit under, in its own unit. */
  readonly reservations?: readonly Reservation[];
  readonly release: Hash;
  /** SHA-256 over the canonical request. It is recorded as a commitment, since it could confirm a guess at the arguments. */
  readonly request: Hash;
}

/** A ceiling that a call must fit under when its intent is written; given back when the call is known not to have happened. */
export interface Reservation {
  /** `budget/<id>/<whose>/<window>`. */
  readonly counter: string;
  /** Integer of the budget's smallest unit, from 0. */
  readonly delta: number;
  readonly ceiling: number;
}

/** Why a rule stands in a release, for people. */
export interface RuleReason {
  readonly rule: string;
  readonly reason: string;
}

/**
 * Answers PERMIT, DENY or ESCALATE by rules only. Implemented by governance. A mission is bound by the stricter of its
 * frozen release and today's, both evaluated. Whatever goes wrong inside is a DENY, never a throw.
 */
export interface Governor {
  /** The release that new missions freeze. */
  current(): Hash;
  /** @param frozen the mission's frozen release; a release that is not known is a DENY by rule `release/unknown`. */
  decide(request: DecisionRequest, frozen: Hash): Decision;
  /**
   * Who may answer what was escalated: pure, the same question gives the same pool. A release that is not known, a broken
   * graph, a conflict of all: `unreachable`, never somebody else.
   */
  resolve(question: ApprovalQuestion): ApprovalPool;
  /** What the rules of a decision say to people, in their order; a rule that is not known has the reason "". */
  reasons(rules: readonly string[], release: Hash): readonly RuleReason[];
}
