import type { Random } from "./random.ts";

/** `crypto.getRandomValues` refuses more at once (W3C Web Cryptography, section 10.1.1). */
const BYTES_AT_ONCE_MAX = 65_536;
/** Drawn from the system at once: 128 nonces for the price of one. */
export const RANDOM_POOL_BYTES = 4_096;
/** More than this is drawn for the caller alone, so that it does not empty the pool. */
export const POOLED_BYTES_MAX = 256;

const pool = new Uint8Array(RANDOM_POOL_BYTES);
/** Everything before is handed out, and overwritten. */
let used = RANDOM_POOL_BYTES;

/**
 * The operating system's generator, through Web Cryptography, which every supported runtime has. Small requests share a
 * pool: each byte of it is handed out once, and overwritten when it is. No two processes share a pool: Node starts a child
 * by executing a new image (also `child_process.fork`), and a worker thread loads this module again. Only a machine or a
 * process that is copied while it runs, and resumed twice, repeats what was left in the pool.
 */
export const systemRandom: Random = {
  bytes(length) {
    const bytes = new Uint8Array(length);
    if (bytes.length > POOLED_BYTES_MAX) drawAll(bytes);
    else takeFromPool(bytes);
    return bytes;
  },
};

function takeFromPool(bytes: Uint8Array): void {
  if (used + bytes.length > RANDOM_POOL_BYTES) {
    globalThis.crypto.getRandomValues(pool); // over what is left: nobody gets that any more
    used = 0;
  }
  const end = used + bytes.length;
  bytes.set(pool.subarray(used, end));
  pool.fill(0, used, end);
  used = end;
}

function drawAll(bytes: Uint8Array<ArrayBuffer>): void {
  for (let start = 0; start < bytes.length; start += BYTES_AT_ONCE_MAX) {
    globalThis.crypto.getRandomValues(bytes.subarray(start, start + BYTES_AT_ONCE_MAX));
  }
}
