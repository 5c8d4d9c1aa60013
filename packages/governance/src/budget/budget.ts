import type { Level } from "@aura/mission";

/** A ceiling on what calls may add up to. Reserved when a call's intent is written, given back when it did not happen. */
export interface Budget {
  /** `[a-z0-9][a-z0-9-]{0,62}`. Decisions name it as `budget/<id>`. One that measures otherwise is another budget: give it another id. */
  readonly id: string;
  readonly match: BudgetMatch;
  readonly measure: "calls" | AmountMeasure;
  /** Whose calls add up: each mission's, each agent's, or all. */
  readonly per: "mission" | "agent" | "namespace";
  /** For ever, or each day of the store (UTC). */
  readonly window: "total" | "day";
  /** By the level of the approval in use, L1 without one. In the unit of the argument, or calls. Never falls as levels rise. */
  readonly ceilings: { readonly [Reached in Level]?: string | number };
}

/** Which calls a budget is about. Every member that is present must hold; within a member one name is enough. */
export interface BudgetMatch {
  readonly agents?: readonly string[];
  readonly tools?: readonly string[];
}

/** Adds up an argument: decimal text, or a whole number, of at most `scale` digits after the point. */
export interface AmountMeasure {
  readonly argument: string;
  /** Digits after the point that its smallest unit has: 2 for euros, 0 for yen. */
  readonly scale: number;
}

/** Digits after the point that a smallest unit may have. */
export const SCALE_MAX = 8;

/** How a decision names a budget. No rule can have such an id. */
export function budgetRule(id: string): string {
  return `budget/${id}`;
}
