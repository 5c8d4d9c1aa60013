import { type Bounds, CONSTRAINT_ITEMS_MAX, type UrlLimit } from "./constraint.ts";
import { readDecimal } from "./decimal.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { readPath, writePath } from "./path-limit.ts";
import { constraintMalformed } from "./trust-error.ts";
import { isSpelledUrlLimit } from "./url-limit.ts";

// Each function reads one member of a constraint at the place named by `where`, or throws `trust/constraint_malformed`.

type ReadAt<Value> = (value: JsonValue | undefined, where: string) => Value;

export function boundsAt<Value>(
  constraint: JsonObject,
  where: string,
  readAt: ReadAt<Value>,
  compare: (left: Value, right: Value) => number,
): Bounds<Value> {
  const hasMin = Object.hasOwn(constraint, "min");
  const hasMax = Object.hasOwn(constraint, "max");
  if (!hasMin && !hasMax) throw constraintMalformed(where, "has neither min nor max");
  const bounds = {
    ...(hasMin
      ? { min: readAt(constraint["min"], `${where}.min`), ...flagAt(constraint, "min_inclusive", where) }
      : {}),
    ...(hasMax
      ? { max: readAt(constraint["max"], `${where}.max`), ...flagAt(constraint, "max_inclusive", where) }
      : {}),
  };
  if (!hasMin && Object.hasOwn(constraint, "min_inclusive"))
    throw constraintMalformed(where, "has min_inclusive without min");
  if (!hasMax && Object.hasOwn(constraint, "max_inclusive"))
    throw constraintMalformed(where, "has max_inclusive without max");
  if (bounds.min !== undefined && bounds.max !== undefined && compare(bounds.min, bounds.max) > 0) {
    throw constraintMalformed(where, "has a min above its max");
  }
  return bounds;
}

function flagAt(constraint: JsonObject, name: "min_inclusive" | "max_inclusive", where: string): Bounds<never> {
  if (!Object.hasOwn(constraint, name)) return {};
  const flag = constraint[name];
  if (typeof flag !== "boolean") throw constraintMalformed(`${where}.${name}`, "is not true or false");
  return { [name]: flag };
}

export function scalarAt(value: JsonValue | undefined, where: string): null | boolean | number | string {
  if (value === undefined || typeof value === "object") {
    if (value !== null) throw constraintMalformed(where, "is not a scalar; use one_of for an array or object");
    return null;
  }
  return typeof value === "number" ? numberAt(value, where) : value;
}

export function numberAt(value: JsonValue | undefined, where: string): number {
  if (typeof value !== "number") throw constraintMalformed(where, "is not a number");
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw constraintMalformed(where, "is beyond 2^53 - 1; use decimal and text");
  }
  return value;
}

export function countAt(value: JsonValue | undefined, where: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0)
    throw constraintMalformed(where, "is not a whole number from 0");
  return Number(value);
}

export function decimalAt(value: JsonValue | undefined, where: string): string {
  if (typeof value !== "string" || readDecimal(value) === undefined) {
    throw constraintMalformed(where, 'is not decimal text like "100.00"');
  }
  return value;
}

export function listAt(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw constraintMalformed(where, "is not an array");
  if (value.length === 0) throw constraintMalformed(where, "is empty");
  if (value.length > CONSTRAINT_ITEMS_MAX) throw constraintMalformed(where, `has over ${CONSTRAINT_ITEMS_MAX} members`);
  return value as readonly JsonValue[];
}

export function folderAt(value: JsonValue | undefined, where: string): string {
  const path = typeof value === "string" ? readPath(value) : undefined;
  if (path === undefined)
    throw constraintMalformed(where, 'is not a plain path like "/data/in" (no "..", "~" or backslash)');
  if (writePath(path) !== value)
    throw constraintMalformed(where, `is not in normal form (no empty or "." segments, no slash at the end)`);
  return value;
}

export function urlAt(constraint: JsonObject, where: string): UrlLimit {
  const { host, port, path } = constraint;
  const scheme = constraint["scheme"];
  if (scheme !== "http" && scheme !== "https" && scheme !== "ws" && scheme !== "wss") {
    throw constraintMalformed(`${where}.scheme`, "is not http, https, ws or wss");
  }
  if (typeof host !== "string") throw constraintMalformed(`${where}.host`, "is not text");
  if (path !== undefined && typeof path !== "string") throw constraintMalformed(`${where}.path`, "is not text");
  if (port !== undefined && (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65_535)) {
    throw constraintMalformed(`${where}.port`, "is not a port from 1 to 65535");
  }
  const limit: UrlLimit = {
    scheme,
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(path === undefined ? {} : { path }),
  };
  if (!isSpelledUrlLimit(limit)) {
    throw constraintMalformed(
      where,
      "is not spelled as URLs are (lower-case host, path from / without a slash at its end)",
    );
  }
  return limit;
}
