import type { Timers } from "../timers.ts";

/** A clock that moves when it is told to. */
export interface MovableClock {
  nowMs(): number;
  advance(byMs: number): void;
}

/** Timers on a clock that moves only when a test says so. */
export class FakeTimers implements Timers {
  readonly #clock: MovableClock;
  readonly #waiting = new Set<{ readonly timeMs: number; readonly wake: () => void }>();

  constructor(clock: MovableClock) {
    this.#clock = clock;
  }

  wakeAt(timeMs: number, wake: () => void): () => void {
    const waiting = { timeMs, wake };
    this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  /** Due times of what waits, ascending. */
  due(): readonly number[] {
    return [...this.#waiting].map(({ timeMs }) => timeMs).toSorted((one, other) => one - other);
  }

  /** Moves the clock to `timeMs`, if it is behind, and wakes what is due, earliest first. */
  advanceTo(timeMs: number): void {
    this.#clock.advance(Math.max(0, timeMs - this.#clock.nowMs()));
    const ripe = [...this.#waiting].filter((waiting) => waiting.timeMs <= this.#clock.nowMs());
    for (const waiting of ripe.toSorted((one, other) => one.timeMs - other.timeMs)) {
      if (this.#waiting.delete(waiting)) waiting.wake();
    }
  }
}
