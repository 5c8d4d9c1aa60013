import fc from "fast-check";
import { expect, it } from "vitest";
import { CONSTRAINT_DEPTH_MAX, isAuraError, type JsonValue, parseConstraints } from "../src/index.ts";
import { readConstraints } from "../src/parse-constraint.ts";
import { FORMATS, type PublishedFormat, validatorOf } from "./schema-world.ts";
import { mutationsOf } from "./structural-mutation.ts";

/** Large, so that their changes of changes are too many to list. */
const LARGE = ["aura-receipt-1.json", "problem.json", "key-file.json"];
const formats = FORMATS.filter(({ file }) => !LARGE.includes(file)).map((one) => ({
  ...one,
  accepts: validatorOf(one.file),
}));

it("whatever was changed, and changed again: what a parser takes its schema takes", async () => {
  const picks = fc.record({
    format: fc.constantFrom(...formats),
    value: fc.nat(),
    changes: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(picks, async ({ format: { values, accepts, reads }, value, changes }) => {
      let changed = values[value % values.length] as JsonValue;
      for (const change of changes) {
        const all = [...mutationsOf(changed)];
        const next = all[Math.floor(change * all.length)]?.value ?? changed;
        if (JSON.stringify(next).length < 3_000) changed = next;
      }
      if (await parses(reads, changed)) expect(accepts(changed), JSON.stringify(changed)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

it("whatever somebody writes as limits: what is parsed is of constraints.short.json, and comes out of constraints.json", () => {
  const [full, short] = [validatorOf("constraints.json"), validatorOf("constraints.short.json")];
  let parsed = 0;
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), aConstraint(), { minKeys: 1, maxKeys: 2 }),
      (limits) => {
        const read = attempt(() => parseConstraints(limits));
        if (read === undefined) return;
        parsed += 1;
        expect(short(limits as JsonValue)).toBe(true);
        expect(full(read as unknown as JsonValue)).toBe(true);
        expect(readConstraints(read as never)).toEqual(read);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(parsed).toBeGreaterThan(20);
});

it("limits at the depth that is allowed are parsed; a level more is refused, and the schema does not run away", () => {
  const short = validatorOf("constraints.short.json");
  const nested = (levels: number): JsonValue =>
    levels === 1 ? { exact: 1 } : { [levels % 2 === 0 ? "all" : "any"]: [nested(levels - 1)] };
  expect(attempt(() => parseConstraints({ a: nested(CONSTRAINT_DEPTH_MAX) }))).toBeDefined();
  expect(attempt(() => parseConstraints({ a: nested(CONSTRAINT_DEPTH_MAX + 1) }))).toBeUndefined();
  expect(short({ a: nested(120) })).toBe(true); // named in its $comment
});

function aConstraint(): fc.Arbitrary<unknown> {
  const scalar = fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, "", "x", "1.50", "-0", "/a", "a/..", [], {});
  const bound = {
    min: scalar,
    max: scalar,
    min_inclusive: fc.constantFrom(true, false, 1),
    max_inclusive: fc.boolean(),
  };
  const bounds = fc.record(bound, { requiredKeys: [] });
  const list = fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar);
  const url = fc.record(
    {
      scheme: fc.constantFrom("https", "http", "ftp"),
      host: fc.constantFrom("a.example", "A.example", "a.example/", "[::1]", ""),
      port: fc.constantFrom(1, 0, 65_535, 65_536, 1.5),
      path: fc.constantFrom("/", "/v1", "/v1/", "v1", "/%2f", "/ä"),
    },
    { requiredKeys: ["scheme", "host"] },
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.tuple(fc.constantFrom("exact", "path"), scalar).map(asMember),
      fc.tuple(fc.constantFrom("range", "decimal", "len"), bounds).map(asMember),
      fc.tuple(fc.constantFrom("one_of", "not_one_of", "contains", "subset"), list).map(asMember),
      url.map((one) => ({ url: one })),
      fc.constantFrom({ wildcard: {} }, { wildcard: null }, { constraint_type: "wildcard" }, { decimal: {} }, {}),
      bounds.map((one) => ({ constraint_type: "range", ...one })),
      fc.tuple(fc.constantFrom("all", "any"), fc.array(tie("any"), { maxLength: 3 })).map(asMember),
    ),
  }));
  return any;
}

function asMember([name, value]: [string, unknown]): unknown {
  return { [name]: value };
}

/** What JSON cannot carry is refused before a parser sees it. */
async function parses(reads: PublishedFormat["reads"], value: JsonValue): Promise<boolean> {
  try {
    return await reads(value);
  } catch (error) {
    if (isAuraError(error, "trust/not_json")) return false;
    throw error;
  }
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ code: "trust/constraint_malformed" });
    return undefined;
  }
}
