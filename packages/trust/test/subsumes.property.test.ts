import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type Constraint,
  evaluateConstraint,
  evaluateConstraints,
  isAuraError,
  type JsonValue,
  parseConstraint,
  parseConstraints,
  subsumes,
  subsumesConstraints,
} from "@aura/trust";
import { SUBSUMPTION_STEPS_MAX } from "../src/subsumes.ts";
import { thrownBy } from "./vector-file.ts";

const scalar = fc.constantFrom<null | boolean | number | string>(
  null,
  true,
  0,
  1,
  2,
  3,
  "0",
  "1",
  "1.50",
  "a",
  "b",
  "/d",
  "/d/e",
  "https://a.example/v1",
);
const values = fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 });
const count = fc.integer({ min: 0, max: 3 });
const flags = fc.record({ min_inclusive: fc.boolean(), max_inclusive: fc.boolean() });

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  scalar.map((value) => ({ exact: value })),
  values.map((items) => ({ one_of: items })),
  values.map((items) => ({ not_one_of: items })),
  values.map((items) => ({ contains: items })),
  values.map((items) => ({ subset: items })),
  fc.constant({ wildcard: {} }),
  fc
    .tuple(count, count, flags)
    .map(([a, b, flag]) => ({ range: { min: Math.min(a, b), max: Math.max(a, b), ...flag } })),
  count.map((max) => ({ range: { max } })),
  fc
    .tuple(count, count, flags)
    .map(([a, b, flag]) => ({ decimal: { min: `${Math.min(a, b)}`, max: `${Math.max(a, b)}.0`, ...flag } })),
  fc.tuple(count, count).map(([a, b]) => ({ len: { min: Math.min(a, b), max: Math.max(a, b) } })),
  fc.constantFrom("/", "/d", "/d/e", ".", "d").map((within) => ({ path: within })),
  fc
    .constantFrom({}, { path: "/" }, { path: "/v1" }, { port: 8443 })
    .map((more) => ({ url: { scheme: "https", host: "a.example", ...more } })),
);
const constraint: fc.Arbitrary<Constraint> = fc
  .oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })) },
    { weight: 1, arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any) => ({ any })) },
  )
  .map(parseConstraint);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.constantFrom(
    "2",
    "2.5",
    "/",
    "/d/e/f",
    "/x",
    "d/x",
    "https://a.example/",
    "https://a.example:8443/v1/x",
    "https://a.example/v1/x",
  ),
);

it("never calls a limit narrower that accepts one value more", () => {
  fc.assert(
    fc.property(constraint, constraint, fc.array(value, { minLength: 8, maxLength: 8 }), (parent, child, samples) => {
      fc.pre(subsumes(parent, child));
      for (const sample of samples) {
        if (evaluateConstraint(child, sample) === true) expect(evaluateConstraint(parent, sample)).toBe(true);
      }
    }),
    { numRuns: 3_000 },
  );
});

it("calls a limit narrower than itself and than a wildcard, and goes on narrowing", () => {
  fc.assert(
    fc.property(constraint, constraint, constraint, (a, b, c) => {
      expect(subsumes(a, a)).toBe(true);
      expect(subsumes({ constraint_type: "wildcard" }, a)).toBe(true);
      if (subsumes(a, b) && subsumes(b, c)) expect(subsumes(a, c)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it.each<[boolean, unknown, unknown]>([
  [true, { range: { max: 100 } }, { range: { max: 20 } }],
  [false, { range: { max: 20 } }, { range: { max: 100 } }],
  [false, { range: { max: 20 } }, { range: { min: 0 } }],
  [true, { range: { max: 5 } }, { range: { max: 5, max_inclusive: false } }],
  [false, { range: { max: 5, max_inclusive: false } }, { range: { max: 5 } }],
  [true, { range: { max: 5 } }, { exact: 5 }],
  [false, { range: { max: 5 } }, { exact: "5" }],
  [true, { one_of: ["a", "b"] }, { one_of: ["b"] }],
  [false, { one_of: ["a"] }, { one_of: ["a", "b"] }],
  [true, { one_of: ["a"] }, { exact: "a" }],
  [false, { one_of: ["a"] }, { wildcard: {} }],
  [false, { one_of: ["a"] }, { not_one_of: ["b"] }],
  [true, { not_one_of: ["a"] }, { not_one_of: ["b", "a"] }],
  [false, { not_one_of: ["a"] }, { not_one_of: ["b"] }],
  [false, { not_one_of: ["a"] }, { not_one_of: ["a", 1] }],
  [true, { not_one_of: ["a", null] }, { not_one_of: ["a", null, 1] }],
  [true, { contains: ["a"] }, { contains: ["a", "b"] }],
  [false, { contains: ["a", "b"] }, { contains: ["a"] }],
  [true, { subset: ["a", "b"] }, { subset: ["a"] }],
  [false, { subset: ["a"] }, { subset: ["a", "b"] }],
  [true, { all: [{ range: { max: 9 } }] }, { all: [{ range: { max: 5 } }, { exact: 1 }] }],
  [false, { all: [{ range: { max: 9 } }] }, { range: { max: 5 } }],
  [true, { any: [{ exact: 1 }, { exact: 2 }] }, { any: [{ exact: 2 }] }],
  [false, { any: [{ exact: 1 }] }, { any: [{ exact: 1 }, { exact: 2 }] }],
  [true, { decimal: { max: "100.00" } }, { decimal: { max: "100" } }],
  [false, { decimal: { max: "100.00" } }, { decimal: { max: "100.001" } }],
  [true, { decimal: { max: "100.00" } }, { exact: "99.99" }],
  [false, { decimal: { max: "100.00" } }, { exact: 99 }],
  [true, { path: "/data" }, { path: "/data/in" }],
  [false, { path: "/data/in" }, { path: "/data" }],
  [false, { path: "/data" }, { path: "/database" }],
  [
    true,
    { url: { scheme: "https", host: "a.example" } },
    { url: { scheme: "https", host: "a.example", port: 443, path: "/v1" } },
  ],
  [
    false,
    { url: { scheme: "https", host: "a.example", path: "/v1" } },
    { url: { scheme: "https", host: "a.example" } },
  ],
  [false, { url: { scheme: "https", host: "a.example" } }, { url: { scheme: "https", host: "a.example", port: 8443 } }],
  [true, { len: { max: 9 } }, { len: { min: 1, max: 5 } }],
])("answers %s: %j covers %j", (answer, parent, child) => {
  expect(subsumes(parseConstraint(parent), parseConstraint(child))).toBe(answer);
});

it("lets no argument join or leave the closed world of a tool", () => {
  const parent = parseConstraints({ a: { range: { max: 9 } }, b: { wildcard: {} } });
  const narrower = parseConstraints({ a: { exact: 1 }, b: { exact: 2 } });
  expect(subsumesConstraints(parent, narrower)).toBe(true);
  expect(subsumesConstraints(null, narrower)).toBe(true);
  expect(subsumesConstraints(null, null)).toBe(true);
  expect(subsumesConstraints(parent, null)).toBe(false);
  expect(subsumesConstraints(parent, parseConstraints({ a: { exact: 1 } }))).toBe(false);
  expect(subsumesConstraints(parent, parseConstraints({ a: { exact: 1 }, c: { exact: 2 } }))).toBe(false);
  expect(subsumesConstraints(narrower, parent)).toBe(false);
});

it("compares as much as the bound allows and no more, however the clauses are nested", () => {
  const count = (length: number) => Array.from({ length }, (_, index) => index);
  const lists = (length: number, value: number) => count(length).map(() => ({ one_of: [value] }));
  const parent = parseConstraint({ any: [{ one_of: count(100) }, ...lists(254, 200), { one_of: [300] }] });
  // 1 for the pair, 151 clauses that each walk to the last (102 + 255 * 3), and one that the first covers.
  const child = (values: number) => parseConstraint({ any: [...lists(151, 300), { one_of: count(values) }] });
  expect(1 + 151 * (102 + 255 * 3) + (1 + 100 + 53)).toBe(SUBSUMPTION_STEPS_MAX);
  expect(subsumes(parent, child(53))).toBe(true);
  expect(subsumes(parent, child(54))).toBe(false);
  const wide = parseConstraint({ any: count(256).map((value) => ({ exact: value })) });
  expect(subsumes(wide, wide)).toBe(true);
});

it("reads any value as limits or refuses it with a typed error, and judges any arguments", () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      expect(
        isAuraError(
          thrownBy(() => parseConstraints(given)),
          "trust/constraint_malformed",
        ),
      ).toBe(true);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(constraint, fc.anything(), (limit, given) => {
      expect([true, false, "unknown"]).toContain(evaluateConstraint(limit, given as JsonValue));
      expect([true, false, "unknown"]).toContain(evaluateConstraints({ a: limit }, { a: given as JsonValue }));
    }),
    { numRuns: 1_000 },
  );
});

it("reads back the full form as it stands", () => {
  fc.assert(
    fc.property(constraint, (limit) => {
      expect(parseConstraint(limit)).toEqual(limit);
    }),
  );
});
