/** Tells when looking at a mission again may help: a vote, a resolution or a stop landed on it. A nudge is a hint. */
export interface Nudges {
  /** Calls `listener` at every nudge of `mission`, never from inside this call. The answer unsubscribes it. */
  onNudge(mission: string, listener: () => void): () => void;
}

/** The nudges of one mission, counted, so that one which comes while a call is being presented is not lost. */
export class NudgeCount {
  #count = 0;
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: () => void;

  constructor(nudges: Nudges | undefined, mission: string) {
    this.#unsubscribe = nudges?.onNudge(mission, () => this.#nudged()) ?? (() => undefined);
  }

  /** Take it before looking, and hand it to {@link after}. */
  get count(): number {
    return this.#count;
  }

  /** Calls `wake` at the first nudge after `count`: at once, if it came already. The answer cancels it. */
  after(count: number, wake: () => void): () => void {
    if (this.#count > count) {
      wake();
      return () => undefined;
    }
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** Nobody is woken any more. */
  stop(): void {
    this.#unsubscribe();
    this.#waiting.clear();
  }

  #nudged(): void {
    this.#count += 1;
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }
}
