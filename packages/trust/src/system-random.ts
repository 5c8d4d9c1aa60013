import type { Random } from "./random.ts";

/** `crypto.getRandomValues` refuses more at once (W3C Web Cryptography, section 10.1.1). */
const BYTES_AT_ONCE_MAX = 65_536;

/** The operating system's generator, through Web Cryptography, which every supported runtime has. */
export const systemRandom: Random = {
  bytes(length) {
    const bytes = new Uint8Array(length);
    for (let start = 0; start < length; start += BYTES_AT_ONCE_MAX) {
      globalThis.crypto.getRandomValues(bytes.subarray(start, start + BYTES_AT_ONCE_MAX));
    }
    return bytes;
  },
};
