import { createHmac } from "node:crypto";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase64url } from "@aura/trust";
import fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import { hmacText } from "../src/hash.ts";
import { fromHex, utf8 } from "./vector-file.ts";

const bytesOf = (byte: string, count: number): Uint8Array => fromHex(byte.repeat(count));

/** RFC 4231 section 4, those whose data is text: cases 3 and 4 are bytes that no text has. */
const RFC_4231: readonly (readonly [number, Uint8Array, string, string])[] = [
  [1, bytesOf("0b", 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [2, utf8("Jefe"), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  [5, bytesOf("0c", 20), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"],
  [
    6,
    bytesOf("aa", 131),
    "Test Using Larger Than Block-Size Key - Hash Key First",
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  [
    7,
    bytesOf("aa", 131),
    "This is a test using a larger than block-size key and a larger than block-size data. " +
      "The key needs to be hashed before being used by the HMAC algorithm.",
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  ],
];

it.each(RFC_4231)("is HMAC-SHA-256: RFC 4231 test case %i", (_case, key, text, mac) => {
  expect(Buffer.from(hmacText(key, text), "base64url").toString("hex").slice(0, mac.length)).toBe(mac);
});

const wellFormed = fc.string({ unit: "grapheme", maxLength: 400 }).filter((text) => text.isWellFormed());

it("agrees with two other implementations, for keys of every length and texts of every script", () => {
  for (let length = 0; length <= 130; length += 1) {
    const key = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
    expect(hmacText(key, "é€😂")).toBe(encodeBase64url(hmac(sha256, key, utf8("é€😂"))));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), wellFormed, (key, text) => {
      const mac = hmacText(key, text);
      expect(mac).toBe(encodeBase64url(hmac(sha256, key, utf8(text))));
      expect(mac).toBe(createHmac("sha256", key).update(text, "utf8").digest("base64url"));
    }),
  );
});

it("leaves key and text of a text longer than Node's buffer pool as they were", () => {
  const key = bytesOf("5a", 32);
  const text = "€".repeat(100_000);
  expect(hmacText(key, text)).toBe(encodeBase64url(hmac(sha256, key, utf8(text))));
  expect(key).toEqual(bytesOf("5a", 32));
});

it("gives the same where there is no node:crypto", async () => {
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  vi.resetModules();
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });
  const portable = await import("../src/hash.ts");
  for (const length of [0, 32, 64, 65]) {
    expect(portable.hmacText(bytesOf("c3", length), "é€😂")).toBe(hmacText(bytesOf("c3", length), "é€😂"));
  }
});
