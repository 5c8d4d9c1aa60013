import type { Timers } from "./timers.ts";

/** The longest delay that `setTimeout` holds; it fires at once for a longer one. */
const DELAY_MS_MAX = 2_147_483_647;

/** Timers of this process. A delay beyond 24 days is shortened to that. */
export const systemTimers: Timers = {
  after(delayMs, wake) {
    const timeout = setTimeout(wake, Math.min(delayMs, DELAY_MS_MAX));
    return () => clearTimeout(timeout);
  },
};
