import type { RuleReason } from "@aura/mission";
import { budgetRule, type Budget } from "../budget/budget.ts";
import { BUILT_IN_RULES } from "./decide.ts";
import type { Release } from "./release.ts";

/** Why a rule stands in a release, built-in rules and budgets included; `undefined` for a rule that neither has. */
export function reasonOf(id: string, release: Release | undefined): string | undefined {
  const builtIn = new Map<string, string>(Object.entries(BUILT_IN_RULES)).get(id);
  const budget = release?.budgets?.find((one) => budgetRule(one.id) === id);
  return builtIn ?? release?.rules.find((rule) => rule.id === id)?.reason ?? (budget && budgetReason(budget));
}

function budgetReason({ measure, per, window, ceilings }: Budget): string {
  const what = measure === "calls" ? "calls" : `the argument "${measure.argument}"`;
  const limits = Object.entries(ceilings).map(([level, ceiling]) => `${level} ${ceiling}`);
  const often = window === "day" ? " and day" : "";
  return `It must fit under what ${what} may add up to per ${per}${often}: ${limits.join(", ")}.`;
}

/** What the rules of a decision say to people, in their order; "" for a rule that is not known. O(rules x rules of the release). */
export function ruleReasons(rules: readonly string[], release: Release | undefined): readonly RuleReason[] {
  return rules.map((rule) => ({ rule, reason: reasonOf(rule, release) ?? "" }));
}
