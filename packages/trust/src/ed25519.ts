import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { findAdmittedKey } from "./admitted-key.ts";
import { isCanonicalY, isScalarBelowOrder, isSmallOrder, POINT_BYTES, SIGNATURE_BYTES } from "./ed25519-bytes.ts";
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

/**
 * R = [S]B - [k]A by @noble/curves' point operations: the engine where there is no `node:crypto`, and everywhere the
 * second opinion. Its own `verify` is cofactored and is not asked. The caller has checked the bytes.
 */
export function equationHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const order = ed25519.Point.Fn.ORDER;
  const commitment = signature.subarray(0, POINT_BYTES);
  const challenge = littleEndian(sha512(concat(commitment, key, message))) % order;
  const scalar = littleEndian(signature.subarray(POINT_BYTES));
  const minusKey = ed25519.Point.fromBytes(key).negate();
  const expected = ed25519.Point.BASE.multiplyUnsafe(scalar).add(minusKey.multiplyUnsafe(challenge)).toBytes();
  return expected.every((byte, index) => byte === commitment[index]);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
