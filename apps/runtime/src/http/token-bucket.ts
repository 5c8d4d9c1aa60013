/** How much may be done at once, and how fast it comes back. Pure but for what it remembers; one number a bucket. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(limit: { readonly burst: number; readonly perSecond: number }, nowMs: number) {
    this.#burst = limit.burst;
    this.#perSecond = limit.perSecond;
    this.#left = limit.burst;
    this.#atMs = nowMs;
  }

  /** Takes one, or says in how many whole seconds there is one again. */
  take(nowMs: number): { readonly ok: true } | { readonly ok: false; readonly retryAfterSeconds: number } {
    const gained = (Math.max(nowMs - this.#atMs, 0) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + gained);
    this.#atMs = Math.max(nowMs, this.#atMs);
    if (this.#left < 1) return { ok: false, retryAfterSeconds: Math.ceil((1 - this.#left) / this.#perSecond) };
    this.#left -= 1;
    return { ok: true };
  }
}
