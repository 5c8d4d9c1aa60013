import { decodeBase64url, encodeBase64url } from "../base64url.ts";
import { ENTRY_BYTES_MAX } from "../entry.ts";
import type { Hash } from "../entry.ts";
import { invariant } from "../invariant.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";

const HASH_BYTES = 32;
const LENGTH_BYTES = 2;

/** A tile's file: its hashes, 32 bytes each (C2SP tlog-tiles). */
export function encodeTile(hashes: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [at, hash] of hashes.entries()) bytes.set(decodeBase64url(hash), at * HASH_BYTES);
  return bytes;
}

/** The first `width` hashes; fewer if there are fewer. */
export function decodeTile(bytes: Uint8Array, width: number): readonly Hash[] {
  const count = Math.min(width, Math.floor(bytes.length / HASH_BYTES));
  return Array.from(
    { length: count },
    (_, at) => encodeBase64url(bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)) as Hash,
  );
}

/** An entry bundle: each entry behind its length in two bytes, the high one first (C2SP tlog-tiles). */
export function encodeBundle(texts: readonly string[]): Uint8Array {
  const entries = texts.map(encodeUtf8);
  const bytes = new Uint8Array(entries.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  let at = 0;
  for (const entry of entries) {
    invariant(entry.length <= ENTRY_BYTES_MAX, "an entry fits into a bundle");
    bytes.set([entry.length >> 8, entry.length & 0xff], at);
    bytes.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bytes;
}

/** The entries of a bundle; `undefined` if it is cut or not text. */
export function decodeBundle(bytes: Uint8Array): readonly string[] | undefined {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const end = at + LENGTH_BYTES + length;
    const text = end > bytes.length ? undefined : decodeUtf8(bytes.subarray(at + LENGTH_BYTES, end));
    if (text === undefined) return undefined;
    texts.push(text);
    at = end;
  }
  return texts;
}
