/** Finishes what waits in an order that a seed picks, one a macrotask. */
export class SeededScheduler {
  #state: number;
  readonly #waiting: (() => void)[] = [];
  #running = false;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e37_79b9) >>> 0;
  }

  /** Resolves when the seed picks it among everything that waits. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      for (let pause = this.#pick(3); pause >= 0; pause -= 1) await new Promise((resolve) => setImmediate(resolve));
      const [chosen] = this.#waiting.splice(this.#pick(this.#waiting.length), 1);
      chosen?.();
    }
    this.#running = false;
  }

  /** mulberry32: an integer from 0 below `count`. */
  #pick(count: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * count);
  }
}
