import type { Timers } from "./timers.ts";

/** Something that may end a wait before its time: calls `wake` once, and the answer cancels it. */
export type Sooner = (wake: () => void) => () => void;

/** Timers that end together: after `stop` nothing that waited is woken any more. */
export class SessionTimers {
  readonly #timers: Timers;
  readonly #cancels = new Set<() => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves at the store time, or as soon as `sooner` says so. */
  readonly wakeAt = (timeMs: number, sooner: Sooner = never): Promise<void> =>
    new Promise((resolve) => {
      const ends: (() => void)[] = [];
      const cancel = (): void => {
        this.#cancels.delete(cancel);
        for (const end of ends) end();
      };
      const wake = (): void => {
        cancel();
        resolve();
      };
      this.#cancels.add(cancel);
      ends.push(this.#timers.wakeAt(timeMs, wake));
      ends.push(sooner(wake));
    });

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

const never: Sooner = () => () => undefined;
