import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBase64url, encodeBase64url, isAuraError } from "@aura/trust";
import { decodePortably } from "../src/base64url.ts";

it("writes bytes as everybody does, without padding, and reads them back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64url"));
      expect(decodeBase64url(text)).toEqual(bytes);
    }),
  );
});

it.each([
  ["padding", "AA=="],
  ["a character of the other alphabet", "+/AA"],
  ["a space", "AA A"],
  ["a line feed at the end", "AAAA\n"],
  ["one character alone", "AAAAA"],
  ["four spare bits", "AB"],
  ["two spare bits", "AAB"],
  ["a letter outside ASCII", "AAAé"],
  ["half a surrogate pair", "AAA\ud800"],
])("refuses %s", (_, text) => {
  expect(() => decodeBase64url(text)).toThrow(expect.objectContaining({ code: "trust/not_base64url" }));
});

it("reads no two texts as the same bytes, and answers any text with bytes or a typed error", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[A-Za-z0-9_-]{0,12}$/)), (text) => {
      try {
        expect(encodeBase64url(decodeBase64url(text))).toBe(text);
      } catch (error) {
        expect(isAuraError(error, "trust/not_base64url")).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

it("reads the same texts as the same bytes with Node's decoder and without", () => {
  const near = fc
    .tuple(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(60),
      fc.constantFrom("", "=", "+", "-", "\n", "A", "B", "\u00ff", "\u0141"),
    )
    .map(([bytes, at, other]) => {
      const text = Buffer.from(bytes).toString("base64url");
      return text.slice(0, at) + other + text.slice(at + 1);
    });
  fc.assert(
    fc.property(fc.oneof(near, fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{0,12}$/)), (text) => {
      const read = (decode: (text: string) => Uint8Array) => {
        try {
          return decode(text);
        } catch (error) {
          return isAuraError(error, "trust/not_base64url");
        }
      };
      expect(read(decodeBase64url)).toEqual(read(decodePortably));
    }),
    { numRuns: 1_000 },
  );
});
