import type { Level, ToolClass } from "@aura/mission";
import type { Constraint } from "@aura/trust";

/** Escalation asks a person of this level; L1 is the agent's own. */
export type EscalationLevel = Exclude<Level, "L1">;

/**
 * One rule. Rules have no order and no priority. A member that is not here does not load: what is not enforced is not
 * accepted. `on` says which question it answers: may this mission exist, or may this call be sent.
 */
export interface Rule {
  /** `[a-z0-9][a-z0-9-]{0,62}`, unique in the release. */
  readonly id: string;
  readonly effect: "PERMIT" | "DENY" | "ESCALATE";
  /** Required for ESCALATE and refused elsewhere. */
  readonly level?: EscalationLevel;
  readonly on: "call" | "mission";
  readonly match: Match;
  /** Absent: always. */
  readonly when?: Condition;
  /** Told to people. */
  readonly reason: string;
}

/** Whom a rule is about. Every member that is present must hold; within a member one name is enough. */
export interface Match {
  readonly agents?: readonly string[];
  /** Only for `on: "call"`, as `classes` and `tags`. */
  readonly tools?: readonly string[];
  readonly classes?: readonly ToolClass[];
  readonly tags?: readonly string[];
}

/** Three-valued: true, false, unknown. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | ArgumentAtom
  | FactAtom;

/** About one argument of the call, by its own name. `is` speaks the one language for limits on arguments. */
export type ArgumentAtom =
  | { readonly argument: string; readonly is: Constraint }
  /** Whether the call carries the argument at all. Never unknown. */
  | { readonly argument: string; readonly present: boolean };

/** About one declared fact. The operator must fit the type that the fact is declared with. */
export type FactAtom =
  /** text, integer, boolean */
  | { readonly fact: string; readonly equals: string | number | boolean }
  /** text */
  | { readonly fact: string; readonly in: readonly string[] }
  /** integer: at least, at most */
  | { readonly fact: string; readonly min: number }
  | { readonly fact: string; readonly max: number }
  /** level: this one or above it */
  | { readonly fact: string; readonly reaches: Level }
  /** list: holds one of these; holds nothing but these */
  | { readonly fact: string; readonly anyIn: readonly string[] }
  | { readonly fact: string; readonly allIn: readonly string[] }
  /** Whether the request carries the fact at all. Never unknown. */
  | { readonly fact: string; readonly present: boolean };
