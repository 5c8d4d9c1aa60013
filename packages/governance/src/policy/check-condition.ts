import { isAuraError, parseConstraint, type Constraint } from "@aura/trust";
import { nameUnknown, ruleInvalid } from "../governance-error.ts";
import type { FactDeclaration, FactType } from "./fact.ts";
import { nearestName } from "./nearest-name.ts";
import type { ArgumentAtom, Condition, FactAtom, Rule } from "./rule.ts";

/** Levels of all, any and not around an atom, the atom included. */
export const CONDITION_DEPTH_MAX = 8;

/** What a condition may speak of. */
export interface ConditionScope {
  readonly member: string;
  readonly on: Rule["on"];
  readonly facts: ReadonlyMap<string, FactDeclaration>;
}

/** The closed list of forms: which members stand together. */
const FORMS: readonly string[] = [
  "all",
  "any",
  "not",
  "argument,is",
  "argument,present",
  "equals,fact",
  "fact,in",
  "fact,min",
  "fact,max",
  "fact,reaches",
  "anyIn,fact",
  "allIn,fact",
  "fact,present",
];

const OPERATORS: Readonly<Record<FactType, readonly string[]>> = {
  text: ["equals", "in", "present"],
  integer: ["equals", "min", "max", "present"],
  boolean: ["equals", "present"],
  level: ["reaches", "present"],
  list: ["anyIn", "allIn", "present"],
};

/** Checks forms, names and types of a condition and gives it back with its constraints written in full. @throws `governance/name_unknown`, `governance/rule_invalid` */
export function readCondition(condition: Condition, scope: ConditionScope, depth = 1): Condition {
  if (depth > CONDITION_DEPTH_MAX) {
    throw ruleInvalid(scope.member, `It is nested deeper than ${CONDITION_DEPTH_MAX} levels.`, "Use several rules.");
  }
  const members = Object.keys(condition);
  if (!FORMS.includes(members.toSorted().join(","))) {
    const why = members.length === 0 ? "It says nothing." : `The members ${members.join(", ")} do not stand together.`;
    throw ruleInvalid(scope.member, why, "Use one of all, any, not, argument or fact, with one operator.");
  }
  if ("all" in condition) return { all: readParts(condition.all, "all", scope, depth) };
  if ("any" in condition) return { any: readParts(condition.any, "any", scope, depth) };
  if ("not" in condition) return { not: readCondition(condition.not, within(scope, "not"), depth + 1) };
  if ("argument" in condition) return readArgument(condition, scope);
  checkFact(condition, scope);
  return condition;
}

function readParts(parts: readonly Condition[], name: string, scope: ConditionScope, depth: number): Condition[] {
  return parts.map((part, index) => readCondition(part, within(scope, `${name}/${index}`), depth + 1));
}

function readArgument(atom: ArgumentAtom, scope: ConditionScope): ArgumentAtom {
  if (scope.on === "mission") {
    throw ruleInvalid(`${scope.member}/argument`, "A mission has no arguments.", `Use on: "call".`);
  }
  return "present" in atom ? atom : { argument: atom.argument, is: readLimit(atom.is, `${scope.member}/is`) };
}

function readLimit(limit: unknown, member: string): Constraint {
  try {
    return parseConstraint(limit);
  } catch (cause) {
    if (!isAuraError(cause)) throw cause;
    throw ruleInvalid(member, `${cause.what} ${cause.why}`, cause.fix, cause);
  }
}

function checkFact(atom: FactAtom, scope: ConditionScope): void {
  const fact = scope.facts.get(atom.fact);
  if (fact === undefined) {
    throw nameUnknown(`${scope.member}/fact`, "fact", atom.fact, nearestName(atom.fact, scope.facts.keys()));
  }
  const operator = Object.keys(atom).find((member) => member !== "fact") ?? "";
  if (!OPERATORS[fact.type].includes(operator)) {
    const fix = `Use one of ${OPERATORS[fact.type].join(", ")}.`;
    throw ruleInvalid(`${scope.member}/${operator}`, `"${atom.fact}" is of type ${fact.type}.`, fix);
  }
  if ("equals" in atom && !isOfType(atom.equals, fact.type)) {
    throw ruleInvalid(
      `${scope.member}/equals`,
      `"${atom.fact}" is of type ${fact.type}.`,
      "Compare it with such a value.",
    );
  }
  checkValues(atom, fact, `${scope.member}/${operator}`);
}

/** A value that the fact never takes is a misspelt one. */
function checkValues(atom: FactAtom, fact: FactDeclaration, member: string): void {
  if (fact.values === undefined) return;
  for (const value of comparedWith(atom)) {
    if (fact.values.includes(value)) continue;
    throw nameUnknown(member, `value of ${fact.name}`, value, nearestName(value, fact.values));
  }
}

function comparedWith(atom: FactAtom): readonly string[] {
  if ("equals" in atom) return typeof atom.equals === "string" ? [atom.equals] : [];
  if ("in" in atom) return atom.in;
  if ("anyIn" in atom) return atom.anyIn;
  return "allIn" in atom ? atom.allIn : [];
}

function isOfType(value: string | number | boolean, type: FactType): boolean {
  return type === "integer" ? Number.isSafeInteger(value) : typeof value === (type === "text" ? "string" : type);
}

function within(scope: ConditionScope, name: string): ConditionScope {
  return { ...scope, member: `${scope.member}/${name}` };
}
