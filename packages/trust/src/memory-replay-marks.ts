import type { Clock } from "./clock.ts";
import type { ReplayAnswer, ReplayMark, ReplayMarks } from "./replay-marks.ts";
import { systemClock } from "./system-clock.ts";

/** Marks that are kept at once unless told otherwise: more than 7,000 calls a second. */
export const REPLAY_MARKS_MAX = 262_144;

const SECOND_MS = 1_000;

/**
 * Marks in the memory of one process. They are dropped when their proofs are too old to be shown, so memory is bounded by
 * the calls of half a minute, and by `marksMax`. A proof from before the second in which these marks began is answered
 * `unknown`: it may have been shown to the process before. Likewise what was dropped already, if the clock goes back.
 */
export function memoryReplayMarks(options: { readonly clock?: Clock; readonly marksMax?: number } = {}): ReplayMarks {
  return new MemoryReplayMarks(options.clock ?? systemClock, options.marksMax ?? REPLAY_MARKS_MAX);
}

class MemoryReplayMarks implements ReplayMarks {
  readonly #clock: Clock;
  readonly #marksMax: number;
  readonly #sinceMs: number;
  readonly #marks = new Set<string>();
  /** Keys by the second in which they may be dropped. */
  readonly #bySecond = new Map<number, string[]>();
  /** Nothing that ends up to this second is remembered any more. */
  #droppedSecond = -1;

  constructor(clock: Clock, marksMax: number) {
    this.#clock = clock;
    this.#marksMax = marksMax;
    this.#sinceMs = secondOf(clock.nowMs()) * SECOND_MS;
  }

  take({ key, madeMs, untilMs }: ReplayMark): ReplayAnswer {
    this.#drop(this.#clock.nowMs());
    if (this.#marks.has(key)) return "replayed";
    const second = Math.ceil(untilMs / SECOND_MS);
    if (madeMs < this.#sinceMs || second <= this.#droppedSecond) return "unknown";
    if (this.#marks.size >= this.#marksMax) return "full";
    this.#marks.add(key);
    const keys = this.#bySecond.get(second);
    if (keys === undefined) this.#bySecond.set(second, [key]);
    else keys.push(key);
    return "first";
  }

  /** O(seconds that a proof can be shown) and what is dropped. */
  #drop(nowMs: number): void {
    for (const [second, keys] of this.#bySecond) {
      if (second * SECOND_MS >= nowMs) continue;
      for (const key of keys) this.#marks.delete(key);
      this.#bySecond.delete(second);
      this.#droppedSecond = Math.max(this.#droppedSecond, second);
    }
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / SECOND_MS);
}
