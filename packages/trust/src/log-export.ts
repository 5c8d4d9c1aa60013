import { orNothing } from "./aura-error.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { encodeEntry } from "./entry-codec.ts";
import { ENTRY_BYTES_MAX } from "./entry.ts";
import type { Entry, Hash } from "./entry.ts";
import { hasExactMembers, isObject } from "./json-object.ts";
import { NOTE_BYTES_MAX } from "./signed-note.ts";

/** JSON lines: a header, then one line an entry in the order of the log; each canonical JSON, each ended by a newline. */
export const LOG_FORMAT = "aura-log-1";
/** UTF-8 bytes of a line without its newline. An entry's line is its entry and at most 100 bytes around it. */
export const LOG_LINE_BYTES_MAX = Math.max(ENTRY_BYTES_MAX + 128, 2 * NOTE_BYTES_MAX);

export interface LogHeader {
  readonly origin: string;
  readonly namespace: string;
  /** The signed note over exactly the entries that follow. */
  readonly checkpoint: string;
}

/** A line as it was read: the entry's own text, and what the file says about it. */
export interface LogLine {
  readonly seq: number;
  readonly leaf: Hash;
  /** The bytes that the leaf hash is over. Not looked into yet. */
  readonly text: string;
}

export type ParsedLogHeader =
  | { readonly kind: "header"; readonly header: LogHeader }
  | { readonly kind: "unknown_format"; readonly format: string }
  | { readonly kind: "malformed" };

const BEFORE = '{"entry":';
const AFTER = /,"leaf":"([A-Za-z0-9_-]{43})","seq":(0|[1-9][0-9]{0,15})\}$/;
/** `AFTER` is no longer than this, so only the end of a line is searched. */
const AFTER_CHARS_MAX = 80;

/** First line of an exported log, without the newline. */
export function logHeaderLine({ origin, namespace, checkpoint }: LogHeader): string {
  return canonicalJson({ checkpoint, format: LOG_FORMAT, namespace, origin });
}

/** Line of one entry, without the newline. @throws `trust/not_an_entry` */
export function logEntryLine(logged: { readonly seq: number; readonly leaf: Hash; readonly entry: Entry }): string {
  return logTextLine({ ...logged, text: encodeEntry(logged.entry) });
}

/** {@link logEntryLine} of an entry that is encoded already: what {@link parseLogLine} takes apart. @internal */
export function logTextLine({ seq, leaf, text }: LogLine): string {
  return `${BEFORE}${text},"leaf":"${leaf}","seq":${seq}}`;
}

/** Reads a header in its canonical spelling. Nothing in it is believed: the checkpoint is opened under a key from outside. */
export function parseLogHeader(line: string): ParsedLogHeader {
  const value = orNothing(() => parseCanonicalJson(line, { bytesMax: LOG_LINE_BYTES_MAX }));
  if (!isObject(value) || typeof value["format"] !== "string") return { kind: "malformed" };
  const { format, origin, namespace, checkpoint } = value;
  if (format !== LOG_FORMAT) return { kind: "unknown_format", format };
  if (!hasExactMembers(value, ["checkpoint", "format", "namespace", "origin"])) return { kind: "malformed" };
  if (typeof origin !== "string" || typeof namespace !== "string" || typeof checkpoint !== "string") {
    return { kind: "malformed" };
  }
  return { kind: "header", header: { origin, namespace, checkpoint } };
}

/**
 * Takes a line apart without parsing the entry. If the text turns out to be canonical JSON, so was the line: what stands
 * around it has one spelling. `undefined` if it is not a line of a log.
 */
export function parseLogLine(line: string): LogLine | undefined {
  const after = AFTER.exec(line.slice(-AFTER_CHARS_MAX));
  if (after === null || !line.startsWith(BEFORE)) return undefined;
  const [whole, leaf = "", digits = ""] = after;
  const seq = Number(digits);
  const text = line.slice(BEFORE.length, line.length - whole.length);
  return Number.isSafeInteger(seq) ? { seq, leaf: leaf as Hash, text } : undefined;
}
