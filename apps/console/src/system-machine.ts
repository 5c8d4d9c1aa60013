import type { Machine } from "./machine.ts";

/** The browser's clock, dice and timers. Nothing else in the page reads them. */
export const systemMachine: Machine = {
  nowMs: () => Date.now(),
  share: () => Math.random(),
  after(delayMs, act) {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, act) {
    const timer = setInterval(act, periodMs);
    return () => clearInterval(timer);
  },
};
