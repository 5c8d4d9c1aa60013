import { COMPENSATOR } from "@aura/mission";
import type { TextPlace } from "../governance-error.ts";
import { findPlace } from "../text/release-text.ts";
import { matchesTool } from "./check-rule.ts";
import { undosOf } from "./compensator.ts";
import type { Truth } from "./condition.ts";
import type { Release } from "./release.ts";
import type { Condition, Rule } from "./rule.ts";

/** What loads, and will probably not do what its author wants. */
export interface ReleaseWarning {
  /** `compensation_never_permitted`: a call of the tool could not be undone without a person. */
  readonly code: "compensation_never_permitted";
  /** `tools/2 (pay)/compensation`. */
  readonly member: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Where in the text, if the release was read from one. */
  readonly place?: TextPlace;
}

/**
 * For every tool with a compensation that no rule could ever let the compensator call: a mission that fails would wait for a
 * person who undoes it by hand. It is no error, for an operator may want just that. Exact about whom and what a rule matches
 * and about the facts that the compensator always has; whatever depends on arguments or other facts counts as possible.
 * Pure. O(tools x rules).
 */
export function releaseWarnings(release: Release): readonly ReleaseWarning[] {
  const undos = undosOf(release);
  return release.tools.flatMap((tool, index) => {
    const undo = undos.get(tool.name);
    if (undo === undefined) return [];
    const { mayPermit, denying } = verdicts(release, tool.name, undo);
    if (mayPermit && denying === undefined) return [];
    const member = `tools/${index} (${tool.name})/compensation`;
    const place = findPlace(release, member);
    return [
      {
        code: "compensation_never_permitted" as const,
        member,
        what: `What "${tool.name}" does cannot be undone by "${undo}" without a person.`,
        why: mayPermit
          ? `Rule "${denying}" always denies it to the agent "${COMPENSATOR}", which undoes.`
          : `No rule could permit the agent "${COMPENSATOR}" to call it.`,
        fix: `Add a PERMIT for agents ["${COMPENSATOR}"] and tools ["${undo}"], and let no DENY match them.`,
        ...(place === undefined ? {} : { place }),
      },
    ];
  });
}

function verdicts(release: Release, undone: string, undo: string) {
  const tool = release.tools.find(({ name }) => name === undo);
  const about = release.rules.filter(
    (rule) =>
      rule.on === "call" &&
      (rule.match.agents?.includes(COMPENSATOR) ?? true) &&
      tool !== undefined &&
      matchesTool(rule, tool),
  );
  const truth = ({ when }: Rule): Truth => (when === undefined ? true : foreseen(when, undone));
  return {
    /** What asks a person may be approved. */
    mayPermit: about.some((rule) => rule.effect !== "DENY" && truth(rule) !== false),
    denying: about.find((rule) => rule.effect === "DENY" && truth(rule) === true)?.id,
  };
}

/** What is known of a condition before the call is there: only what every call of the compensator has in common. */
function foreseen(condition: Condition, undone: string): Truth {
  if ("all" in condition) return kleene(condition.all, undone, false);
  if ("any" in condition) return kleene(condition.any, undone, true);
  if ("not" in condition) {
    const truth = foreseen(condition.not, undone);
    return truth === "unknown" ? truth : !truth;
  }
  if ("argument" in condition) return "unknown";
  const facts = new Map([
    ["agent.id", COMPENSATOR],
    ["agent.custody", "runtime"],
    ["compensation.of", undone],
  ]);
  const value = facts.get(condition.fact);
  if (value === undefined) return "unknown";
  if ("present" in condition) return condition.present;
  if ("equals" in condition) return condition.equals === value;
  return "in" in condition ? condition.in.includes(value) : "unknown";
}

/** `all` is decided by one false part, `any` by one true one. */
function kleene(parts: readonly Condition[], undone: string, deciding: boolean): Truth {
  const truths = parts.map((part) => foreseen(part, undone));
  if (truths.includes(deciding)) return deciding;
  return truths.includes("unknown") ? "unknown" : !deciding;
}
