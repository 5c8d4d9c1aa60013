const LINE_FEED = 0x0a;
const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Cuts a stream of bytes into lines and holds at most one unfinished line. */
export class LineReader {
  readonly #lineBytesMax: number;
  #unfinished: Uint8Array[] = [];
  #unfinishedBytes = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /**
   * The lines that `chunk` ends, without their ends; a line that is not UTF-8 is an empty one. `too_long` once a line has
   * more than the bytes allowed, finished or not; nothing may be pushed afterwards. O(bytes).
   */
  push(chunk: Uint8Array): readonly string[] | "too_long" {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (!this.#keep(chunk.subarray(start, end))) return "too_long";
      lines.push(this.#take());
      start = end + 1;
    }
    return this.#keep(chunk.subarray(start)) ? lines : "too_long";
  }

  #keep(part: Uint8Array): boolean {
    this.#unfinished.push(part);
    this.#unfinishedBytes += part.length;
    return this.#unfinishedBytes <= this.#lineBytesMax;
  }

  #take(): string {
    const line = Buffer.concat(this.#unfinished);
    this.#unfinished = [];
    this.#unfinishedBytes = 0;
    try {
      return DECODER.decode(line);
    } catch {
      return "";
    }
  }
}
