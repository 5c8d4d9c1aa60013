import { type FileHandle, open } from "node:fs/promises";
import { isAuraError } from "../aura-error.ts";
import { LOG_LINE_BYTES_MAX } from "../log-export.ts";
import { fileUnreadable, systemProblem } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

/** Bytes that are looked at to tell what a file is. */
const START_BYTES = LOG_LINE_BYTES_MAX;
const CHUNK_BYTES = 262_144;

/** A file, or standard input, opened once: what is judged is what was looked at, whatever its path names meanwhile. */
export interface Evidence {
  /** As a person reads it: the path, or "standard input". */
  readonly name: string;
  /** Its first bytes, as many as a log's line may have. */
  readonly start: Uint8Array;
  /** All of it in chunks, from the first byte. Once. @throws `trust/file_unreadable` */
  chunks(): AsyncIterable<Uint8Array>;
  /** All of it, if that is at most `bytesMax` bytes; `undefined` if it is longer. Once. @throws `trust/file_unreadable` */
  whole(bytesMax: number): Promise<Uint8Array | undefined>;
}

/** Opens FILE, `-` being standard input, and closes it when `use` is done. @throws `trust/file_unreadable`, what `use` throws */
export async function withEvidence<Result>(
  path: string,
  terminal: Terminal,
  use: (evidence: Evidence) => Promise<Result>,
): Promise<Result> {
  if (path === "-") return using(retold("standard input", terminal.input ?? []), "standard input", use);
  const file = await opened(path);
  try {
    return await using(retold(path, bytesOf(file)), path, use);
  } finally {
    await file.close();
  }
}

/** What is not read to its end is let go, so that nobody waits for the rest of it. */
async function using<Result>(
  source: AsyncGenerator<Uint8Array>,
  name: string,
  use: (evidence: Evidence) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(await readEvidence(name, source));
  } finally {
    await source.return(undefined);
  }
}

/** The whole of a small file, if it has at most `bytesMax` bytes; `undefined` if it is longer. @throws `trust/file_unreadable` */
export async function readWhole(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  const file = await opened(path);
  try {
    return await upTo(bytesMax, bytesOf(file));
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

async function readEvidence(name: string, rest: AsyncGenerator<Uint8Array>): Promise<Evidence> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < START_BYTES) {
    const next = await rest.next();
    if (next.done === true) break;
    held.push(next.value);
    bytes += next.value.length;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* held;
    yield* rest;
  }
  return {
    name,
    start: Buffer.concat(held).subarray(0, START_BYTES),
    chunks,
    whole: (bytesMax) => upTo(bytesMax, chunks()),
  };
}

async function upTo(bytesMax: number, chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function* bytesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* retold(
  name: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(name: string, error: unknown): Error {
  return isAuraError(error) ? error : fileUnreadable(name, systemProblem(error), error);
}
