import { isAuraError } from "./aura-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Bounds, Constraint, Constraints } from "./constraint.ts";
import { compareDecimalTexts, readDecimal } from "./decimal.ts";
import { unreachable } from "./invariant.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { isWithin, readPath } from "./path-limit.ts";
import { isInsideUrl } from "./url-limit.ts";

/**
 * `true`: the value is inside the limit. `false`: it is outside. `"unknown"`: it cannot be judged, because it is absent,
 * of another type, or written in a way that two readers may read differently. Tokens and boundaries accept only `true`.
 */
export type Answer = true | false | "unknown";

/** Judges one argument. Total: never throws. O(size of the constraint and of the value). */
export function evaluateConstraint(constraint: Constraint, value: JsonValue | undefined): Answer {
  if (value === undefined || !isExact(value)) return "unknown";
  switch (constraint.constraint_type) {
    case "exact":
      return isListed(value, [constraint.value]);
    case "range":
      return typeof value === "number" ? isBetween(constraint, (bound) => value - bound) : "unknown";
    case "one_of":
      return isListed(value, constraint.values);
    case "not_one_of":
      return not(isListed(value, constraint.excluded));
    case "contains":
      return isList(value) ? every(constraint.required, (item) => isAmong(item, value)) : "unknown";
    case "subset":
      return isList(value) ? every(value, (item) => isAmong(item, constraint.allowed)) : "unknown";
    case "wildcard":
      return spelling(value) === undefined ? "unknown" : true;
    case "all":
      return every(constraint.constraints, (clause) => evaluateConstraint(clause, value));
    case "any":
      return not(every(constraint.constraints, (clause) => not(evaluateConstraint(clause, value))));
    case "decimal":
      return isDecimalBetween(constraint, value);
    case "path":
      return isPathWithin(constraint.within, value);
    case "url":
      return (typeof value === "string" ? isInsideUrl(value, constraint) : undefined) ?? "unknown";
    case "len":
      return isLongEnough(constraint, value);
    default:
      return unreachable(constraint);
  }
}

/**
 * Judges all arguments of a call in a closed world: an argument without a constraint is `false`, a constraint without
 * its argument `"unknown"`, and so is what is no object. `null` sets no limits. Own members only, whatever their names. Total: never throws.
 */
export function evaluateConstraints(constraints: Constraints | null, args: JsonObject): Answer {
  if (!isObject(args)) return "unknown";
  if (constraints === null) return true;
  if (Object.keys(args).some((name) => !Object.hasOwn(constraints, name))) return false;
  return every(Object.entries(constraints), ([name, constraint]) =>
    evaluateConstraint(constraint, Object.hasOwn(args, name) ? args[name] : undefined),
  );
}

/** Kleene's "and": false wins, then unknown. */
function every<Item>(items: readonly Item[], judge: (item: Item) => Answer): Answer {
  const answers = items.map((item) => judge(item));
  if (answers.includes(false)) return false;
  return answers.includes("unknown") ? "unknown" : true;
}

function not(answer: Answer): Answer {
  return answer === "unknown" ? "unknown" : !answer;
}

/** A number that lost digits on its way here, or never was one, cannot be judged. */
export function isExact(value: JsonValue): boolean {
  return typeof value !== "number" || (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value));
}

function isEqual(left: JsonValue, right: JsonValue): Answer {
  const [a, b] = [spelling(left), spelling(right)];
  return a === undefined || b === undefined ? "unknown" : a === b;
}

/**
 * Whether a value is on a list of constants. A value of a type that no constant has cannot be judged by them: `["force"]`
 * is neither "force" nor something else than it. `null` stands for "nothing", which a value of any type differs from.
 */
function isListed(value: JsonValue, constants: readonly JsonValue[]): Answer {
  const answer = isAmong(value, constants);
  if (answer !== false) return answer;
  return constants.some((constant) => constant === null || typeName(constant) === typeName(value)) ? false : "unknown";
}

/** The type of a value as JSON names it: null, boolean, number, string, array, object. */
export function typeName(value: JsonValue): string {
  if (value === null) return "null";
  return isList(value) ? "array" : typeof value;
}

function isAmong(value: JsonValue, list: readonly JsonValue[]): Answer {
  return not(every(list, (item) => not(isEqual(value, item))));
}

/** What values are equal by; undefined for what is not JSON. */
export function spelling(value: JsonValue): string | undefined {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (isAuraError(error, "trust/not_json")) return undefined;
    throw error;
  }
}

/** `beyond` gives how far the value lies above a bound. */
function isBetween<Value>(bounds: Bounds<Value>, beyond: (bound: Value) => number): boolean {
  const overMin = bounds.min === undefined ? Infinity : beyond(bounds.min);
  const overMax = bounds.max === undefined ? -Infinity : beyond(bounds.max);
  return (
    (bounds.min_inclusive === false ? overMin > 0 : overMin >= 0) &&
    (bounds.max_inclusive === false ? overMax < 0 : overMax <= 0)
  );
}

function isDecimalBetween(bounds: Bounds<string>, value: JsonValue): Answer {
  if (typeof value !== "string" || readDecimal(value) === undefined) return "unknown";
  return isBetween(bounds, (bound) => compareDecimalTexts(value, bound));
}

function isPathWithin(within: string, value: JsonValue): Answer {
  const path = typeof value === "string" ? readPath(value) : undefined;
  const folder = readPath(within);
  if (path === undefined || folder === undefined) return "unknown";
  return isWithin(path, folder) ?? "unknown";
}

function isLongEnough(bounds: Bounds<number>, value: JsonValue): Answer {
  if (typeof value === "string" && value.isWellFormed()) return isBetween(bounds, (bound) => codePoints(value) - bound);
  return isList(value) ? isBetween(bounds, (bound) => value.length - bound) : "unknown";
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
