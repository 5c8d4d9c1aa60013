/** Wakes one waiter, and remembers a ring that nobody waited for. */
export class Bell {
  #rung = false;
  #waiter: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#waiter?.();
    this.#waiter = undefined;
  }

  /** Resolves at the next ring; at once if it rang since the last wait. */
  async rung(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#waiter = resolve));
    this.#rung = false;
  }
}
