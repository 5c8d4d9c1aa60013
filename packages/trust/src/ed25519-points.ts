import { getPublicKey, hashes, Point, sign } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { POINT_BYTES } from "./ed25519-bytes.ts";

// The engine where there is no `node:crypto`, and everywhere the second opinion: point arithmetic of @noble/ed25519. Its
// `verify` is cofactored and is not asked. Callers have checked the bytes (`ed25519-bytes.ts`).

/** Whether the encoding names a point of the curve (RFC 8032 section 5.1.3). */
export function isPoint(encoding: Uint8Array): boolean {
  try {
    Point.fromBytes(encoding);
    return true;
  } catch {
    return false; // it throws plain errors, and for this alone: the bytes are 32, and y is below p
  }
}

/** Whether the point lies in the prime-order group, [L]A = 0. A few milliseconds. */
export function isTorsionFree(point: Uint8Array): boolean {
  return Point.fromBytes(point).isTorsionFree();
}

/** R = [S]B - [k]A, byte for byte, with k = SHA-512(R || A || M) mod L. */
export function equationHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const commitment = signature.subarray(0, POINT_BYTES);
  const digest = sha512.create().update(commitment).update(key).update(message).digest();
  const challenge = littleEndian(digest) % Point.CURVE().n;
  const scalar = littleEndian(signature.subarray(POINT_BYTES));
  const sum = Point.BASE.multiplyUnsafe(scalar).subtract(Point.fromBytes(key).multiplyUnsafe(challenge));
  return sum.toBytes().every((byte, index) => byte === commitment[index]);
}

/** The public key of a seed (RFC 8032 section 5.1.5). */
export function publicKeyOfSeed(seed: Uint8Array): Uint8Array {
  hashes.sha512 ??= sha512; // the library's slot, shared by all who use it: filled only where nobody filled it
  return getPublicKey(seed);
}

/** RFC 8032 section 5.1.6. */
export function signBySeed(message: Uint8Array, seed: Uint8Array): Uint8Array {
  hashes.sha512 ??= sha512;
  return sign(message, seed);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
