import type { Clock } from "@aura/trust";

/**
 * Authority time over a clock that may be set: it never goes back. When the clock jumps back, store time runs at half
 * speed until the clock has caught up, so that deadlines still arrive.
 * @param floorMs the newest time already in the log
 */
export function storeTime(clock: Clock, floorMs: number): () => number {
  let clockMs = clock.nowMs();
  let storeMs = Math.max(clockMs, floorMs);
  return () => {
    const nowMs = clock.nowMs();
    storeMs = Math.max(nowMs, storeMs + Math.max(0, nowMs - clockMs) / 2);
    clockMs = nowMs;
    return Math.floor(storeMs);
  };
}
