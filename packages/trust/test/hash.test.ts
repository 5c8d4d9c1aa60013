import { expect, it } from "vitest";
import { commit, encodeBase64url, hashBytes, hashText, newNonce, sha256, systemRandom, uuidv7 } from "@aura/trust";
import { fromHex, readVectors, utf8 } from "./vector-file.ts";

/** FIPS 180-4, example of one block. */
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

it("is SHA-256, of bytes and of text", () => {
  expect(sha256(utf8("abc"))).toEqual(fromHex(ABC));
  expect(hashBytes(utf8("abc"))).toBe(encodeBase64url(fromHex(ABC)));
  expect(hashText("abc")).toBe(encodeBase64url(fromHex(ABC)));
  expect(hashText("é€😂")).toBe(hashBytes(utf8("é€😂")));
});

it("refuses text that has no UTF-8 form", () => {
  const refused = expect.objectContaining({ code: "trust/not_unicode" });
  expect(() => hashText("\ud800")).toThrow(refused);
  expect(() => commit(newNonce(systemRandom), "\udfff")).toThrow(refused);
});

it("commits to a text under a nonce, as the published vector says", () => {
  const vector = readVectors<{ nonce: string; canonicalArguments: string; claims: { commitment: string } }>(
    "call-proof.json",
  );
  expect(commit(vector.nonce, vector.canonicalArguments)).toBe(vector.claims.commitment);
});

it("gives another commitment for another nonce or another text", () => {
  const [nonce, other] = [newNonce(systemRandom), newNonce(systemRandom)];
  expect(new Set([commit(nonce, "a"), commit(other, "a"), commit(nonce, "b")]).size).toBe(3);
});

it.each([
  ["31 bytes", "A".repeat(42)],
  ["33 bytes", "A".repeat(44)],
  ["no base64url", "=".repeat(43)],
  ["spare bits", `${"A".repeat(42)}B`],
])("refuses a nonce of %s", (_, nonce) => {
  expect(() => commit(nonce, "a")).toThrow(expect.objectContaining({ code: "trust/nonce_refused" }));
});

it("refuses a source of random bytes that gives too few", () => {
  const broken = { bytes: () => new Uint8Array(8) };
  const refused = expect.objectContaining({ code: "trust/random_failed" });
  expect(() => newNonce(broken)).toThrow(refused);
  expect(() => uuidv7(0, broken)).toThrow(refused);
});

it("fills more random bytes than the platform gives at once", () => {
  const bytes = systemRandom.bytes(70_000);
  expect(bytes).toHaveLength(70_000);
  expect(bytes.subarray(65_536).some((byte) => byte !== 0)).toBe(true);
});

it("writes a UUID of version 7 with the time of RFC 9562 appendix A.6", () => {
  const chance = {
    bytes: () => fromHex("ccc38c4dc0c0c07398ff").map((byte, index) => (index === 1 ? (byte & 0xf0) | 0x3 : byte)),
  };
  const id = uuidv7(0x017f22e279b0, chance);
  expect(id).toMatch(/^017f22e2-79b0-7ccc-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidv7(1, systemRandom) < uuidv7(2, systemRandom)).toBe(true);
  expect(uuidv7(0, systemRandom)).toMatch(/^00000000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
