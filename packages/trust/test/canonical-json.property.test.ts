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
