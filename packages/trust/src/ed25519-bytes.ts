import { fromHex } from "./hex.ts";

export const POINT_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const SIGN_BIT = 0x80;

/** L, the order of the base point (RFC 8032 section 5.1), little-endian. */
const ORDER = fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

/** The y of the eight points of small order (orders 1, 2, 4 and 8), little-endian; a point and its negative share one. */
const SMALL_ORDER_YS: readonly Uint8Array[] = [
  "01".padEnd(64, "0"),
  `${"ec".padEnd(62, "f")}7f`,
  "".padEnd(64, "0"),
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].map(fromHex);

/** Whether y is below p = 2^255 - 19. RFC 8032 section 5.1.3 asks for it; engines disagree on it. */
export function isCanonicalY(point: Uint8Array): boolean {
  if (withoutSign(point[31] ?? 0, 31) !== 0x7f) return true;
  return point.subarray(1, 31).some((byte) => byte !== 0xff) || (point[0] ?? 0) < 0xed;
}

/**
 * Whether a canonical encoding is a point of order 1, 2, 4 or 8, whatever its sign bit. So it also answers true for the
 * two encodings of x = 0 with the sign bit set, which name no point: their y is 1 or p - 1.
 */
export function isSmallOrder(point: Uint8Array): boolean {
  return SMALL_ORDER_YS.some((y) => y.every((byte, index) => byte === withoutSign(point[index] ?? 0, index)));
}

/** Whether S < L (RFC 8032 section 5.1.7): without it every signature would have a second spelling. */
export function isScalarBelowOrder(scalar: Uint8Array): boolean {
  for (let index = 31; index >= 0; index -= 1) {
    const difference = (scalar[index] ?? 0) - (ORDER[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function withoutSign(byte: number, index: number): number {
  return index === 31 ? byte % SIGN_BIT : byte;
}
