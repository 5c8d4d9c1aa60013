/** The last bytes of a stream that nobody reads: enough to tell why a server died, however much it wrote. */
export class ByteTail {
  readonly #bytesMax: number;
  #kept: Uint8Array = new Uint8Array();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(chunk: Uint8Array): void {
    const joined = chunk.length >= this.#bytesMax ? chunk : Buffer.concat([this.#kept, chunk]);
    // A copy, so that what is kept does not hold on to the chunk it came in.
    this.#kept = Uint8Array.from(joined.subarray(Math.max(joined.length - this.#bytesMax, 0)));
  }

  /** As UTF-8; what is cut in the middle of a character shows as U+FFFD. */
  text(): string {
    return new TextDecoder().decode(this.#kept);
  }
}
