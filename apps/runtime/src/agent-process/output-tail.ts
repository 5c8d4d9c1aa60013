import type { Readable } from "node:stream";

/** The end of what a process writes, in bytes; what came before is dropped. It is read on, so that nobody is held up. */
export const OUTPUT_TAIL_BYTES = 16_384;

/** Keeps the last bytes of a stream. */
export function outputTail(stream: Readable): () => string {
  let tail: Buffer = Buffer.alloc(0);
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-OUTPUT_TAIL_BYTES);
  });
  return () => tail.toString("utf8");
}
