import type { Nudges } from "@aura/engine";

/** Passes on that somebody acted on a mission. A nudge is a hint: one that nobody waits for is counted, not kept. */
export class NudgeBoard implements Nudges {
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #all = 0;

  onNudge(mission: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(mission) ?? new Set();
    this.#listeners.set(mission, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(mission) === listeners) this.#listeners.delete(mission);
    };
  }

  /** Take it before looking at the mission: another number later says that it was nudged meanwhile. */
  count(mission: string): number {
    return this.#all + (this.#counts.get(mission) ?? 0);
  }

  /** Nudges one mission, or all of them. */
  nudge(mission?: string): void {
    if (mission === undefined) {
      this.#all += 1;
      const everybody = [...this.#listeners.values()];
      for (const listeners of everybody) ring(listeners);
      return;
    }
    this.#counts.set(mission, (this.#counts.get(mission) ?? 0) + 1);
    ring(this.#listeners.get(mission) ?? new Set());
  }

  /** Nobody looks at the mission any more. */
  forget(mission: string): void {
    this.#counts.delete(mission);
  }
}

function ring(listeners: ReadonlySet<() => void>): void {
  // Who listens anew while it rings is not rung for this nudge.
  const now = [...listeners];
  for (const listener of now) listener();
}
