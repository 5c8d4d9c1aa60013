import type { Timers } from "./timers.ts";

/** Something that may end a wait before its time: calls `wake` once, and the answer cancels it. */
export type Sooner = (wake: () => void) => () => void;

/** Timers that end together: after `stop` nothing that waited is woken any more. */
export class SessionTimers implements Timers {
  readonly #timers: Timers;
  readonly #cancels = new Set<() => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  wakeAt(timeMs: number, wake: () => void): () => void {
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      end();
    };
    const end = this.#timers.wakeAt(timeMs, () => {
      this.#cancels.delete(cancel);
      wake();
    });
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Resolves at the store time, or as soon as `sooner` says so. */
  readonly until = (timeMs: number, sooner: Sooner = never): Promise<void> =>
    new Promise((resolve) => {
      let forget = (): void => undefined;
      const cancel = this.wakeAt(timeMs, () => {
        forget();
        resolve();
      });
      forget = sooner(() => {
        cancel();
        resolve();
      });
    });

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

const never: Sooner = () => () => undefined;
