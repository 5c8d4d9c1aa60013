import fc from "fast-check";
import { JSON_DEPTH_MAX } from "../src/index.ts";
import { anyText } from "./hostile-text.ts";

// What a stranger may send: texts, bytes and values that are nearly right, far too much, or something else altogether.

const SURPRISES = [
  "\0",
  "\n",
  " ",
  "\ud800",
  "\udfff",
  "\ufeff",
  "\u202e",
  "\u0301",
  "\uff11",
  "😀",
  "=",
  "~",
  ".",
  "+",
  "__proto__",
];

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const change = fc.record({
  kind: fc.constantFrom("flip", "cut", "end", "double", "put", "splice", "turn", "case"),
  from: at,
  to: at,
  text: fc.oneof(fc.constantFrom(...SURPRISES), anyText(4)),
});

/** One of `valid` with up to three changes, a text of no meaning, or a text at or past a limit. */
export function hostileTexts(valid: readonly string[]): fc.Arbitrary<string> {
  const mutated = fc
    .record({
      text: fc.constantFrom(...valid),
      other: fc.constantFrom(...valid),
      changes: fc.array(change, { minLength: 1, maxLength: 3 }),
    })
    .map(({ text, other, changes }) => changes.reduce((changed, one) => changeText(changed, other, one), text));
  return fc.oneof(
    { weight: 6, arbitrary: mutated },
    { weight: 1, arbitrary: anyText(60) },
    { weight: 1, arbitrary: fc.constantFrom(...EXTREMES) },
  );
}

/** Of bytes: the same, and bytes that are no text. */
export function hostileBytes(valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const mutated = fc
    .record({
      bytes: fc.constantFrom(...valid),
      changes: fc.array(fc.record({ at, bit: fc.nat(7), kind: fc.nat(3) }), { minLength: 1, maxLength: 3 }),
    })
    .map(({ bytes, changes }) => changes.reduce(changeBytes, bytes));
  return fc.oneof(
    { weight: 6, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(...EXTREMES).map((text) => new TextEncoder().encode(text)) },
  );
}

const deep = (open: string, levels: number, inside = "", close = ""): string =>
  open.repeat(levels) + inside + close.repeat(levels);

/** What trips parsers, at limits and past them. */
export const EXTREMES: readonly string[] = [
  "",
  "null",
  "NaN",
  "1e400",
  "-0",
  "[]",
  "{}",
  '{"__proto__":{"ok":true},"constructor":1}',
  '{"format":"aura-entry-1","__proto__":[]}',
  '{"a":1,"a":1}',
  "\ufeff{}",
  deep("[", JSON_DEPTH_MAX, "", "]"),
  deep("[", JSON_DEPTH_MAX + 1, "", "]"),
  deep('{"a":', JSON_DEPTH_MAX + 1, "1", "}"),
  deep("[", 200_000),
  deep("[", 200_000, "", "]"),
  "A".repeat(65_536),
  "A".repeat(65_537),
  "~".repeat(300_000),
  ".".repeat(300_000),
  "+".repeat(300_000),
  "\n".repeat(300_000),
  `e30.e30.${"A".repeat(86)}`,
  `${"a/".repeat(100_000)}a`,
  `{"entry":${"9".repeat(100_000)}`,
  "\ud800".repeat(1_000),
];

/** What callers without types pass where a text or a value of JSON is due. */
export const WRONG_TYPES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  10n,
  Symbol("x"),
  () => 1,
  new Date(0),
  new Map([["format", "aura-entry-1"]]),
  new Uint8Array(3),
  new String("x"),
  [],
  [undefined],
  {},
  { length: 3 },
  Object.create(null),
  JSON.parse('{"__proto__":{"ok":true}}'),
  cycle(),
];

/** Values that are no JSON inside what is nearly right. */
export const WRONG_VALUES: readonly unknown[] = [
  undefined,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  -0,
  2 ** 60,
  10n,
  () => 1,
  Symbol("x"),
  new Date(0),
  "\ud800",
  cycle(),
  Array(3),
  nested(200),
  nested(50_000),
  JSON.parse('{"__proto__":1}'),
];

function cycle(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function changeText(text: string, other: string, { kind, from, to, text: put }: Change): string {
  const start = Math.floor(from * (text.length + 1));
  const end = start + Math.floor(to * Math.min(text.length - start + 1, 40));
  switch (kind) {
    case "flip":
      return (
        text.slice(0, start) + String.fromCharCode(text.charCodeAt(start) ^ (1 << (end % 7))) + text.slice(start + 1)
      );
    case "cut":
      return text.slice(0, start) + text.slice(end + 1);
    case "end":
      return text.slice(0, start);
    case "double":
      return text.slice(0, end) + text.slice(start);
    case "put":
      return text.slice(0, start) + put + text.slice(start);
    case "splice":
      return text.slice(0, start) + other.slice(start + (end % 3));
    case "turn":
      return text.slice(start) + text.slice(0, start);
    case "case":
      return text.slice(0, start) + text.slice(start, end + 1).toUpperCase() + text.slice(end + 1);
    default:
      return text;
  }
}

function changeBytes(
  bytes: Uint8Array,
  change: { readonly at: number; readonly bit: number; readonly kind: number },
): Uint8Array {
  const place = Math.floor(change.at * bytes.length);
  if (change.kind === 0) return bytes.slice(0, place);
  if (change.kind === 1) return Uint8Array.of(...bytes.subarray(0, place), change.bit, ...bytes.subarray(place));
  if (change.kind === 2) return Uint8Array.of(...bytes.subarray(0, place), ...bytes.subarray(Math.floor(place / 2)));
  return bytes.map((byte, index) => (index === place ? byte ^ (1 << change.bit) : byte));
}
