import { findAdmittedKey } from "./admitted-key.ts";
import { isCanonicalY, isScalarBelowOrder, isSmallOrder, POINT_BYTES, SIGNATURE_BYTES } from "./ed25519-bytes.ts";
import { equationHolds } from "./ed25519-points.ts";
import { nodeCrypto } from "./node-crypto.ts";
import type { PublicKey } from "./public-key.ts";

/**
 * The one acceptance rule, the same set of signatures on every runtime and engine:
 * the key is admitted (`admitPublicKey`); the signature is 64 bytes; S < L; R is canonical and not of small order; and
 * R equals, byte for byte, the encoding of [S]B - [k]A with k = SHA-512(R || A || M) (RFC 8032 section 5.1.7 without the
 * cofactor). Never throws: a key that would not be admitted verifies nothing.
 * One point multiplication; keys are prepared once and kept in a bounded cache.
 */
export function verifyEd25519(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const admitted = findAdmittedKey(key);
  if (admitted === undefined || !isAcceptableSignature(signature)) return false;
  const crypto = nodeCrypto();
  if (crypto === undefined) return equationHolds(admitted.bytes, message, signature);
  return crypto.verify(null, message, admitted.nativeKey(crypto), signature);
}

/** The byte checks that stand before the equation. Engines differ on them, so none of them is left to an engine. */
export function isAcceptableSignature(signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const commitment = signature.subarray(0, POINT_BYTES);
  return isScalarBelowOrder(signature.subarray(POINT_BYTES)) && isCanonicalY(commitment) && !isSmallOrder(commitment);
}
