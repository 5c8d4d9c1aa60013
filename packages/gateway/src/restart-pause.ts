/** How long a server must have run for its end not to count as a crash at the start. */
export const STEADY_MS = 10_000;
/** Starts in a row that may fail before the next one waits. */
export const FREE_STARTS = 3;
/** The first pause; each further one is twice as long. */
export const PAUSE_MS = 250;
export const PAUSE_MS_MAX = 30_000;

/**
 * Holds a server that dies again and again from being started again and again. The first crashes cost nothing: a server that
 * was killed is back at once. Pure; the caller tells the time.
 */
export class RestartPause {
  #crashes = 0;
  #startedMs: number | undefined;
  #untilMs = 0;

  /** Milliseconds until it may be started; 0 if it may be now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  started(nowMs: number): void {
    this.#startedMs = nowMs;
  }

  /** It ended by itself. Said more than once, it counts once. */
  ended(nowMs: number): void {
    if (this.#startedMs === undefined) return;
    this.#crashes = nowMs - this.#startedMs >= STEADY_MS ? 0 : this.#crashes + 1;
    this.#startedMs = undefined;
    const over = this.#crashes - FREE_STARTS;
    this.#untilMs = over < 0 ? 0 : nowMs + Math.min(PAUSE_MS * 2 ** Math.min(over, 16), PAUSE_MS_MAX);
  }
}
