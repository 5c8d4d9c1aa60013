import { describe, expect, it } from "vitest";
import { type Signer, signJws, verifyEd25519, verifyJws } from "../index.ts";

const SIGNATURE_BYTES = 64;
const AT_ONCE = 64;
const LONG_BYTES = 300_000;

/** What `Signer` promises. `open` opens one and the same key each time. */
export function signerContract(name: string, open: () => Promise<Signer>): void {
  describe(`${name}, as Signer promises`, () => {
    it("shows the public key of one key, whoever opens it, and nothing can be put in its place", async () => {
      const [signer, again] = [await open(), await open()];
      expect(again.publicKey).toEqual(signer.publicKey);
      expect(Object.keys(signer.publicKey).toSorted()).toEqual(["crv", "kid", "kty", "x"]);
      expect(Object.isFrozen(signer) && Object.isFrozen(signer.publicKey)).toBe(true);
    });

    it("shows nothing but its public key when it is printed", async () => {
      const signer = await open();
      expect(JSON.parse(JSON.stringify(signer))).toEqual({ publicKey: { ...signer.publicKey } });
    });

    it.each([0, 1, 32, LONG_BYTES])("signs %i bytes so that the strict rule accepts it", async (length) => {
      const signer = await open();
      const message = bytes(length);
      const signature = await signer.sign(message);
      expect([signature.length, signature.constructor]).toEqual([SIGNATURE_BYTES, Uint8Array]);
      expect(verifyEd25519(signer.publicKey, message, signature)).toBe(true);
      expect(verifyEd25519(signer.publicKey, bytes(length + 1), signature)).toBe(false);
    });

    it("signs the part of a buffer that it is given, and leaves it as it is", async () => {
      const signer = await open();
      const whole = bytes(100);
      const signature = await signer.sign(whole.subarray(20, 60));
      expect(verifyEd25519(signer.publicKey, bytes(100).subarray(20, 60), signature)).toBe(true);
      expect(whole).toEqual(bytes(100));
    });

    it("signs the bytes as they were when it was asked", async () => {
      const signer = await open();
      const message = bytes(50);
      const asked = signer.sign(message);
      message.fill(0);
      expect(verifyEd25519(signer.publicKey, bytes(50), await asked)).toBe(true);
    });

    it("gives each of many who ask at once the signature over their own message", async () => {
      const signer = await open();
      const messages = Array.from({ length: AT_ONCE }, (_, at) => bytes(at + 1));
      const signatures = await Promise.all(messages.map(async (message) => signer.sign(message)));
      const verified = messages.map((message, at) =>
        verifyEd25519(signer.publicKey, message, signatures[at] ?? new Uint8Array()),
      );
      expect(verified).toEqual(messages.map(() => true));
    });

    it("gives signatures that stay as they are when more are made", async () => {
      const signer = await open();
      const first = await signer.sign(bytes(1));
      const copy = Uint8Array.from(first);
      await signer.sign(bytes(2));
      expect(first).toEqual(copy);
    });

    it("signs a statement that verifies under its kid", async () => {
      const signer = await open();
      const jws = await signJws(signer, "contract+jwt", { said: "by a signer" });
      expect(verifyJws(jws, "contract+jwt", [signer.publicKey])).toMatchObject({ ok: true });
    });
  });
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256);
}
