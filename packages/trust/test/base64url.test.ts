import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBase64url, encodeBase64url, isAuraError } from "@aura/trust";

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
