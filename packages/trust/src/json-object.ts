import type { JsonObject, JsonValue } from "./json-value.ts";

/** Whether a JSON value is an object: neither null nor an array. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object has exactly these members of its own, and those of `optional` it likes. */
export function hasExactMembers(
  object: JsonObject,
  required: readonly string[],
  optional: readonly string[] = [],
): boolean {
  const names = Object.keys(object);
  return (
    required.every((name) => Object.hasOwn(object, name)) &&
    names.every((name) => required.includes(name) || optional.includes(name))
  );
}

/** Whether a JSON value is a whole number from 0 that loses nothing as a JavaScript number. */
export function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
