import type { Bounds, Constraint, ConstraintOf, Constraints, ConstraintType } from "./constraint.ts";
import { compareDecimalTexts } from "./decimal.ts";
import { evaluateConstraint, isExact, spelling, typeName } from "./evaluate-constraint.ts";
import { unreachable } from "./invariant.ts";
import type { JsonValue } from "./json-value.ts";
import { isWithin, readPath } from "./path-limit.ts";
import { isUrlNarrower } from "./url-limit.ts";

/**
 * How many comparisons one constraint may take. Two lists of `CONSTRAINT_ITEMS_MAX` clauses fit; clauses within clauses can
 * ask for the square of their number, and are not shown to be narrower then.
 */
export const SUBSUMPTION_STEPS_MAX = 131_072;

/**
 * Whether `child` is at least as strict as `parent`: every value that `child` answers `true` for, `parent` does too.
 * Sound, not complete: `false` also means that this table cannot show it, as the draft's section 4.5 asks: a pair of
 * types that is not written here is refused, and so is one that takes over {@link SUBSUMPTION_STEPS_MAX} comparisons of
 * clauses and listed values. Both have been parsed.
 */
export function subsumes(parent: Constraint, child: Constraint): boolean {
  return isNarrower(parent, child, { left: SUBSUMPTION_STEPS_MAX });
}

interface Steps {
  left: number;
}

function isNarrower(parent: Constraint, child: Constraint, steps: Steps): boolean {
  steps.left -= 1 + listed(parent) + listed(child);
  if (steps.left < 0) return false;
  if (parent.constraint_type === "wildcard") return true;
  if (child.constraint_type === "exact" && ACCEPTS_EXACT.has(parent.constraint_type)) {
    return evaluateConstraint(parent, child.value) === true;
  }
  const narrower = SAME_TYPE[parent.constraint_type] as Narrower<Constraint>;
  return parent.constraint_type === child.constraint_type && narrower(parent, child, steps);
}

/**
 * The same for the limits of a tool: without limits anything is narrower; otherwise the same arguments, each narrower
 * (the draft's section 4.5: an argument neither joins nor leaves a closed world).
 */
export function subsumesConstraints(parent: Constraints | null, child: Constraints | null): boolean {
  if (parent === null) return true;
  if (child === null || Object.keys(parent).length !== Object.keys(child).length) return false;
  return Object.entries(parent).every(([name, limit]) => {
    const narrower = Object.hasOwn(child, name) ? child[name] : undefined;
    return narrower !== undefined && subsumes(limit, narrower);
  });
}

/** Parents under which one value may stand for the whole constraint. */
const ACCEPTS_EXACT: ReadonlySet<ConstraintType> = new Set([
  "exact",
  "range",
  "one_of",
  "decimal",
  "path",
  "url",
  "len",
]);

type Narrower<Limit> = (parent: Limit, child: Limit, steps: Steps) => boolean;

const SAME_TYPE: { readonly [Type in ConstraintType]: Narrower<ConstraintOf<Type>> } = {
  exact: () => false, // answered above, by value
  wildcard: () => true,
  range: (parent, child) => isTighter(parent, child, (left, right) => left - right),
  one_of: (parent, child) => isCovered(child.values, parent.values),
  not_one_of: (parent, child) =>
    isCovered(parent.excluded, child.excluded) && judgesEveryTypeOf(parent.excluded, child.excluded),
  contains: (parent, child) => isCovered(parent.required, child.required),
  subset: (parent, child) => isCovered(child.allowed, parent.allowed),
  all: (parent, child, steps) =>
    parent.constraints.every((limit) => child.constraints.some((narrower) => isNarrower(limit, narrower, steps))),
  any: (parent, child, steps) =>
    child.constraints.every((narrower) => parent.constraints.some((limit) => isNarrower(limit, narrower, steps))),
  decimal: (parent, child) => isTighter(parent, child, compareDecimalTexts),
  path: (parent, child) => isBelow(parent.within, child.within),
  url: (parent, child) => isUrlNarrower(child, parent),
  len: (parent, child) => isTighter<number>(parent, child, (left, right) => left - right),
};

function isTighter<Value>(
  parent: Bounds<Value>,
  child: Bounds<Value>,
  compare: (left: Value, right: Value) => number,
): boolean {
  return (
    holds(parent.min, child.min, (limit, bound) => compare(bound, limit), parent.min_inclusive, child.min_inclusive) &&
    holds(parent.max, child.max, (limit, bound) => compare(limit, bound), parent.max_inclusive, child.max_inclusive)
  );
}

/** `inside` is how far the child's bound lies inside the parent's; on the same spot an exclusive one is the tighter. */
function holds<Value>(
  limit: Value | undefined,
  bound: Value | undefined,
  inside: (limit: Value, bound: Value) => number,
  limitInclusive = true,
  boundInclusive = true,
): boolean {
  if (limit === undefined) return true;
  if (bound === undefined) return false;
  const distance = inside(limit, bound);
  return distance > 0 || (distance === 0 && (limitInclusive || !boundInclusive));
}

function isCovered(items: readonly JsonValue[], by: readonly JsonValue[]): boolean {
  const known = new Set(by.map(spelling));
  return items.every((item) => isExact(item) && known.has(spelling(item)));
}

/** How many values a constraint lists. */
function listed(constraint: Constraint): number {
  switch (constraint.constraint_type) {
    case "one_of":
      return constraint.values.length;
    case "not_one_of":
      return constraint.excluded.length;
    case "contains":
      return constraint.required.length;
    case "subset":
      return constraint.allowed.length;
    case "exact":
    case "range":
    case "wildcard":
    case "all":
    case "any":
    case "decimal":
    case "path":
    case "url":
    case "len":
      return 0;
    default:
      return unreachable(constraint);
  }
}

/** Constants judge values of their own types, and `null` among them those of any type. */
function judgesEveryTypeOf(constants: readonly JsonValue[], others: readonly JsonValue[]): boolean {
  const types = new Set(constants.map(typeName));
  return types.has("null") || others.every((other) => types.has(typeName(other)));
}

function isBelow(folder: string, path: string): boolean {
  const [parent, child] = [readPath(folder), readPath(path)];
  return parent !== undefined && child !== undefined && isWithin(child, parent) === true;
}
