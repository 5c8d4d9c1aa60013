import { expect, it } from "vitest";
import { generateKey, signerFromSeed } from "@aura/trust";
import { soundSignature } from "../src/key-signer.ts";

const MESSAGE = new TextEncoder().encode("pay 41.00");

it("releases a signature that verifies, and never one that does not", async () => {
  const signer = await generateKey();
  const { publicKey } = signer;
  const signature = await signer.sign(MESSAGE);
  expect(soundSignature(publicKey, MESSAGE, signature)).toBe(signature);
  const faulty = signature.with(40, (signature[40] ?? 0) ^ 1);
  expect(() => soundSignature(publicKey, MESSAGE, faulty)).toThrow(
    expect.objectContaining({ code: "trust/signature_fault" }),
  );
});

it("takes a seed of 32 bytes and no other", () => {
  expect(signerFromSeed(new Uint8Array(32)).publicKey.kid).toMatch(/^[\w-]{43}$/);
  for (const length of [31, 33]) {
    expect(() => signerFromSeed(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: "trust/seed_refused" }),
    );
  }
});
