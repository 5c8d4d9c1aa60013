import { canonicalJson, parseCanonicalJson } from "../canonical-json.ts";
import { isAuraError } from "../aura-error.ts";
import { isHash } from "../entry-codec.ts";
import { hashBytes } from "../hash.ts";
import { hasExactMembers, isObject } from "../json-object.ts";
import type { JsonObject } from "../json-value.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";

/**
 * First line of a journal: `{"base":<entries before it>,"format":"aura-journal-1"}`. Then one frame an append: a line
 * `{"bytes":<of the body>,"entries":<in it>,"hash":<SHA-256 of the body>}` and the body, one canonical entry a line.
 * An append is acknowledged only when its frame is on disk, and the next frame is written only after that. So whatever
 * stands before a whole frame was acknowledged, and only the last frame can be torn.
 */
export const JOURNAL_FORMAT = "aura-journal-1";
/** Longer than any header or frame line. */
const LINE_BYTES_MAX = 256;
const NEWLINE = 0x0a;
/** How often the bytes behind a torn frame may be claimed by what looks like frames. */
const CLAIMED_TIMES_MAX = 8;
/** How every frame starts: canonical JSON has one spelling. */
const FRAME_START = encodeUtf8('\n{"bytes":');

export function encodeJournalHeader(base: number): Uint8Array {
  return encodeUtf8(`${canonicalJson({ base, format: JOURNAL_FORMAT })}\n`);
}

export function encodeFrame(texts: readonly string[]): Uint8Array {
  const body = encodeUtf8(texts.map((text) => `${text}\n`).join(""));
  const line = encodeUtf8(`${canonicalJson({ bytes: body.length, entries: texts.length, hash: hashBytes(body) })}\n`);
  const frame = new Uint8Array(line.length + body.length);
  frame.set(line);
  frame.set(body, line.length);
  return frame;
}

export type ReadJournal =
  | {
      readonly kind: "journal";
      readonly base: number;
      readonly texts: readonly string[];
      /** Bytes up to the end of the last whole frame; what follows is torn. */
      readonly wholeBytes: number;
    }
  | { readonly kind: "foreign" }
  | { readonly kind: "unknown_format" }
  /** A frame is not whole, though one behind it is. */
  | { readonly kind: "damaged"; readonly byte: number };

/** Reads a journal, and says where it is torn. O(bytes). */
export function readJournal(bytes: Uint8Array): ReadJournal {
  const header = lineAt(bytes, 0);
  if (header === undefined) return { kind: "foreign" };
  const { base, format } = header.value;
  if (typeof format !== "string") return { kind: "foreign" };
  if (format !== JOURNAL_FORMAT) return { kind: format.startsWith("aura-journal-") ? "unknown_format" : "foreign" };
  if (!isCount(base) || !hasExactMembers(header.value, ["base", "format"])) return { kind: "foreign" };
  const texts: string[] = [];
  let at = header.end;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame === undefined) break;
    texts.push(...frame.texts);
    at = frame.end;
  }
  return hasFrameBehind(bytes, at) ? { kind: "damaged", byte: at } : { kind: "journal", base, texts, wholeBytes: at };
}

function frameAt(
  bytes: Uint8Array,
  at: number,
): { readonly texts: readonly string[]; readonly end: number } | undefined {
  const line = lineAt(bytes, at);
  if (line === undefined || !hasExactMembers(line.value, ["bytes", "entries", "hash"])) return undefined;
  const { bytes: length, entries, hash } = line.value;
  if (!isCount(length) || !isCount(entries) || !isHash(hash)) return undefined;
  const end = line.end + length;
  const body = bytes.subarray(line.end, end);
  if (body.length < length || hashBytes(body) !== hash) return undefined;
  const texts = decodeUtf8(body)?.split("\n").slice(0, -1);
  return texts?.length === entries ? { texts, end } : undefined;
}

/**
 * Entries hold no newline, so a frame's start is found by its bytes. What looks like frames on end that claim the same bytes again
 * and again was not torn by a crash: it is damage, too, and is not hashed to its end.
 */
function hasFrameBehind(bytes: Uint8Array, from: number): boolean {
  let claimed = 0;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(FRAME_START, from); at !== -1; at = buffer.indexOf(FRAME_START, at + 1)) {
    const length = lineAt(bytes, at + 1)?.value["bytes"];
    if (isCount(length)) claimed += Math.min(length, bytes.length);
    if (claimed > CLAIMED_TIMES_MAX * bytes.length || frameAt(bytes, at + 1) !== undefined) return true;
  }
  return false;
}

function lineAt(bytes: Uint8Array, at: number): { readonly value: JsonObject; readonly end: number } | undefined {
  const end = bytes.subarray(at, at + LINE_BYTES_MAX).indexOf(NEWLINE);
  if (end === -1) return undefined;
  try {
    const value = parseCanonicalJson(bytes.subarray(at, at + end));
    return isObject(value) ? { value, end: at + end + 1 } : undefined;
  } catch (error) {
    if (isAuraError(error, "trust/not_canonical")) return undefined;
    throw error;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
