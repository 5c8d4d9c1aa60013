import { expect, it } from "vitest";
import {
  canonicalJson,
  hashText,
  JSON_BYTES_MAX,
  JSON_DEPTH_MAX,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from "@aura/trust";
import { fromHex, readVectors } from "./vector-file.ts";

const vectors = readVectors<{
  accepted: { name: string; input: string; canonical: string; hash: string }[];
  refused: { name: string; text: string }[];
  refusedBytes: { name: string; bytes: string }[];
}>("canonical-json.json");

const notJson = expect.objectContaining({ code: "trust/not_json" });
const notCanonical = expect.objectContaining({ code: "trust/not_canonical" });

it.each(vectors.accepted)("writes $name in its one spelling", ({ input, canonical, hash }) => {
  const written = canonicalJson(JSON.parse(input) as JsonValue);
  expect(written).toBe(canonical);
  expect(hashText(written)).toBe(hash);
  expect(canonicalJson(parseCanonicalJson(written))).toBe(canonical);
  expect(canonicalJson(parseCanonicalJson(new TextEncoder().encode(written)))).toBe(canonical);
});

it.each(vectors.refused)("refuses to read: $name", ({ text }) => {
  expect(() => parseCanonicalJson(text)).toThrow(notCanonical);
});

it.each(vectors.refusedBytes)("refuses to read the bytes of a $name", ({ bytes }) => {
  expect(() => parseCanonicalJson(fromHex(bytes))).toThrow(notCanonical);
});

class Money {
  readonly amount = 1;
}

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

const holed = [1];
holed[2] = 3;

const hidden = Object.defineProperty({ a: 1 }, "b", { value: 2, enumerable: false });

const foreign: [string, unknown][] = [
  ["undefined", undefined],
  ["an undefined member", { a: undefined }],
  ["an undefined element", [undefined]],
  ["a hole", holed],
  ["an array with a member", Object.assign([1], { extra: 2 })],
  ["a hole made up for by a member", Object.assign(Array.from<number>({ length: 0 }), { length: 1, extra: 2 })],
  ["NaN", Number.NaN],
  ["Infinity, which is what JSON.parse makes of 1e400", JSON.parse("1e400")],
  ["a bigint", 1n],
  ["a function", () => 1],
  ["a symbol", Symbol("a")],
  ["a member named by a symbol", { [Symbol("a")]: 1 }],
  ["a hidden member", hidden],
  ["half a surrogate pair", "\ud800"],
  ["a name with half a surrogate pair", { "\udc00": 1 }],
  ["a Date", new Date(0)],
  ["a Map", new Map()],
  ["bytes", new Uint8Array(1)],
  ["a boxed text", Object("a")],
  ["an instance of a class", new Money()],
  ["an object that inherits", Object.create({ a: 1 })],
  ["an array of another class", new (class extends Array<number> {})(1, 2)],
  ["an object with toJSON", { toJSON: () => "x" }],
  ["a cycle", cyclic],
  [
    "a getter that throws",
    {
      get a(): number {
        throw new RangeError("no");
      },
    },
  ],
  [
    "a proxy that throws",
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new RangeError("no");
        },
      },
    ),
  ],
];

it.each(foreign)("refuses to write %s", (_, value) => {
  expect(() => canonicalJson(value as JsonValue)).toThrow(notJson);
});

it("names the place of what it refuses and never shows the value", () => {
  const secret = { tools: [{ name: "a" }, { name: "s3cret\ud800" }] };
  expect(() => canonicalJson(secret)).toThrow(/\$\.tools\[1\]\.name/);
  expect(() => canonicalJson(secret)).not.toThrow(/s3cret/);
  expect(() => parseCanonicalJson('{"password": "s3cret"}')).not.toThrow(/s3cret/);
});

it("writes own members only, whatever they are called, and reads them as own members", () => {
  const text = '{"__proto__":{"admin":true},"constructor":1}';
  const read = parseCanonicalJson(text) as JsonObject;
  expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
  expect(read["admin"]).toBeUndefined();
  expect(canonicalJson(read)).toBe(text);
  expect(canonicalJson(Object.assign(Object.create(null) as JsonObject, { b: 1 }))).toBe('{"b":1}');
});

it("does not call a toJSON that somebody put on a prototype", () => {
  Reflect.defineProperty(Array.prototype, "toJSON", { value: () => "stolen", configurable: true });
  try {
    expect(canonicalJson([1, "a"])).toBe('[1,"a"]');
  } finally {
    delete (Array.prototype as { toJSON?: unknown }).toJSON;
  }
});

it("reads each member once", () => {
  let reads = 0;
  const value = {
    get a() {
      reads += 1;
      return reads;
    },
  };
  expect(canonicalJson(value)).toBe('{"a":1}');
});

function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

it("writes and reads as deep as the limit and no deeper", () => {
  const deepest = canonicalJson(nested(JSON_DEPTH_MAX));
  expect(parseCanonicalJson(deepest)).toEqual(nested(JSON_DEPTH_MAX));
  expect(() => canonicalJson(nested(JSON_DEPTH_MAX + 1))).toThrow(notJson);
  expect(() => parseCanonicalJson(`[${deepest}]`)).toThrow(notCanonical);
  expect(() => parseCanonicalJson("[[1]]", { depthMax: 1 })).toThrow(notCanonical);
  expect(parseCanonicalJson("[1]", { depthMax: 1 })).toEqual([1]);
});

it("survives a text that nests a hundred thousand times", () => {
  expect(() => parseCanonicalJson("[".repeat(100_000) + "]".repeat(100_000))).toThrow(notCanonical);
});

it("reads as many bytes as the limit and not one more, counted in UTF-8", () => {
  const longest = `"${"a".repeat(JSON_BYTES_MAX - 2)}"`;
  expect(parseCanonicalJson(longest)).toHaveLength(JSON_BYTES_MAX - 2);
  expect(() => parseCanonicalJson(`"${"a".repeat(JSON_BYTES_MAX - 1)}"`)).toThrow(notCanonical);
  for (const text of ['"é"', '"€"', '"😂"']) {
    const bytes = new TextEncoder().encode(text).length;
    expect(parseCanonicalJson(text, { bytesMax: bytes })).toBe(text.slice(1, -1));
    expect(() => parseCanonicalJson(text, { bytesMax: bytes - 1 })).toThrow(notCanonical);
  }
});
