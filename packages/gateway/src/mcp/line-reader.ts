import { ByteTail } from "./byte-tail.ts";

/** What is kept of each end of a line that is too long to be read. */
export const LONG_LINE_ENDS_BYTES = 256;

/** A line that was too long, by its two ends. */
export interface LongLine {
  readonly head: string;
  readonly tail: string;
}

const LINE_FEED = 0x0a;
const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Cuts a stream of bytes into lines and holds at most one unfinished line of `lineBytesMax`. */
export class LineReader {
  readonly #lineBytesMax: number;
  readonly #passedBytesMax: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Set while a line that is too long goes by. */
  #long: { readonly head: string; readonly tail: ByteTail } | undefined;

  /** `passedBytesMax`: how long a line may get that is not read but goes by. */
  constructor(limits: { readonly lineBytesMax: number; readonly passedBytesMax: number }) {
    this.#lineBytesMax = limits.lineBytesMax;
    this.#passedBytesMax = limits.passedBytesMax;
  }

  /**
   * The lines that `chunk` ends, without their ends; a line that is not UTF-8 is an empty one, and one over
   * `lineBytesMax` shows its two ends alone. `endless` once a line goes on over `passedBytesMax`; nothing may be pushed
   * afterwards. O(bytes).
   */
  push(chunk: Uint8Array): readonly (string | LongLine)[] | "endless" {
    const lines: (string | LongLine)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      if (this.#bytes > this.#passedBytesMax) return "endless";
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return this.#bytes > this.#passedBytesMax ? "endless" : lines;
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#long === undefined) this.#parts.push(part);
    else this.#long.tail.push(part);
    if (this.#long !== undefined || this.#bytes <= this.#lineBytesMax) return;
    const read = Buffer.concat(this.#parts);
    const tail = new ByteTail(LONG_LINE_ENDS_BYTES);
    tail.push(read);
    this.#long = { head: read.toString("utf8", 0, LONG_LINE_ENDS_BYTES), tail };
    this.#parts = [];
  }

  #take(): string | LongLine {
    const line = this.#long
      ? { head: this.#long.head, tail: this.#long.tail.text() }
      : decode(Buffer.concat(this.#parts));
    this.#parts = [];
    this.#bytes = 0;
    this.#long = undefined;
    return line;
  }
}

function decode(line: Uint8Array): string {
  try {
    return DECODER.decode(line);
  } catch {
    return "";
  }
}
