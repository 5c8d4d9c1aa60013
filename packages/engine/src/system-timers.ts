import type { Timers } from "./timers.ts";

/** The longest delay that `setTimeout` holds; it fires at once for a longer one. */
const DELAY_MS_MAX = 2_147_483_647;

/** Timers of this process on the store's clock: `systemTimers(() => store.nowMs())`. A clock that jumped is waited for again. */
export function systemTimers(nowMs: () => number): Timers {
  return {
    wakeAt(timeMs, wake) {
      let timeout: NodeJS.Timeout | undefined;
      const arm = (): void => {
        timeout = setTimeout(() => (nowMs() >= timeMs ? wake() : arm()), delayUntil(timeMs, nowMs()));
      };
      arm();
      return () => clearTimeout(timeout);
    },
  };
}

function delayUntil(timeMs: number, nowMs: number): number {
  return Math.min(Math.max(timeMs - nowMs, 0), DELAY_MS_MAX);
}
