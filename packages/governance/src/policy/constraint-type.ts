import { unreachable, type Constraint, type JsonValue } from "@aura/trust";

/**
 * False if no value of the type that a tool's schema declares could ever be inside the limit, so that a rule with it
 * would be unknown or false for ever: a `decimal` on a JSON number, a `path` on a list. A schema without `type` fits all.
 */
export function fitsSchema(constraint: Constraint, schema: JsonValue | undefined): boolean {
  const declared = declaredTypes(schema);
  return declared === undefined || fits(constraint, declared);
}

function fits(constraint: Constraint, declared: readonly string[]): boolean {
  switch (constraint.constraint_type) {
    case "all":
      return constraint.constraints.every((clause) => fits(clause, declared));
    case "any":
      return constraint.constraints.some((clause) => fits(clause, declared));
    case "wildcard":
    case "not_one_of":
      return true;
    case "range":
      return declared.includes("number");
    case "decimal":
    case "path":
    case "url":
      return declared.includes("string");
    case "len":
      return declared.includes("string") || declared.includes("array");
    case "contains":
    case "subset":
      return declared.includes("array");
    case "exact":
      return declared.includes(typeOf(constraint.value));
    case "one_of":
      return constraint.values.some((value) => declared.includes(typeOf(value)));
    default:
      return unreachable(constraint);
  }
}

/** The types of JSON Schema 2020-12 (validation, section 6.1.1), integers as numbers. */
function declaredTypes(schema: JsonValue | undefined): readonly string[] | undefined {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return undefined;
  const { type } = schema as { readonly type?: JsonValue };
  const types = typeof type === "string" ? [type] : type;
  if (!Array.isArray(types)) return undefined;
  return types.map((one) => (one === "integer" ? "number" : String(one)));
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
