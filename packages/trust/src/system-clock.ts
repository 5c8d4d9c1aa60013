import type { Clock } from "./clock.ts";

/** The machine's wall clock. The only reader of `Date.now` in this package. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
};
