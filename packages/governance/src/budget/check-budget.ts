import { COMPENSATOR, LEVELS } from "@aura/mission";
import { budgetInvalid } from "../governance-error.ts";
import { mustAllBeKnown, uniqueNames } from "../policy/names.ts";
import type { ReleaseDocument } from "../policy/release.ts";
import { minorUnits } from "./amount.ts";
import type { Budget } from "./budget.ts";

/** Checks that every budget can bind. @throws `governance/name_taken`, `governance/name_unknown`, `governance/budget_invalid` */
export function checkBudgets(document: ReleaseDocument): void {
  const budgets = document.budgets ?? [];
  uniqueNames(
    "budgets",
    "budget",
    budgets.map(({ id }) => id),
  );
  const agents = new Set([...document.agents.map(({ name }) => name), COMPENSATOR]);
  const tools = new Set(document.tools.map(({ name }) => name));
  for (const [index, budget] of budgets.entries()) {
    const member = `budgets/${index} (${budget.id})`;
    mustAllBeKnown(`${member}/match/agents`, "agent", budget.match.agents ?? [], agents);
    mustAllBeKnown(`${member}/match/tools`, "tool", budget.match.tools ?? [], tools);
    if (budget.measure !== "calls" && budget.match.tools === undefined) {
      const why = `Tools without an argument "${budget.measure.argument}" would be denied by it for ever.`;
      throw budgetInvalid(`${member}/match`, why, "Name the tools in match/tools.");
    }
    checkCeilings(budget, member);
  }
}

function checkCeilings(budget: Budget, member: string): void {
  let below: { readonly level: string; readonly units: number } | undefined;
  for (const level of LEVELS) {
    const written = budget.ceilings[level];
    if (written === undefined) continue;
    const units = minorUnits(written, scaleOf(budget));
    if (units === undefined) {
      const why = `It is no amount from 0 with at most ${scaleOf(budget)} digits after the point.`;
      throw budgetInvalid(`${member}/ceilings/${level}`, why, `Write a whole number, or decimal text like "1500.00".`);
    }
    if (below !== undefined && units < below.units) {
      const why = `It is below that of ${below.level}, so an approval would take away what was allowed without it.`;
      throw budgetInvalid(`${member}/ceilings/${level}`, why, "Raise it, or lower the other.");
    }
    below = { level, units };
  }
}

/** Calls are counted in whole ones. */
export function scaleOf({ measure }: Budget): number {
  return measure === "calls" ? 0 : measure.scale;
}
