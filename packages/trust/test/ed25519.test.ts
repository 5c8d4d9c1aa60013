import { inspect } from "node:util";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import {
  admitPublicKey,
  admitTrustAnchor,
  decodeBase64url,
  encodeBase64url,
  generateKey,
  publicKeyBytes,
  publicKeyFromBytes,
  signerFromSeed,
  verifyEd25519,
} from "@aura/trust";
import { admitKey, ADMITTED_KEYS_MAX, admittedKeyCount } from "../src/admitted-key.ts";
import { equationHolds } from "../src/ed25519-points.ts";
import { isAcceptableSignature } from "../src/ed25519.ts";
import { fromHex, readVectors, utf8 } from "./vector-file.ts";

interface NamedKey {
  name: string;
  key: string;
}

const vectors = readVectors<{
  seeds: (NamedKey & { seed: string })[];
  signatures: (NamedKey & { message: string; signature: string; accept: boolean })[];
  refusedKeys: NamedKey[];
  refusedAnchors: NamedKey[];
}>("ed25519.json");

const keyRefused = expect.objectContaining({ code: "trust/key_refused" });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it.each(vectors.seeds)("makes the key of $name", ({ seed, key }) => {
  expect(publicKeyBytes(signerFromSeed(fromHex(seed)).publicKey)).toEqual(fromHex(key));
});

it.each(vectors.signatures)("answers $accept for $name, with each engine", ({ key, message, signature, accept }) => {
  const publicKey = { kty: "OKP", crv: "Ed25519", x: encodeBase64url(fromHex(key)), kid: thumbprintOf(key) } as const;
  expect(verifyEd25519(publicKey, fromHex(message), fromHex(signature))).toBe(accept);
  expect(opinion(equationHolds, key, message, signature)).toBe(accept);
  expect(opinion(equationByOtherPoints, key, message, signature)).toBe(accept);
});

/** The rule with one engine behind it, whatever engine this runtime has. */
function opinion(engine: typeof equationHolds, key: string, message: string, signature: string): boolean {
  try {
    admitKey(encodeBase64url(fromHex(key)));
  } catch {
    return false;
  }
  return isAcceptableSignature(fromHex(signature)) && engine(fromHex(key), fromHex(message), fromHex(signature));
}

/** R = [S]B - [k]A once more, by the points of @noble/curves: another implementation than the one that is shipped. */
const equationByOtherPoints: typeof equationHolds = (key, message, signature) => {
  const { Point } = ed25519;
  const challenge = fromLittleEndian(sha512(Uint8Array.of(...signature.subarray(0, 32), ...key, ...message)));
  const minusKey = Point.fromBytes(key)
    .negate()
    .multiplyUnsafe(challenge % Point.Fn.ORDER);
  const sum = Point.BASE.multiplyUnsafe(fromLittleEndian(signature.subarray(32))).add(minusKey);
  return Buffer.from(sum.toBytes()).equals(signature.subarray(0, 32));
};

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);
}

function thumbprintOf(key: string): string {
  try {
    return publicKeyFromBytes(fromHex(key)).kid;
  } catch {
    return "";
  }
}

it.each(vectors.refusedKeys)("admits no key: $name", ({ key }) => {
  const x = encodeBase64url(fromHex(key));
  expect(() => admitPublicKey({ kty: "OKP", crv: "Ed25519", x })).toThrow(keyRefused);
  expect(verifyEd25519({ kty: "OKP", crv: "Ed25519", x, kid: "" }, utf8("m"), new Uint8Array(64))).toBe(false);
});

it.each(vectors.refusedAnchors)("trusts nobody's root to $name", ({ key }) => {
  const admitted = publicKeyFromBytes(fromHex(key));
  expect(() => admitTrustAnchor(admitted)).toThrow(keyRefused);
});

it("lets an honest key be a trust anchor", async () => {
  const { publicKey } = await generateKey();
  expect(admitTrustAnchor({ ...publicKey })).toEqual(publicKey);
});

it("names a key by the thumbprint of RFC 8037 appendix A.3", () => {
  const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  expect(admitPublicKey({ kty: "OKP", crv: "Ed25519", x }).kid).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
});

const HONEST = signerFromSeed(new Uint8Array(32).fill(5)).publicKey;

it.each([
  ["nothing", undefined],
  ["null", null],
  ["a text", HONEST.x],
  ["an array", [HONEST]],
  ["another kty", { ...HONEST, kty: "EC" }],
  ["another curve", { ...HONEST, crv: "Ed448" }],
  ["another algorithm", { ...HONEST, alg: "ES256" }],
  ["a foreign kid", { ...HONEST, kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" }],
  ["a private key", { ...HONEST, d: HONEST.x }],
  ["a key from a URL", { ...HONEST, x5u: "https://evil.example/key" }],
  ["padding", { ...HONEST, x: `${HONEST.x}=` }],
  ["no x", { kty: "OKP", crv: "Ed25519" }],
  ["an x that is inherited", Object.create(HONEST)],
])("admits no key from %s", (_, value) => {
  expect(() => admitPublicKey(value)).toThrow(keyRefused);
});

it("says so when a private key is shown for a public one", () => {
  expect(() => admitPublicKey({ ...HONEST, d: HONEST.x })).toThrow(/private key/);
});

it("verifies nothing for a key whose kid is not its own", async () => {
  const [signer, other] = [await generateKey(), await generateKey()];
  const signature = await signer.sign(utf8("m"));
  expect(verifyEd25519(signer.publicKey, utf8("m"), signature)).toBe(true);
  expect(verifyEd25519({ ...signer.publicKey, kid: other.publicKey.kid }, utf8("m"), signature)).toBe(false);
});

it("accepts no signature with one bit changed, whichever bit", async () => {
  const signer = signerFromSeed(new Uint8Array(32).fill(9));
  const signature = await signer.sign(utf8("pay 42.00"));
  for (let bit = 0; bit < 512; bit += 1) {
    const changed = signature.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(verifyEd25519(signer.publicKey, utf8("pay 42.00"), changed)).toBe(false);
  }
});

it("gives one answer with two engines, for signatures, noise and noise that looks like a signature", async () => {
  const signer = signerFromSeed(new Uint8Array(32).fill(9));
  const honest = await signer.sign(utf8("m"));
  const key = publicKeyBytes(signer.publicKey);
  const half = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const signature = fc.oneof(
    fc.constant(honest),
    fc.tuple(half, half).map(([r, s]) => Uint8Array.from([...r, ...s])),
    half.map((r) => Uint8Array.from([...r, ...honest.subarray(32)])),
    half.map((s) => Uint8Array.from([...honest.subarray(0, 32), ...s.with(31, 0)])),
  );
  fc.assert(
    fc.property(signature, (bytes) => {
      const second = isAcceptableSignature(bytes) && equationHolds(key, utf8("m"), bytes);
      expect(verifyEd25519(signer.publicKey, utf8("m"), bytes)).toBe(second);
    }),
    { numRuns: 60 },
  );
});

it("signs and verifies alike where there is no node:crypto", async () => {
  vi.stubGlobal("process", undefined);
  vi.resetModules();
  const bare = await import("../src/index.ts");
  vi.unstubAllGlobals();
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  const signer = bare.signerFromSeed(new Uint8Array(32).fill(5));
  const signature = await signer.sign(utf8("m"));
  expect(signer.publicKey).toEqual(HONEST);
  expect(bare.verifyEd25519(signer.publicKey, utf8("m"), signature)).toBe(true);
  expect(bare.verifyEd25519(signer.publicKey, utf8("n"), signature)).toBe(false);
  expect([bare.hashText("é"), bare.hashBytes(utf8("é"))]).toEqual(
    Array(2).fill(encodeBase64url(fromHex("4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"))),
  );
  const { nonce, canonicalArguments, claims } = readVectors<{
    nonce: string;
    canonicalArguments: string;
    claims: { commitment: string };
  }>("call-proof.json");
  expect(bare.commit(nonce, canonicalArguments)).toBe(claims.commitment);
});

it("keeps a bounded number of keys prepared", () => {
  for (let index = 0; index < ADMITTED_KEYS_MAX + 5; index += 1) {
    const seed = new Uint8Array(32);
    seed[0] = index & 255;
    seed[1] = index >> 8;
    signerFromSeed(seed);
  }
  expect(admittedKeyCount()).toBe(ADMITTED_KEYS_MAX);
});

it("shows no private key, however a signer is printed", () => {
  const seed = new Uint8Array(32).fill(5);
  const signer = signerFromSeed(seed);
  const shown = inspect(signer, { showHidden: true, depth: null }) + JSON.stringify(signer);
  for (const secret of [encodeBase64url(seed), Buffer.from(seed).toString("hex"), seed.join(",")]) {
    expect(shown).not.toContain(secret);
  }
});

it("keeps signing with the seed it was given when the caller wipes the seed", async () => {
  const seed = new Uint8Array(32).fill(5);
  const signer = signerFromSeed(seed);
  seed.fill(0);
  expect(verifyEd25519(HONEST, utf8("m"), await signer.sign(utf8("m")))).toBe(true);
});

it("refuses a seed of another length and random bytes of another length", async () => {
  expect(() => signerFromSeed(new Uint8Array(31))).toThrow(expect.objectContaining({ code: "trust/seed_refused" }));
  expect(() => signerFromSeed(new Uint8Array(33))).toThrow(expect.objectContaining({ code: "trust/seed_refused" }));
  await expect(generateKey({ bytes: () => new Uint8Array(16) })).rejects.toMatchObject({ code: "trust/random_failed" });
});

it("gives a copy of the key's bytes", () => {
  publicKeyBytes(HONEST).fill(0);
  expect(publicKeyBytes(HONEST)).toEqual(decodeBase64url(HONEST.x));
});
