import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { LOG_LINE_BYTES_MAX } from "../log-export.ts";
import { fileUnreadable } from "./command-error.ts";

/** What a file presents itself as. Anything that is neither a receipt nor a proof is judged as a log. */
export type EvidenceKind = "log" | "receipt" | "proof";

const PROOF = /^c2sp\.org\/tlog-proof@/;

/** A receipt is one object whose members, sorted, start with these two; a log's header goes on with `format`. */
const RECEIPT =
  /^\s*\{\s*"checkpoint"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"custody"|^\s*\{[^\n]*"format"\s*:\s*"aura-receipt-/;

/** By the start of the file alone. @throws `trust/file_unreadable` */
export async function kindOf(path: string): Promise<EvidenceKind> {
  const start = await readStart(path, LOG_LINE_BYTES_MAX);
  const text = Buffer.from(start).toString("latin1");
  if (PROOF.test(text)) return "proof";
  return RECEIPT.test(text) ? "receipt" : "log";
}

/** The bytes of a file in chunks. @throws `trust/file_unreadable` */
export async function* chunksOf(path: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) yield chunk as Uint8Array;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The whole file, if it has at most `bytesMax` bytes; `undefined` if it is longer. @throws `trust/file_unreadable` */
export async function readWhole(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  const bytes = await readStart(path, bytesMax + 1);
  return bytes.length > bytesMax ? undefined : bytes;
}

/** Up to `bytesMax` bytes from the start. @throws `trust/file_unreadable` */
export async function readStart(path: string, bytesMax: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let left = bytesMax;
  try {
    const file = await open(path, "r");
    try {
      while (left > 0) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(left, 1_048_576)));
        if (bytesRead === 0) break;
        parts.push(buffer.subarray(0, bytesRead));
        left -= bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return Buffer.concat(parts);
}

function unreadable(path: string, error: unknown): Error {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "it failed";
  return fileUnreadable(path, code, error);
}
