import { isAuraError } from "./aura-error.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { notCanonical, notJson } from "./trust-error.ts";
import { decodeUtf8, utf8Length } from "./utf8.ts";

/** How deep arrays and objects may nest: `[]` is 1, a scalar 0. */
export const JSON_DEPTH_MAX = 128;
/** The longest text that {@link parseCanonicalJson} reads unless told otherwise, in UTF-8 bytes. */
export const JSON_BYTES_MAX = 1_048_576;

export interface JsonLimits {
  /** UTF-8 bytes. */
  readonly bytesMax?: number;
  /** At most {@link JSON_DEPTH_MAX}. */
  readonly depthMax?: number;
}

/**
 * The one spelling of a JSON value: RFC 8785 (members in UTF-16 code unit order, numbers as ECMAScript writes them).
 * Reads own members once each and never calls `toJSON`. O(size), members sorted.
 * @throws `trust/not_json` for anything JSON cannot carry without loss: undefined, holes, NaN, infinities, bigint,
 * lone surrogates, functions, symbols, hidden members, class instances, cycles, more than {@link JSON_DEPTH_MAX} levels.
 */
export function canonicalJson(value: JsonValue): string {
  try {
    return write(value, JSON_DEPTH_MAX, undefined);
  } catch (error) {
    if (isAuraError(error)) throw error;
    throw notJson("$", "cannot be read", error); // a getter or a proxy that throws
  }
}

/**
 * Reads a JSON text only if it is the canonical spelling of its value. Bytes are decoded as UTF-8, fatally, and a byte
 * order mark is refused. Duplicate members, spare zeros, `1e400`, lone surrogates and white space all differ from the
 * canonical spelling, so one comparison refuses them. O(size). @throws `trust/not_canonical`
 */
export function parseCanonicalJson(text: string | Uint8Array, limits: JsonLimits = {}): JsonValue {
  const bytesMax = limits.bytesMax ?? JSON_BYTES_MAX;
  const depthMax = Math.min(limits.depthMax ?? JSON_DEPTH_MAX, JSON_DEPTH_MAX);
  // Callers without types give anything: what is neither text nor bytes has no length, and does not decode.
  if ((typeof text === "string" ? utf8Length(text) : lengthOf(text)) > bytesMax) {
    throw notCanonical(`is longer than ${bytesMax} bytes`);
  }
  const decoded = typeof text === "string" ? text : decodeUtf8(text);
  if (decoded === undefined) throw notCanonical("is not UTF-8");
  let value: JsonValue;
  let canonical: string;
  try {
    value = JSON.parse(decoded) as JsonValue;
    if (JSON.stringify(value) === decoded && isInOrder(value, depthMax)) return value;
    canonical = write(value, depthMax, undefined); // what JSON.stringify spells otherwise, or a reason to refuse
  } catch (error) {
    if (isAuraError(error)) throw notCanonical("holds a value that has no canonical form", error);
    throw notCanonical("is not JSON"); // the parser's own message quotes the text: not passed on
  }
  if (canonical !== decoded) throw notCanonical("is not the canonical form of its value");
  return value;
}

function lengthOf(bytes: Uint8Array | undefined): number {
  return bytes?.length ?? 0;
}

/**
 * Whether what JSON.parse gave needs no other spelling than JSON.stringify's: members in order, well-formed text, not too
 * deep. Several times cheaper than writing it; members like "9" and "10" are the one canonical case that it leaves to `write`.
 */
function isInOrder(value: JsonValue, depthLeft: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  if (depthLeft === 0) return false;
  if (Array.isArray(value)) return value.every((item: JsonValue) => isInOrder(item, depthLeft - 1));
  let last = "";
  for (const name of Object.keys(value)) {
    if (name < last || !name.isWellFormed() || !isInOrder((value as JsonObject)[name] as JsonValue, depthLeft - 1))
      return false;
    last = name;
  }
  return true;
}

/** Where a value stands, spelled only when something is refused: one object for all members that are written in turn. */
interface Place {
  readonly parent: Place | undefined;
  key: string | number;
}

function write(value: unknown, depthLeft: number, place: Place | undefined): string {
  switch (typeof value) {
    case "string":
      return writeText(value, place);
    case "number":
      if (!Number.isFinite(value)) throw notJson(pathOf(place), "is not a finite number");
      return String(value); // RFC 8785 section 3.2.2.3 is ECMAScript's Number::toString; -0 gives "0"
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depthLeft === 0) throw notJson(pathOf(place), "is nested too deeply or contains itself");
      return Array.isArray(value) ? writeArray(value, depthLeft, place) : writeObject(value, depthLeft, place);
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
      throw notJson(pathOf(place), `is of type ${typeof value}`);
  }
}

function writeText(text: string, place: Place | undefined): string {
  if (!text.isWellFormed()) throw notJson(pathOf(place), "holds half of a surrogate pair");
  return JSON.stringify(text); // RFC 8785 section 3.2.2.2 is ECMAScript's QuoteJSONString
}

function writeArray(array: readonly unknown[], depthLeft: number, place: Place | undefined): string {
  if (Object.getPrototypeOf(array) !== Array.prototype) throw notJson(pathOf(place), "is not a plain array");
  // The own keys of a plain array are its indices and "length".
  if (Reflect.ownKeys(array).length !== array.length + 1) {
    throw notJson(pathOf(place), "is an array with holes or with members");
  }
  let out = "[";
  const at: Place = { parent: place, key: "" };
  for (let index = 0; index < array.length; index += 1) {
    if (index > 0) out += ",";
    at.key = index;
    if (!Object.hasOwn(array, index)) throw notJson(pathOf(at), "is a hole");
    out += write(array[index], depthLeft - 1, at);
  }
  return `${out}]`;
}

function writeObject(object: object, depthLeft: number, place: Place | undefined): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw notJson(pathOf(place), "is not a plain object");
  const members = Object.keys(object);
  if (Reflect.ownKeys(object).length !== members.length) {
    throw notJson(pathOf(place), "has a member that is hidden or named by a symbol");
  }
  let out = "{";
  const at: Place = { parent: place, key: "" };
  for (const name of members.toSorted()) {
    if (out.length > 1) out += ",";
    at.key = name;
    out += `${writeText(name, at)}:${write((object as JsonObject)[name], depthLeft - 1, at)}`;
  }
  return `${out}}`;
}

function pathOf(place: Place | undefined): string {
  const keys: string[] = [];
  for (let at = place; at !== undefined; at = at.parent) {
    keys.push(typeof at.key === "number" ? `[${at.key}]` : `.${at.key.toWellFormed().slice(0, 64)}`);
  }
  return `$${keys.toReversed().join("")}`;
}
