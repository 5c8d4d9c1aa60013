import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, isAuraError, type JsonValue, parseCanonicalJson } from "@aura/trust";
import { anyText } from "./hostile-text.ts";
import { thrownBy } from "./vector-file.ts";

/** Any JSON value, with names that trip objects up. */
const json = fc.jsonValue({ noUnicodeString: false, maxDepth: 5 }) as fc.Arbitrary<JsonValue>;

it("reads back what it wrote", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(parseCanonicalJson(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it("gives one text to one value, whatever order its members were made in", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), json), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
    }),
  );
});

it("accepts of all texts only the canonical one", () => {
  fc.assert(
    fc.property(json, fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const canonical = canonicalJson(value);
      if (text === canonical) expect(canonicalJson(parseCanonicalJson(text))).toBe(canonical);
      else
        expect(
          isAuraError(
            thrownBy(() => parseCanonicalJson(text)),
            "trust/not_canonical",
          ),
        ).toBe(true);
    }),
  );
});

it("accepts exactly what writing its value gives back, whatever trips JSON.stringify up", () => {
  const name = fc.constantFrom(
    "9",
    "10",
    "2",
    "-1",
    "",
    "a",
    "A",
    "\u20ac",
    "\ud83d\ude00",
    "\ufb33",
    "__proto__",
    "\ud800",
  );
  const value = fc.oneof(fc.constantFrom(0, -0, 1e21, 5e-324, null, true, "\ud800", "\u2028", "\u007f"), fc.string());
  const members = fc.array(fc.tuple(name, value), { maxLength: 5 });
  const spelled = members.map((all) => {
    const inside = all.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`).join(",");
    return `{${inside}}`;
  });
  fc.assert(
    fc.property(
      fc.oneof(
        spelled,
        spelled.map((text) => `[${text},[${text}]]`),
      ),
      (text) => {
        let canonical: string | undefined;
        try {
          canonical = canonicalJson(JSON.parse(text) as JsonValue);
        } catch (error) {
          expect(isAuraError(error, "trust/not_json")).toBe(true);
        }
        if (canonical === text) expect(canonicalJson(parseCanonicalJson(text))).toBe(text);
        else
          expect(
            isAuraError(
              thrownBy(() => parseCanonicalJson(text)),
              "trust/not_canonical",
            ),
          ).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

it("reads members that look like numbers in the order of their text", () => {
  expect(parseCanonicalJson('{"10":1,"9":2}')).toEqual({ 9: 2, 10: 1 });
  expect(() => parseCanonicalJson('{"9":2,"10":1}')).toThrow(expect.objectContaining({ code: "trust/not_canonical" }));
});

it("answers hostile bytes with a value or a typed error", () => {
  const hostile = fc.oneof(fc.uint8Array({ maxLength: 200 }), anyText(), fc.json());
  fc.assert(
    fc.property(hostile, (text) => {
      try {
        const value = parseCanonicalJson(text);
        expect(canonicalJson(value)).toBe(typeof text === "string" ? text : new TextDecoder().decode(text));
      } catch (error) {
        expect(isAuraError(error, "trust/not_canonical")).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

it("answers anything else with a text or a typed error", () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withSparseArray: true,
        withNullPrototype: true,
        withBoxedValues: true,
        withObjectString: true,
        withTypedArray: true,
      }),
      (value) => {
        try {
          expect(parseCanonicalJson(canonicalJson(value as JsonValue))).toBeDefined();
        } catch (error) {
          expect(isAuraError(error, "trust/not_json")).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});
