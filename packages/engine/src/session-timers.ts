import type { Timers } from "./timers.ts";

/** Timers that end together: after `stop` nothing that waited is woken any more. */
export class SessionTimers {
  readonly #timers: Timers;
  readonly #cancels = new Set<() => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  readonly wakeAt = (timeMs: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = this.#timers.wakeAt(timeMs, () => {
        this.#cancels.delete(cancel);
        resolve();
      });
      this.#cancels.add(cancel);
    });

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
