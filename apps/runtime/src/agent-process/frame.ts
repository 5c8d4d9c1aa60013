import type { JsonValue } from "@aura/trust";

/** One message, in bytes: twice the largest result, quoted, and room around it. */
export const FRAME_BYTES_MAX = 4_194_304;

const LENGTH_BYTES = 4;

/** A message as it travels: its length in four bytes, big endian, then its JSON in UTF-8. */
export function frameOf(message: JsonValue): Buffer {
  const text = JSON.stringify(message);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + Buffer.byteLength(text));
  frame.writeUInt32BE(frame.length - LENGTH_BYTES);
  frame.write(text, LENGTH_BYTES);
  return frame;
}

/** What is wrong with bytes that are no frames, for people. */
export class FrameBroken extends Error {}

/** Puts frames together again. Holds at most one of them, so a sender that never ends one costs its size at most. */
export class FrameReader {
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The messages that `chunk` completes. @throws {@link FrameBroken}; after it the rest means nothing */
  *push(chunk: Buffer): Generator<JsonValue> {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    for (;;) {
      const length = this.#length();
      if (length === undefined || this.#held < LENGTH_BYTES + length) return;
      yield parsed(this.#take(LENGTH_BYTES + length).subarray(LENGTH_BYTES));
    }
  }

  #length(): number | undefined {
    if (this.#held < LENGTH_BYTES) return undefined;
    if ((this.#chunks[0]?.length ?? 0) < LENGTH_BYTES) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = this.#chunks[0]?.readUInt32BE() ?? 0;
    if (length > this.#bytesMax) throw new FrameBroken(`a message of ${length} bytes`);
    return length;
  }

  #take(length: number): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const held = whole ?? Buffer.alloc(0);
    this.#chunks = held.length > length ? [held.subarray(length)] : [];
    this.#held -= length;
    return held.subarray(0, length);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parsed(bytes: Buffer): JsonValue {
  try {
    return JSON.parse(utf8.decode(bytes)) as JsonValue;
  } catch {
    throw new FrameBroken("bytes that are not JSON");
  }
}
