import type { Random } from "./random.ts";
import { randomFailed } from "./trust-error.ts";

/**
 * A UUID version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, 74 random bits. Ids of different milliseconds sort
 * by time; within one they sort by chance. `nowMs` is an integer below 2^48. @throws `trust/random_failed`
 */
export function uuidv7(nowMs: number, random: Random): string {
  const bytes = random.bytes(10);
  if (bytes.length !== 10) throw randomFailed();
  const chance = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const time = nowMs.toString(16).padStart(12, "0").slice(-12);
  const variant = ((Number.parseInt(chance.charAt(3), 16) & 0b0011) | 0b1000).toString(16);
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${chance.slice(0, 3)}`,
    `${variant}${chance.slice(4, 7)}`,
    chance.slice(8, 20),
  ].join("-");
}
