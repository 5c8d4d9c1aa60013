import type { Decision, DecisionKind, Level } from "@aura/mission";
import { LEVELS } from "@aura/mission";

/** What one matching rule says. */
export interface Effect {
  readonly kind: DecisionKind;
  /** Of an ESCALATE. */
  readonly level?: Level;
  readonly rule: string;
}

const STRICTEST_FIRST = ["DENY", "ESCALATE", "PERMIT"] as const satisfies readonly DecisionKind[];

/** The strictest effect wins; silence is a DENY. Independent of the order of rules. */
export function combine(effects: readonly Effect[]): Pick<Decision, "kind" | "level" | "rules"> {
  for (const kind of STRICTEST_FIRST) {
    const because = effects.filter((effect) => effect.kind === kind);
    if (because.length === 0) continue;
    const level = kind === "ESCALATE" ? { level: highestLevel(because) } : {};
    return { kind, ...level, rules: because.map((effect) => effect.rule).toSorted() };
  }
  return { kind: "DENY", rules: [] };
}

/** An escalation that names no level asks for the highest there is. */
function highestLevel(effects: readonly Effect[]): Level {
  return LEVELS.findLast((level) => effects.some((effect) => (effect.level ?? "L4") === level)) ?? "L4";
}

/** True when `one` allows less than `other`: DENY, then ESCALATE by its level, then PERMIT. */
export function isStricter(one: Pick<Decision, "kind" | "level">, other: Pick<Decision, "kind" | "level">): boolean {
  if (one.kind !== other.kind) return STRICTEST_FIRST.indexOf(one.kind) < STRICTEST_FIRST.indexOf(other.kind);
  return one.kind === "ESCALATE" && LEVELS.indexOf(one.level ?? "L4") > LEVELS.indexOf(other.level ?? "L4");
}
