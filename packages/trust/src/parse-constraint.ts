import { isAuraError } from "./aura-error.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import {
  type Constraint,
  CONSTRAINT_DEPTH_MAX,
  CONSTRAINT_ITEMS_MAX,
  type Constraints,
  type ConstraintType,
} from "./constraint.ts";
import { boundsAt, countAt, decimalAt, folderAt, listAt, numberAt, scalarAt, urlAt } from "./constraint-member.ts";
import { compareDecimalTexts } from "./decimal.ts";
import { unreachable } from "./invariant.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { constraintMalformed } from "./trust-error.ts";

/** The members each type must and may have besides `constraint_type`. Another member is refused, never ignored. */
const MEMBERS: Readonly<Record<ConstraintType, { required: readonly string[]; optional: readonly string[] }>> = {
  exact: { required: ["value"], optional: [] },
  range: { required: [], optional: ["min", "max", "min_inclusive", "max_inclusive"] },
  one_of: { required: ["values"], optional: [] },
  not_one_of: { required: ["excluded"], optional: [] },
  contains: { required: ["required"], optional: [] },
  subset: { required: ["allowed"], optional: [] },
  wildcard: { required: [], optional: [] },
  all: { required: ["constraints"], optional: [] },
  any: { required: ["constraints"], optional: [] },
  decimal: { required: [], optional: ["min", "max", "min_inclusive", "max_inclusive"] },
  path: { required: ["within"], optional: [] },
  url: { required: ["scheme", "host"], optional: ["port", "path"] },
  len: { required: [], optional: ["min", "max"] },
};

/**
 * Reads the limits of one tool. Each constraint is written in full, {"constraint_type": "decimal", "max": "100.00"}, or
 * in short, {"decimal": {"max": "100.00"}}, {"one_of": ["a", "b"]}; the answer is always in full, a plain deep copy.
 * An empty object is refused: in a token it would mean "any arguments" (write null), in a closed world "none".
 * @throws `trust/constraint_malformed`, naming the place
 */
export function parseConstraints(value: unknown): Constraints {
  const json = plainCopy(value);
  if (!isObject(json)) throw constraintMalformed("$", "is not an object of constraints by argument");
  return argumentsAt(json, "short");
}

/** Reads one constraint, as {@link parseConstraints} does. @throws `trust/constraint_malformed` */
export function parseConstraint(value: unknown): Constraint {
  return parseAt(plainCopy(value), "$", CONSTRAINT_DEPTH_MAX, "short");
}

/**
 * Reads limits that stand in a statement: only in full, so a grant has one spelling; no copy, for the payload has just been
 * parsed and is nobody else's. @throws `trust/constraint_malformed`
 */
export function readConstraints(json: JsonObject): Constraints {
  return argumentsAt(json, "full");
}

/** Whether the short form may stand for the full one. */
type Form = "full" | "short";

function argumentsAt(json: JsonObject, form: Form): Constraints {
  const names = Object.keys(json);
  if (names.length === 0) throw constraintMalformed("$", "names no argument; write null for a tool without limits");
  if (names.length > CONSTRAINT_ITEMS_MAX)
    throw constraintMalformed("$", `names over ${CONSTRAINT_ITEMS_MAX} arguments`);
  return Object.fromEntries(names.map((name) => [name, parseAt(json[name], `$.${name}`, CONSTRAINT_DEPTH_MAX, form)]));
}

/** What is judged later is what was read now: no getters, no shared lists, own members only. */
function plainCopy(value: unknown): JsonValue {
  try {
    return parseCanonicalJson(canonicalJson(value as JsonValue));
  } catch (error) {
    if (isAuraError(error)) throw constraintMalformed("$", "is not plain JSON, or too much of it");
    throw error;
  }
}

function parseAt(value: JsonValue | undefined, where: string, depthLeft: number, form: Form): Constraint {
  if (!isObject(value)) throw constraintMalformed(where, "is not an object");
  if (depthLeft === 0) throw constraintMalformed(where, `nests deeper than ${CONSTRAINT_DEPTH_MAX}`);
  const full = form === "full" ? value : inFull(value, where);
  const type = full["constraint_type"];
  if (typeof type !== "string" || !isConstraintType(type))
    throw constraintMalformed(where, "is of a type not known here");
  checkMembers(full, type, where);
  return parseType(full, type, { where, depthLeft, form });
}

function inFull(value: JsonObject, where: string): JsonObject {
  if (Object.hasOwn(value, "constraint_type")) return value;
  const [type, ...others] = Object.keys(value);
  if (type === undefined || others.length > 0 || !isConstraintType(type)) {
    throw constraintMalformed(where, "has no constraint_type, nor one member that names a type");
  }
  const body = value[type] ?? null;
  const [only] = MEMBERS[type].required;
  const isSingle = MEMBERS[type].required.length === 1;
  if (isSingle && only !== undefined) return { constraint_type: type, [only]: body };
  if (!isObject(body) || Object.hasOwn(body, "constraint_type"))
    throw constraintMalformed(`${where}.${type}`, "is not an object of its members");
  return { ...body, constraint_type: type };
}

function checkMembers(constraint: JsonObject, type: ConstraintType, where: string): void {
  const { required, optional } = MEMBERS[type];
  const missing = required.find((name) => !Object.hasOwn(constraint, name));
  if (missing !== undefined) throw constraintMalformed(where, `of type ${type} lacks ${missing}`);
  for (const name of Object.keys(constraint)) {
    if (name === "constraint_type" || required.includes(name) || optional.includes(name)) continue;
    const known = ["constraint_type", ...required, ...optional].join(", ");
    throw constraintMalformed(where, `of type ${type} has a member other than ${known}`);
  }
}

function parseType(
  constraint: JsonObject,
  type: ConstraintType,
  { where, depthLeft, form }: { readonly where: string; readonly depthLeft: number; readonly form: Form },
): Constraint {
  switch (type) {
    case "exact":
      return { constraint_type: type, value: scalarAt(constraint["value"], `${where}.value`) };
    case "range":
      return { constraint_type: type, ...boundsAt(constraint, where, numberAt, (left, right) => left - right) };
    case "one_of":
      return { constraint_type: type, values: listAt(constraint["values"], `${where}.values`) };
    case "not_one_of":
      return { constraint_type: type, excluded: listAt(constraint["excluded"], `${where}.excluded`) };
    case "contains":
      return { constraint_type: type, required: listAt(constraint["required"], `${where}.required`) };
    case "subset":
      return { constraint_type: type, allowed: listAt(constraint["allowed"], `${where}.allowed`) };
    case "wildcard":
      return { constraint_type: type };
    case "all":
    case "any": {
      const clauses = listAt(constraint["constraints"], `${where}.constraints`);
      return {
        constraint_type: type,
        constraints: clauses.map((clause, index) =>
          parseAt(clause, `${where}.constraints[${index}]`, depthLeft - 1, form),
        ),
      };
    }
    case "decimal":
      return { constraint_type: type, ...boundsAt(constraint, where, decimalAt, compareDecimalTexts) };
    case "path":
      return { constraint_type: type, within: folderAt(constraint["within"], `${where}.within`) };
    case "url":
      return { constraint_type: type, ...urlAt(constraint, where) };
    case "len":
      return { constraint_type: type, ...boundsAt(constraint, where, countAt, (left, right) => left - right) };
    default:
      return unreachable(type);
  }
}

function isConstraintType(type: string): type is ConstraintType {
  return Object.hasOwn(MEMBERS, type);
}
