import fc from "fast-check";
import { expect, it } from "vitest";
import { generateKey, JWS_CHARS_MAX, type JsonObject, signerFromSeed, signJws, verifyJws } from "@aura/trust";
import { JWS_DEPTH_MAX } from "../src/jws.ts";
import { anyText } from "./hostile-text.ts";
import { changeAt, headerFor, otherSpellings, signTexts } from "./signed-text.ts";

const signer = signerFromSeed(new Uint8Array(32).fill(1));
const keys = [signerFromSeed(new Uint8Array(32).fill(2)).publicKey, signer.publicKey];
const { kid } = signer.publicKey;

it("reads what a trusted key signed, and says which key it was", async () => {
  const text = await signJws(signer, "a+jwt", { b: 1, a: "é" });
  expect(verifyJws(text, "a+jwt", keys)).toEqual({ ok: true, payload: { a: "é", b: 1 }, kid });
});

it("gives one text for one statement", async () => {
  const texts = [await signJws(signer, "a+jwt", { b: 1, a: 2 }), await signJws(signer, "a+jwt", { a: 2, b: 1 })];
  expect(new Set(texts).size).toBe(1);
});

it("tells a type, a stranger and a forged text apart", async () => {
  const text = await signJws(signer, "a+jwt", { a: 1 });
  const stranger = await generateKey();
  expect(verifyJws(text, "b+jwt", keys)).toEqual({ ok: false, reason: "type" });
  expect(verifyJws(await signJws(stranger, "a+jwt", { a: 1 }), "a+jwt", keys)).toEqual({
    ok: false,
    reason: "unknown_key",
  });
  expect(verifyJws(await signTexts(stranger, headerFor(signer, "a+jwt"), '{"a":1}'), "a+jwt", keys)).toEqual({
    ok: false,
    reason: "signature",
  });
  expect(verifyJws(text, "a+jwt", [])).toEqual({ ok: false, reason: "unknown_key" });
});

it.each([
  ["no kid", '{"alg":"EdDSA","typ":"a+jwt"}'],
  ["no typ", `{"alg":"EdDSA","kid":"${kid}"}`],
  ["alg none", `{"alg":"none","kid":"${kid}","typ":"a+jwt"}`],
  ["alg HS256", `{"alg":"HS256","kid":"${kid}","typ":"a+jwt"}`],
  ["the other name of the algorithm", `{"alg":"Ed25519","kid":"${kid}","typ":"a+jwt"}`],
  ["a critical extension", `{"alg":"EdDSA","crit":["exp"],"kid":"${kid}","typ":"a+jwt"}`],
  ["a key of its own", `{"alg":"EdDSA","jwk":{},"kid":"${kid}","typ":"a+jwt"}`],
  ["a key from a URL", `{"alg":"EdDSA","jku":"https://evil.example","kid":"${kid}","typ":"a+jwt"}`],
  ["unencoded payload", `{"alg":"EdDSA","b64":false,"kid":"${kid}","typ":"a+jwt"}`],
  ["members in another order", `{"kid":"${kid}","alg":"EdDSA","typ":"a+jwt"}`],
  ["white space", `{"alg": "EdDSA","kid":"${kid}","typ":"a+jwt"}`],
  ["a duplicate alg", `{"alg":"none","alg":"EdDSA","kid":"${kid}","typ":"a+jwt"}`],
  ["an escaped letter", `{"alg":"EdDS\\u0041","kid":"${kid}","typ":"a+jwt"}`],
  ["a byte order mark", `\ufeff{"alg":"EdDSA","kid":"${kid}","typ":"a+jwt"}`],
  ["an array", "[]"],
  ["no JSON", "EdDSA"],
])("refuses a header with %s, though the signature is good", async (_, header) => {
  expect(verifyJws(await signTexts(signer, header, '{"a":1}'), "a+jwt", keys)).toEqual({ ok: false, reason: "header" });
});

it.each([
  ["white space", '{"a": 1}'],
  ["members in another order", '{"b":1,"a":1}'],
  ["a duplicate member", '{"a":1,"a":2}'],
  ["a number spelled 1.0", '{"a":1.0}'],
  ["1e400", '{"exp":1e400}'],
  ["half a surrogate pair", '{"a":"\\ud800"}'],
  ["an array", "[1]"],
  ["null", "null"],
  ["nothing", ""],
  ["a byte order mark", '\ufeff{"a":1}'],
  ["too many levels", `{"a":${"[".repeat(JWS_DEPTH_MAX)}${"]".repeat(JWS_DEPTH_MAX)}}`],
])("refuses a payload with %s, though the signature is good", async (_, payload) => {
  expect(verifyJws(await signTexts(signer, headerFor(signer, "a+jwt"), payload), "a+jwt", keys)).toEqual({
    ok: false,
    reason: "payload",
  });
});

it("has one spelling: no other text is read as this one", async () => {
  for (const length of [1, 2, 3]) {
    const text = await signJws(signer, "a+jwt", { a: "x".repeat(length) });
    for (const [name, other] of otherSpellings(text)) {
      expect([name, verifyJws(other, "a+jwt", keys)]).toEqual([name, { ok: false, reason: "malformed" }]);
    }
  }
});

it("refuses a text changed at any place", async () => {
  const text = await signJws(signer, "a+jwt", { amount: "42.00", to: "acme" });
  for (let index = 0; index < text.length; index += 1) {
    expect([index, verifyJws(changeAt(text, index), "a+jwt", keys).ok]).toEqual([index, false]);
    expect([index, verifyJws(text.slice(0, index) + text.slice(index + 1), "a+jwt", keys).ok]).toEqual([index, false]);
  }
});

it("writes and reads as long a text as the limit and not one character more", async () => {
  const base = (await signJws(signer, "a+jwt", { a: "" })).length;
  const fill = Math.floor(((JWS_CHARS_MAX - base) * 3) / 4);
  const longest = await signJws(signer, "a+jwt", { a: "x".repeat(fill) });
  expect(longest.length).toBeLessThanOrEqual(JWS_CHARS_MAX);
  expect(longest.length).toBeGreaterThan(JWS_CHARS_MAX - 4);
  expect(verifyJws(longest, "a+jwt", keys).ok).toBe(true);
  await expect(signJws(signer, "a+jwt", { a: "x".repeat(fill + 3) })).rejects.toMatchObject({
    code: "trust/claims_refused",
  });
  const beyond = await signTexts(signer, headerFor(signer, "a+jwt"), JSON.stringify({ a: "x".repeat(fill + 3) }));
  expect(verifyJws(beyond, "a+jwt", keys)).toEqual({ ok: false, reason: "too_large" });
});

it("signs nothing that it would not read again", async () => {
  let deep: JsonObject = {};
  for (let depth = 1; depth < JWS_DEPTH_MAX; depth += 1) deep = { deep };
  expect(verifyJws(await signJws(signer, "a+jwt", deep), "a+jwt", keys).ok).toBe(true);
  await expect(signJws(signer, "a+jwt", { deep })).rejects.toMatchObject({ code: "trust/claims_refused" });
  await expect(signJws(signer, "a+jwt", { a: Number.NaN })).rejects.toMatchObject({ code: "trust/not_json" });
});

it("answers any text with a refusal and never throws", () => {
  const part = fc.oneof(
    fc.string(),
    fc.base64String(),
    anyText(),
    fc.json().map((text) => Buffer.from(text).toString("base64url")),
  );
  const hostile = fc.oneof(
    anyText(),
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join(".")),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      expect(verifyJws(text, "a+jwt", keys).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
  for (const value of [undefined, null, 1, {}, []]) expect(verifyJws(value as never, "a+jwt", keys).ok).toBe(false);
});
