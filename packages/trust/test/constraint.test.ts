import { expect, it } from "vitest";
import {
  type Answer,
  CONSTRAINT_DEPTH_MAX,
  CONSTRAINT_ITEMS_MAX,
  evaluateConstraint,
  evaluateConstraints,
  type JsonObject,
  type JsonValue,
  parseConstraint,
  parseConstraints,
} from "@aura/trust";

type Row = readonly [constraint: unknown, value: unknown, answer: Answer];

/** Written by hand, one row a promise. */
const ROWS: readonly Row[] = [
  [{ exact: "USD" }, "USD", true],
  [{ exact: "USD" }, "usd", false],
  [{ exact: "USD" }, "ＵＳＤ", false],
  [{ exact: 1 }, "1", "unknown"],
  [{ exact: "force" }, ["force"], "unknown"],
  [{ exact: "force" }, null, "unknown"],
  [{ exact: null }, "x", false],
  [{ exact: 0 }, -0, true],
  [{ exact: null }, null, true],
  [{ exact: null }, undefined, "unknown"],
  [{ exact: false }, 0, "unknown"],
  [{ range: { min: 1, max: 5 } }, 1, true],
  [{ range: { min: 1, max: 5 } }, 5, true],
  [{ range: { min: 1, max: 5 } }, 5.000001, false],
  [{ range: { min: 1, min_inclusive: false } }, 1, false],
  [{ range: { max: 5, max_inclusive: false } }, 5, false],
  [{ range: { max: 5, max_inclusive: true } }, 5, true],
  [{ range: { max: 5 } }, "4", "unknown"],
  [{ range: { max: 5 } }, "nan", "unknown"],
  [{ range: { max: 5 } }, "NaN", "unknown"],
  [{ range: { max: 5 } }, Number.NaN, "unknown"],
  [{ range: { min: 5 } }, JSON.parse("1e400"), "unknown"],
  [{ range: { min: 5 } }, JSON.parse("9007199254740993"), "unknown"],
  [{ range: { max: 5 } }, true, "unknown"],
  [{ range: { max: 5 } }, null, "unknown"],
  [{ range: { max: 5 } }, [4], "unknown"],
  [{ range: { max: 5 } }, { amount: 4 }, "unknown"],
  [{ range: { max: 5 } }, undefined, "unknown"],
  [{ one_of: ["eu", { a: 1, b: 2 }] }, { b: 2, a: 1 }, true],
  [{ one_of: ["eu", 1] }, "us", false],
  [{ one_of: ["eu", 1] }, "1", false],
  [{ one_of: ["eu"] }, undefined, "unknown"],
  [{ one_of: ["force", null] }, ["force"], false],
  [{ one_of: ["force"] }, ["force"], "unknown"],
  [{ one_of: ["eu"] }, 1, "unknown"],
  [{ not_one_of: ["force"] }, ["force"], "unknown"],
  [{ not_one_of: ["force"] }, { mode: "force" }, "unknown"],
  [{ not_one_of: ["none"] }, "some", true],
  [{ not_one_of: ["none"] }, "none", false],
  [{ not_one_of: ["none"] }, undefined, "unknown"],
  [{ not_one_of: ["none"] }, { a: Number.NaN }, "unknown"],
  [{ contains: ["audit"] }, ["ops", "audit"], true],
  [{ contains: ["audit"] }, ["ops"], false],
  [{ contains: ["audit"] }, "audit", "unknown"],
  [{ subset: ["a", "b"] }, ["a"], true],
  [{ subset: ["a", "b"] }, [], true],
  [{ subset: ["a", "b"] }, ["a", "c"], false],
  [{ subset: ["a", "b"] }, "a", "unknown"],
  [{ subset: ["a", "b"] }, { length: 1, 0: "a" }, "unknown"],
  [{ wildcard: {} }, { any: ["thing"] }, true],
  [{ wildcard: {} }, undefined, "unknown"],
  [{ wildcard: {} }, { a: Number.NaN }, "unknown"],
  [{ all: [{ range: { min: 1 } }, { range: { max: 5 } }] }, 3, true],
  [{ all: [{ range: { min: 1 } }, { range: { max: 5 } }] }, 6, false],
  [{ all: [{ exact: "a" }, { range: { max: 5 } }] }, "b", false],
  [{ all: [{ exact: "a" }, { range: { max: 5 } }] }, "a", "unknown"],
  [{ any: [{ exact: "a" }, { range: { max: 5 } }] }, "a", true],
  [{ any: [{ exact: "a" }, { range: { max: 5 } }] }, "b", "unknown"],
  [{ any: [{ exact: "a" }, { exact: "b" }] }, "c", false],
  [{ decimal: { max: "100.00" } }, "100", true],
  [{ decimal: { max: "100.00" } }, "100.000", true],
  [{ decimal: { max: "100.00" } }, "100.01", false],
  [{ decimal: { max: "100.00" } }, "99.999999999999999999999999", true],
  [{ decimal: { max: "100.00" } }, "-5", true],
  [{ decimal: { min: "0", min_inclusive: false, max: "100.00" } }, "0.00", false],
  [{ decimal: { max: "100.00" } }, "5,000", "unknown"],
  [{ decimal: { max: "5000" } }, "5,000", "unknown"],
  [{ decimal: { max: "100.00" } }, "1e1", "unknown"],
  [{ decimal: { max: "100.00" } }, "1e400", "unknown"],
  [{ decimal: { max: "100.00" } }, "NaN", "unknown"],
  [{ decimal: { max: "100.00" } }, "Infinity", "unknown"],
  [{ decimal: { max: "100.00" } }, " 5", "unknown"],
  [{ decimal: { max: "100.00" } }, "5\n", "unknown"],
  [{ decimal: { max: "100.00" } }, "+5", "unknown"],
  [{ decimal: { max: "100.00" } }, "05", "unknown"],
  [{ decimal: { max: "100.00" } }, "-0", "unknown"],
  [{ decimal: { max: "100.00" } }, "5.", "unknown"],
  [{ decimal: { max: "100.00" } }, ".5", "unknown"],
  [{ decimal: { max: "100.00" } }, "0x10", "unknown"],
  [{ decimal: { max: "100.00" } }, "５", "unknown"],
  [{ decimal: { max: "100.00" } }, "٤٢", "unknown"],
  [{ decimal: { max: "100.00" } }, 42, "unknown"],
  [{ decimal: { max: "100.00" } }, ["5"], "unknown"],
  [{ decimal: { max: "100.00" } }, `1.${"0".repeat(62)}`, true],
  [{ decimal: { max: "100.00" } }, `1.${"0".repeat(63)}`, "unknown"],
  [{ path: "/data" }, "/data", true],
  [{ path: "/data" }, "/data/in/a.txt", true],
  [{ path: "/data" }, "/data//in/./a.txt", true],
  [{ path: "/data" }, "/database", false],
  [{ path: "/data" }, "/", false],
  [{ path: "/data" }, "/Data/a", false],
  [{ path: "/data" }, "/data/../etc/passwd", "unknown"],
  [{ path: "/data" }, "/data/in/..", "unknown"],
  [{ path: "/data" }, "data/a", "unknown"],
  [{ path: "/data" }, "", "unknown"],
  [{ path: "/data" }, "/data\\..\\etc", "unknown"],
  [{ path: "/data" }, "/data/a\u0000.txt", "unknown"],
  [{ path: "/data" }, "/data/a\n", "unknown"],
  [{ path: "/data" }, "/data/e\u0301", "unknown"],
  [{ path: "/data" }, ["/data"], "unknown"],
  [{ path: "/" }, "/etc/passwd", true],
  [{ path: "." }, "in/a.txt", true],
  [{ path: "." }, "/in/a.txt", "unknown"],
  [{ path: "." }, "~/a.txt", "unknown"],
  [{ path: "in" }, "in/a.txt", true],
  [{ path: "in" }, "./in/a.txt", true],
  [{ path: "in" }, "inner/a.txt", false],
  [{ path: "/data" }, `/data/${"a".repeat(4_090)}`, true],
  [{ path: "/data" }, `/data/${"a".repeat(4_091)}`, "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.example", true],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.example/x?y=1#z", true],
  [{ url: { scheme: "https", host: "a.example" } }, "http://a.example/", false],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.example:8443/", false],
  [{ url: { scheme: "https", host: "a.example", port: 8443 } }, "https://a.example:8443/", true],
  [{ url: { scheme: "https", host: "a.example", port: 8443 } }, "https://a.example/", false],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.example.evil.example/", false],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.example@evil.example/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https://evil.example@a.example/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https://A.EXAMPLE/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.example./", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https:a.example/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https:\\\\a.example/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, " https://a.example/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "https://a.exam\tple/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "//a.example/", "unknown"],
  [{ url: { scheme: "https", host: "a.example" } }, "file:///etc/passwd", "unknown"],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v1", true],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v1/x", true],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v10", false],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v1/../x", "unknown"],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v1/%2e%2e/x", "unknown"],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v1/%2E%2e%2Fx", "unknown"],
  [{ url: { scheme: "https", host: "a.example", path: "/v1" } }, "https://a.example/v1%2f..%2fx", "unknown"],
  [{ url: { scheme: "http", host: "127.0.0.1" } }, "http://127.1/", "unknown"],
  [{ url: { scheme: "http", host: "127.0.0.1" } }, "http://127.0.0.1/", true],
  [{ url: { scheme: "http", host: "[::1]" } }, "http://[::1]/", true],
  [{ len: { max: 3 } }, "abc", true],
  [{ len: { max: 3 } }, "abcd", false],
  [{ len: { max: 1 } }, "😂", true],
  [{ len: { min: 1 } }, "", false],
  [{ len: { max: 2 } }, ["a", "b"], true],
  [{ len: { max: 2 } }, ["a", "b", "c"], false],
  [{ len: { max: 3 } }, 123, "unknown"],
  [{ len: { max: 3 } }, { length: 1 }, "unknown"],
  [{ len: { max: 3 } }, "\ud800", "unknown"],
];

it.each(ROWS.map(([constraint, value, answer]) => ({ constraint, value, answer })))(
  "$constraint answers $answer for $value",
  ({ constraint, value, answer }) => {
    expect(evaluateConstraint(parseConstraint(constraint), value as JsonValue | undefined)).toBe(answer);
  },
);

const limits = parseConstraints({ amount: { decimal: { max: "100.00" } }, order: { range: { min: 1 } } });

it.each<[string, JsonObject, Answer]>([
  ["both arguments inside", { amount: "42.00", order: 7 }, true],
  ["one outside", { amount: "142.00", order: 7 }, false],
  ["one absent", { order: 7 }, "unknown"],
  ["none at all", {}, "unknown"],
  ["one too many", { amount: "42.00", order: 7, note: "x" }, false],
  ["a name in other case", { Amount: "42.00", order: 7 }, false],
  ["a look-alike name (Cyrillic a)", { "\u0430mount": "42.00", order: 7 }, false],
  ["a name with a space", { "amount ": "42.00", order: 7 }, false],
  ["nested", { arguments: { amount: "42.00", order: 7 } }, false],
  ["nested under its own name", { amount: { amount: "42.00" }, order: 7 }, "unknown"],
  ["an own __proto__", JSON.parse('{"__proto__":{"amount":"42.00"},"order":7}') as JsonObject, false],
  [
    "an inherited amount",
    Object.create({ amount: "42.00" }, { order: { value: 7, enumerable: true } }) as JsonObject,
    "unknown",
  ],
  ["outside and absent", { order: 0 }, false],
])("in a closed world, %s", (_, args, answer) => {
  expect(evaluateConstraints(limits, args)).toBe(answer);
});

it("sets no limits where there are none", () => {
  expect(evaluateConstraints(null, { anything: [1] })).toBe(true);
});

it("limits arguments called __proto__ and constructor like any other", () => {
  const odd = parseConstraints(JSON.parse('{"__proto__":{"exact":1},"constructor":{"exact":2}}'));
  expect(evaluateConstraints(odd, JSON.parse('{"__proto__":1,"constructor":2}') as JsonObject)).toBe(true);
  expect(evaluateConstraints(odd, {})).toBe("unknown");
  expect(evaluateConstraints(limits, JSON.parse('{"amount":"1","order":1,"constructor":2}') as JsonObject)).toBe(false);
});

it("reads the short form as the full one", () => {
  expect(
    parseConstraints({
      a: { decimal: { max: "100.00" } },
      b: { any: [{ one_of: ["x"] }, { exact: null }] },
      c: { path: "/d" },
      d: { wildcard: {} },
    }),
  ).toEqual({
    a: { constraint_type: "decimal", max: "100.00" },
    b: {
      constraint_type: "any",
      constraints: [
        { constraint_type: "one_of", values: ["x"] },
        { constraint_type: "exact", value: null },
      ],
    },
    c: { constraint_type: "path", within: "/d" },
    d: { constraint_type: "wildcard" },
  });
});

it("keeps nothing of the object it was given", () => {
  const given = { a: { constraint_type: "one_of", values: ["x"] } };
  const parsed = parseConstraints(given);
  given.a.values.push("y");
  expect(evaluateConstraints(parsed, { a: "y" })).toBe(false);
});

const malformed: [string, unknown, RegExp][] = [
  ["nothing", undefined, /\$/],
  ["an empty object", {}, /write null/],
  ["an array", [], /\$/],
  ["an unknown type", { a: { constraint_type: "pattern", value: "*" } }, /\$\.a .*type/],
  ["an unknown short type", { a: { pattern: "*" } }, /\$\.a /],
  ["a type from the prototype", { a: { constraint_type: "constructor" } }, /\$\.a /],
  ["a short type from the prototype", { a: JSON.parse('{"__proto__":{}}') }, /\$\.a /],
  ["two short types", { a: { exact: 1, range: {} } }, /\$\.a /],
  ["a misspelt member", { a: { constraint_type: "range", maximum: 5 } }, /member other than/],
  ["a member too many", { a: { constraint_type: "exact", value: 1, note: "x" } }, /member other than/],
  ["a missing member", { a: { constraint_type: "one_of" } }, /lacks values/],
  ["a constraint that is null", { a: null }, /\$\.a /],
  ["an exact array", { a: { exact: [1] } }, /\$\.a\.value .*scalar/],
  ["an empty list", { a: { one_of: [] } }, /\$\.a\.values is empty/],
  ["an empty all", { a: { all: [] } }, /is empty/],
  ["a list that is text", { a: { subset: "ab" } }, /not an array/],
  ["a range without bounds", { a: { range: {} } }, /neither min nor max/],
  ["a bound in text", { a: { range: { max: "5" } } }, /\$\.a\.max is not a number/],
  ["a bound beyond 2^53", { a: { range: { max: 2 ** 53 } } }, /2\^53/],
  ["a bound that is NaN", { a: { range: { max: Number.NaN } } }, /not plain JSON/],
  ["bounds turned round", { a: { range: { min: 5, max: 1 } } }, /min above its max/],
  ["a flag without its bound", { a: { range: { min: 5, max_inclusive: false } } }, /max_inclusive without max/],
  ["a flag that is text", { a: { range: { max: 5, max_inclusive: "no" } } }, /not true or false/],
  ["decimal bounds as numbers", { a: { decimal: { max: 100 } } }, /\$\.a\.max is not decimal text/],
  ["decimal bounds with a comma", { a: { decimal: { max: "5,000" } } }, /not decimal text/],
  ["decimal bounds turned round", { a: { decimal: { min: "10", max: "9.99" } } }, /min above its max/],
  ["a folder that climbs", { a: { path: "/data/../etc" } }, /not a plain path/],
  ["a folder with a slash at its end", { a: { path: "/data/" } }, /not in normal form/],
  ["a folder that is a number", { a: { path: 5 } }, /not a plain path/],
  ["a host in capitals", { a: { url: { scheme: "https", host: "A.example" } } }, /spelled/],
  ["a host with a path", { a: { url: { scheme: "https", host: "a.example/x" } } }, /spelled/],
  ["a host with a port", { a: { url: { scheme: "https", host: "a.example:1" } } }, /spelled/],
  ["a host with a user", { a: { url: { scheme: "https", host: "u@a.example" } } }, /spelled/],
  ["a path that climbs", { a: { url: { scheme: "https", host: "a.example", path: "/a/../b" } } }, /spelled/],
  ["a path with a query", { a: { url: { scheme: "https", host: "a.example", path: "/a?b" } } }, /spelled/],
  ["a scheme not known", { a: { url: { scheme: "ftp", host: "a.example" } } }, /scheme/],
  ["a port of 0", { a: { url: { scheme: "https", host: "a.example", port: 0 } } }, /port/],
  ["a length below 0", { a: { len: { max: -1 } } }, /whole number/],
  ["a length and a half", { a: { len: { max: 1.5 } } }, /whole number/],
  ["a date", { a: { exact: new Date(0) } }, /not plain JSON/],
];

it.each(malformed)("refuses %s and says where", (_, value, message) => {
  expect(() => parseConstraints(value)).toThrow(expect.objectContaining({ code: "trust/constraint_malformed" }));
  expect(() => parseConstraints(value)).toThrow(message);
});

function nested(depth: number): unknown {
  return depth === 1 ? { exact: 1 } : { all: [nested(depth - 1)] };
}

it("nests as deep as the limit and no deeper", () => {
  expect(evaluateConstraint(parseConstraint(nested(CONSTRAINT_DEPTH_MAX)), 1)).toBe(true);
  expect(() => parseConstraint(nested(CONSTRAINT_DEPTH_MAX + 1))).toThrow(/nests deeper/);
});

it("lists as many values, and limits as many arguments, as the limit and no more", () => {
  const items = Array.from({ length: CONSTRAINT_ITEMS_MAX }, (_, index) => index);
  expect(evaluateConstraint(parseConstraint({ one_of: items }), 255)).toBe(true);
  expect(() => parseConstraint({ one_of: [...items, 256] })).toThrow(/has over/);
  const args = Object.fromEntries(items.map((index) => [`a${index}`, { exact: 1 }]));
  expect(Object.keys(parseConstraints(args))).toHaveLength(CONSTRAINT_ITEMS_MAX);
  expect(() => parseConstraints({ ...args, one: { exact: 1 } })).toThrow(/names over/);
});
