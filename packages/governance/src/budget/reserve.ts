import { LEVELS, reaches, type DecisionRequest, type Level, type Reservation } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import type { Effect } from "../policy/combine.ts";
import { isLevel, readFact } from "../policy/fact.ts";
import { minorUnits } from "./amount.ts";
import { budgetRule, type Budget } from "./budget.ts";
import { scaleOf } from "./check-budget.ts";

/** What one budget says about one call: that it must fit under a ceiling, or that it may not go out as it stands. */
export type BudgetAnswer =
  | { readonly kind: "reserve"; readonly reservation: Reservation }
  | { readonly kind: "effect"; readonly effect: Effect };

/**
 * Asks one budget about one call; `undefined` if it is not about it. Pure but for `unknown`, which receives the names of what
 * could not be measured: that is a DENY, for what cannot be measured fits under no ceiling. Whether the sum fits is not known
 * here; the store finds out when the intent is written, and says so in the fact `refused.budget`.
 */
export function askBudget(budget: Budget, request: DecisionRequest, unknown: Set<string>): BudgetAnswer | undefined {
  const { call } = request;
  if (call === undefined || !isAbout(budget, request.agent.id, call.tool.name)) return undefined;
  const delta = measured(budget, call.arguments, unknown);
  const window = budget.window === "total" ? "total" : today(request, unknown);
  const refused = readFact(request, "refused.budget");
  if (refused !== undefined && typeof refused !== "string") unknown.add("refused.budget");
  const known = delta !== undefined && window !== undefined && (refused === undefined || typeof refused === "string");
  if (!known) return { kind: "effect", effect: { kind: "DENY", rule: budgetRule(budget.id) } };
  const level = approvedLevel(request);
  const ceiling = ceilingAt(budget, level);
  if (ceiling === undefined || refused === budget.id) return { kind: "effect", effect: askAbove(budget, level) };
  return { kind: "reserve", reservation: { counter: counterOf(budget, request, window), delta, ceiling } };
}

/** True when a budget counts calls of this agent to this tool. */
function isAbout({ match }: Budget, agent: string, tool: string): boolean {
  return (match.agents?.includes(agent) ?? true) && (match.tools?.includes(tool) ?? true);
}

function measured(
  { measure }: Budget,
  args: { readonly [name: string]: JsonValue },
  unknown: Set<string>,
): number | undefined {
  if (measure === "calls") return 1;
  const { argument, scale } = measure;
  const units = minorUnits(Object.hasOwn(args, argument) ? args[argument] : undefined, scale);
  if (units === undefined) unknown.add(`arguments.${argument}`);
  return units;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function today(request: DecisionRequest, unknown: Set<string>): string | undefined {
  const day = readFact(request, "time.day");
  if (typeof day === "string" && DAY.test(day)) return day;
  unknown.add("time.day");
  return undefined;
}

/** The level of the approval in use; without one, and for a word that is no level, the agent's own. */
function approvedLevel(request: DecisionRequest): Level {
  const level = readFact(request, "approval.level");
  return isLevel(level) ? level : "L1";
}

/** In the smallest unit: that of the highest level reached which has one; `undefined` if none of them has. */
function ceilingAt(budget: Budget, reached: Level): number | undefined {
  const level = LEVELS.findLast((one) => reaches(reached, one) && budget.ceilings[one] !== undefined);
  return level === undefined ? undefined : minorUnits(budget.ceilings[level], scaleOf(budget));
}

/** Asks the lowest level above the approved one that may spend more; a DENY when there is none. */
function askAbove(budget: Budget, approved: Level): Effect {
  const above = LEVELS.find((one) => !reaches(approved, one) && budget.ceilings[one] !== undefined);
  const rule = budgetRule(budget.id);
  return above === undefined ? { kind: "DENY", rule } : { kind: "ESCALATE", level: above, rule };
}

function counterOf({ id, per }: Budget, request: DecisionRequest, window: string): string {
  const whose = { mission: request.mission.id, agent: request.agent.id, namespace: request.namespace }[per];
  return `${budgetRule(id)}/${whose}/${window}`;
}

/**
 * What must fit under both of two releases' ceilings: where both count on one counter, the lower ceiling and the larger
 * amount. Sorted by counter.
 */
export function mergeReservations(one: readonly Reservation[], other: readonly Reservation[]): readonly Reservation[] {
  const merged = new Map<string, Reservation>();
  for (const reservation of [...one, ...other]) {
    const before = merged.get(reservation.counter) ?? reservation;
    merged.set(reservation.counter, {
      counter: reservation.counter,
      delta: Math.max(before.delta, reservation.delta),
      ceiling: Math.min(before.ceiling, reservation.ceiling),
    });
  }
  return [...merged.values()].toSorted((left, right) => (left.counter < right.counter ? -1 : 1));
}
