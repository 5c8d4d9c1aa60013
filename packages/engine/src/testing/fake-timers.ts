import type { Timers } from "../timers.ts";

/** A clock and its timers that move only when a test says so. */
export class FakeTimers implements Timers {
  #nowMs: number;
  readonly #waiting = new Set<{ readonly timeMs: number; readonly wake: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wakeAt(timeMs: number, wake: () => void): () => void {
    const waiting = { timeMs, wake };
    this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  /** Due times of what waits, ascending. */
  due(): readonly number[] {
    return [...this.#waiting].map(({ timeMs }) => timeMs).toSorted((a, b) => a - b);
  }

  /** Moves the clock and wakes what is due, earliest first. */
  advanceTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
    const ripe = [...this.#waiting].filter((waiting) => waiting.timeMs <= this.#nowMs);
    for (const waiting of ripe.toSorted((a, b) => a.timeMs - b.timeMs)) {
      if (this.#waiting.delete(waiting)) waiting.wake();
    }
  }
}
