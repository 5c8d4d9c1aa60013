import { isObject } from "../src/json-object.ts";
import type { JsonObject, JsonValue } from "../src/index.ts";

/** A value with one thing changed in its structure. */
export interface Mutation {
  /** JSON pointer to what was changed; `""` is the whole. */
  readonly at: string;
  readonly did: string;
  readonly value: JsonValue;
}

const OTHERS: readonly JsonValue[] = [null, true, 0, 1, -1, 1.5, 2 ** 53, "", "x", [], [null], {}, { x: 1 }];

/** Every change of one place: a member or an element gone, one too many, another type, a text too long or with a foreign character. */
export function* mutationsOf(value: JsonValue): Iterable<Mutation> {
  for (const change of changesOf(value, "")) yield change;
}

function* changesOf(value: JsonValue, at: string): Iterable<Mutation> {
  if (at !== "") for (const other of OTHERS) yield { at, did: `put ${JSON.stringify(other)}`, value: other };
  if (typeof value === "string") yield* changesOfText(value, at);
  if (typeof value === "number")
    yield* [value + 0.5, value + 2, value + 1e13, -value - 1, 2 ** 60].map((other) => ({
      at,
      did: `put ${other}`,
      value: other,
    }));
  if (Array.isArray(value)) yield* changesOfList(value, at);
  else if (typeof value === "object" && value !== null) yield* changesOfObject(value as JsonObject, at);
}

function* changesOfText(text: string, at: string): Iterable<Mutation> {
  const long = [513, 4_097, 8_193].map((length) => text.padEnd(length, "x"));
  const odd = [" ", "\n", "\0", "=", "é", "+", "\u2028", ".", "/", "\\"].flatMap((unit) => [text + unit, unit + text]);
  const cut = [text.slice(1), text.slice(0, -1), text.toUpperCase(), `${text.slice(0, -1)}_`];
  const like = [`${text.startsWith("A") ? "B" : "A"}${text.slice(1)}`, `${text}/../x`, `${text}/x/`, "0", "99999"];
  for (const other of [...long, ...odd, ...cut, ...like])
    yield { at, did: `put ${JSON.stringify(other.slice(0, 80))}`, value: other };
}

function* changesOfList(list: readonly JsonValue[], at: string): Iterable<Mutation> {
  yield { at, did: "repeated to 300", value: Array.from({ length: 300 }, () => list[0] ?? "x") };
  for (const [index, item] of list.entries()) {
    const place = `${at}/${index}`;
    yield { at: place, did: "took out", value: list.toSpliced(index, 1) };
    yield* likeTheFirst(list, index, place);
    yield { at: place, did: "doubled", value: [...list, item] };
    for (const change of changesOf(item, place)) yield { ...change, value: list.with(index, change.value) };
  }
}

function* changesOfObject(object: JsonObject, at: string): Iterable<Mutation> {
  for (const [name, item] of Object.entries(object)) {
    if (Array.isArray(item)) yield { at: `${at}/${name}`, did: "nested 40 deep", value: nested(object, name, 40) };
  }
  const [filler = 1] = [...Object.values(object), "x".repeat(99)].toSorted(
    (one, other) => JSON.stringify(one).length - JSON.stringify(other).length,
  );
  yield { at, did: "added another member", value: { ...object, another: 1 } };
  yield {
    at,
    did: "added __proto__",
    value: JSON.parse(`{"__proto__":1,${JSON.stringify(object).slice(1)}`.replace(/,\}$/, "}")) as JsonValue,
  };
  yield {
    at,
    did: "added 300 members",
    value: {
      ...object,
      ...Object.fromEntries(Array.from({ length: 300 }, (_, nth) => [`m${nth}`, filler])),
    },
  };
  for (const [name, item] of Object.entries(object)) {
    const place = `${at}/${name.replaceAll("/", "~1")}`;
    const { [name]: taken, ...rest } = object;
    yield { at: place, did: "took out", value: rest };
    yield { at: place, did: "renamed", value: { ...rest, [`${name}x`]: taken as JsonValue } };
    for (const change of changesOf(item, place)) yield { ...change, value: { ...object, [name]: change.value } };
  }
}

function nested(object: JsonObject, name: string, times: number): JsonObject {
  let value = object;
  for (let time = 0; time < times; time += 1) value = { ...object, [name]: [value] };
  return value;
}

/** An element with one member of the first: names that must stand once stand twice. */
function* likeTheFirst(list: readonly JsonValue[], index: number, place: string): Iterable<Mutation> {
  const [first, item] = [list[0], list[index]];
  if (index === 0 || !isObject(first) || !isObject(item)) return;
  for (const [name, taken] of Object.entries(first)) {
    const value = list.with(index, { ...item, [name]: taken });
    yield { at: `${place}/${name}`, did: "put that of the first", value };
  }
}
