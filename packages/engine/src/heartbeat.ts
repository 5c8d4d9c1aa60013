import type { Timers } from "./timers.ts";

/** A look that comes this much too late says that we slept ourselves: what is watched gets its whole time again. */
export const LOOK_LATE_MS = 1_000;

/** Watches something that must give a sign of life. */
export interface Heartbeat {
  beat(): void;
  /** Nothing is missed any more. */
  stop(): void;
}

/**
 * Calls `missed` once, with the time of the last beat, when there was none for `allowedMs`: at most `allowedMs` after it,
 * by the timers' clock. The first beat is counted from now.
 */
export function watchBeats({
  timers,
  nowMs,
  allowedMs,
  missed,
}: {
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly allowedMs: number;
  readonly missed: (lastMs: number) => void;
}): Heartbeat {
  let lastMs = nowMs();
  let cancel = (): void => undefined;
  const arm = (dueMs: number): void => {
    cancel = timers.wakeAt(dueMs, () => look(dueMs));
  };
  const look = (dueMs: number): void => {
    const atMs = nowMs();
    if (atMs - dueMs > LOOK_LATE_MS) lastMs = atMs;
    if (atMs - lastMs >= allowedMs) missed(lastMs);
    else arm(lastMs + allowedMs);
  };
  arm(lastMs + allowedMs);
  return {
    beat: () => {
      lastMs = nowMs();
    },
    stop: () => cancel(),
  };
}
