import { nodeCrypto } from "./node-crypto.ts";
import { type PublicKey, publicKeyFromBytes } from "./public-key.ts";
import type { Random } from "./random.ts";
import type { Signer } from "./signer.ts";
import { systemRandom } from "./system-random.ts";
import { randomFailed, seedRefused, signatureFault } from "./trust-error.ts";
import { POINT_BYTES } from "./ed25519-bytes.ts";
import { publicKeyOfSeed, signBySeed } from "./ed25519-points.ts";
import { verifyEd25519 } from "./ed25519.ts";

export const SEED_BYTES = 32;

/** PKCS #8 of an Ed25519 private key (RFC 8410 section 7), up to the seed. */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

/**
 * A signer over a seed in memory. The seed is copied and reachable from no property; printing the signer shows the
 * public key. Each signature is verified before it is released. @throws `trust/seed_refused`; `sign` rejects with
 * `trust/signature_fault`
 */
export function signerFromSeed(seed: Uint8Array): Signer {
  if (seed.length !== SEED_BYTES) throw seedRefused();
  const secret = Uint8Array.from(seed);
  const { key, sign } = nativeKey(secret) ?? portableKey(secret);
  const publicKey = publicKeyFromBytes(key);
  return Object.freeze({
    publicKey,
    async sign(message: Uint8Array) {
      return soundSignature(publicKey, message, sign(message));
    },
  });
}

/** The signature, if it verifies. A fault of the machine in the middle of signing can give the key away. @internal */
export function soundSignature(publicKey: PublicKey, message: Uint8Array, signature: Uint8Array): Uint8Array {
  if (!verifyEd25519(publicKey, message, signature)) throw signatureFault(publicKey.kid);
  return signature;
}

/** A new key from unpredictable bytes. @throws `trust/random_failed` */
export async function generateKey(random: Random = systemRandom): Promise<Signer> {
  return signerFromSeed(newSeed(random));
}

/** @internal */
export function newSeed(random: Random): Uint8Array {
  const seed = random.bytes(SEED_BYTES);
  if (seed.length !== SEED_BYTES) throw randomFailed();
  return seed;
}

interface RawKey {
  readonly key: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

function nativeKey(seed: Uint8Array): RawKey | undefined {
  const crypto = nodeCrypto();
  if (crypto === undefined) return undefined;
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const secret = crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = crypto.createPublicKey(secret).export({ format: "der", type: "spki" }); // the key is its last 32 bytes
  return {
    key: Uint8Array.from(spki.subarray(-POINT_BYTES)),
    sign: (message) => Uint8Array.from(crypto.sign(null, message, secret)),
  };
}

function portableKey(seed: Uint8Array): RawKey {
  return { key: publicKeyOfSeed(seed), sign: (message) => signBySeed(message, seed) };
}
