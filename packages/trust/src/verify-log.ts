import { isAuraError } from "./aura-error.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { parseEntry } from "./entry-codec.ts";
import type { ParsedEntry } from "./entry-codec.ts";
import { ENTRY_BYTES_MAX } from "./entry.ts";
import type { Hash } from "./entry.ts";
import { LogChains } from "./log-chains.ts";
import { numberDisorder, versionDisorder } from "./log-disorder.ts";
import type { Disorder } from "./log-disorder.ts";
import { LOG_LINE_BYTES_MAX, parseLogHeader, parseLogLine } from "./log-export.ts";
import type { LogLine } from "./log-export.ts";
import { checkFounding, isFoundingEntry } from "./log-founding.ts";
import type { LogFounding } from "./log-founding.ts";
import * as refusal from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";
import { Frontier, leafHash } from "./merkle.ts";
import type { PublicKey } from "./public-key.ts";
import { utf8Length } from "./utf8.ts";
import { namespaceOfOrigin } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** What the verifier knows from outside. Nothing of it is ever taken from the file. */
export interface LogAnchors {
  readonly key: VerifierKey;
  /** A signed note of the same log from an earlier day: shows a log that was cut or made again with the same key. */
  readonly since?: string;
  /** Root key of the organisation: shows a log that was founded by somebody else. */
  readonly root?: PublicKey;
}

/** What could not be judged, because nothing to judge it by was there. */
export type NotChecked = "witness" | "older_checkpoint" | "root_key";

export interface VerifiedLog extends Checkpoint {
  readonly ok: true;
  readonly namespace: string;
  readonly streams: number;
  readonly founding: LogFounding;
  /** Size of the older checkpoint that this log starts with; `null` if none was given. */
  readonly since: number | null;
  readonly notChecked: readonly NotChecked[];
}

export type LogVerification = VerifiedLog | LogRefusal;

/** Lines between two calls of `progress`. */
export const PROGRESS_ENTRIES = 16_384;

/**
 * Verifies an exported log (`aura-log-1`), line by line without newlines ({@link logLines} cuts bytes so). Checks the hash
 * and the canonical form of every entry, the order, every stream's chain, the founding, the tree against the checkpoint under
 * `key`, and the root at the size of the older checkpoint. Answers with the first thing found wrong; a log with entries of
 * an unknown format, or one that was founded anew, is never `ok`.
 * O(bytes) time, O(log n) memory and one head a stream. Never throws for what the lines hold.
 */
export async function verifyLog(
  lines: AsyncIterable<string> | Iterable<string>,
  anchors: LogAnchors & { readonly progress?: (entries: number, size: number) => void },
): Promise<LogVerification> {
  const verifier = new LogVerifier(anchors);
  try {
    for await (const line of lines) {
      const refused = verifier.take(line);
      if (refused !== undefined) return refused;
      if (verifier.entries % PROGRESS_ENTRIES === 0) anchors.progress?.(verifier.entries, verifier.size);
    }
  } catch (error) {
    return verifier.unreadable(error);
  }
  return verifier.end();
}

class LogVerifier {
  readonly #anchors: LogAnchors;
  readonly #frontier = new Frontier();
  readonly #chains = new LogChains();
  #line = 0;
  #checkpoint: Checkpoint | undefined;
  #older: Checkpoint | undefined;
  #founding: LogFounding | undefined;
  #disorder: Disorder | undefined;
  #unknown: LogRefusal | undefined;
  #refounded: LogRefusal | undefined;
  /** An entry without a readable link came by: chains cannot be judged any more, and the answer is `unknown_format`. */
  #chainsLost = false;

  constructor(anchors: LogAnchors) {
    this.#anchors = anchors;
  }

  get entries(): number {
    return this.#frontier.size;
  }

  get size(): number {
    return this.#checkpoint?.size ?? 0;
  }

  take(line: string): LogRefusal | undefined {
    this.#line += 1;
    if (this.#checkpoint === undefined) return this.#header(line);
    const read = parseLogLine(line);
    if (this.#disorder !== undefined) return this.#disorder.see(read);
    if (read === undefined) return refusal.malformedLine(this.#line, lineProblem(line));
    return this.#placed(read) ?? this.#entry(read);
  }

  end(): LogVerification {
    if (this.#line === 0) return refusal.emptyLog();
    if (this.#disorder !== undefined) return this.#disorder.atEnd();
    const { entries, size } = this;
    if (entries < size) return cut(entries, size);
    const root = this.#frontier.root();
    if (root !== this.#checkpoint?.root) return notTheSignedTree();
    if (this.#unknown !== undefined) return this.#unknown;
    if (this.#founding === undefined) return refusal.notFounded("is missing: the log has no entries");
    return this.#refounded ?? this.#verified(root, this.#founding);
  }

  /** What reading the lines threw, in the words of a verification; anything but our own errors goes on. */
  unreadable(error: unknown): LogRefusal {
    if (isAuraError(error, "trust/log_line_too_long")) return refusal.oversizedLine(this.#line + 1, LOG_LINE_BYTES_MAX);
    if (isAuraError(error, "trust/log_not_utf8")) return refusal.malformedLine(this.#line + 1, "is not UTF-8");
    if (isAuraError(error, "trust/log_line_unended")) {
      return refusal.truncatedLog(error.what, error.why);
    }
    throw error;
  }

  #header(line: string): LogRefusal | undefined {
    const parsed = parseLogHeader(line);
    if (parsed.kind === "malformed") return refusal.malformedHeader();
    if (parsed.kind === "unknown_format") return refusal.unknownFormat({ format: parsed.format, line: 1 });
    const { key, since } = this.#anchors;
    const { origin, namespace, checkpoint: note } = parsed.header;
    if (origin !== key.name) return refusal.wrongOrigin(origin, key.name);
    if (namespace !== namespaceOfOrigin(origin)) {
      return refusal.wrongNamespace({ line: 1 }, namespace, namespaceOfOrigin(origin) ?? origin);
    }
    const opened = openCheckpoint(note, key);
    if (!opened.ok) return refusal.checkpointRefused(opened.reason);
    this.#checkpoint = opened;
    if (since === undefined) return undefined;
    const older = openCheckpoint(since, key);
    if (!older.ok) return refusal.olderCheckpointRefused(older.reason);
    this.#older = older;
    return older.size > opened.size ? cutSince(opened.size, older.size) : undefined;
  }

  /** Is this the line that must come next? */
  #placed({ seq, leaf, text }: LogLine): LogRefusal | undefined {
    const wanted = this.entries;
    if (utf8Length(text) > ENTRY_BYTES_MAX) return refusal.oversizedLine(this.#line, ENTRY_BYTES_MAX);
    if (!text.isWellFormed() || leafHash(text) !== leaf) {
      return refusal.entryAltered(
        wanted,
        `Entry ${wanted}, on line ${this.#line}, does not have the hash beside it.`,
        this.#line,
      );
    }
    if (seq > wanted) {
      this.#disorder = numberDisorder(wanted, seq, this.#line);
      return undefined;
    }
    if (seq < wanted)
      return refusal.entryRepeated(seq, `Line ${this.#line} is numbered ${seq}, a position that is taken already.`);
    return wanted < this.size ? undefined : refusal.unsignedTail(wanted, this.#line);
  }

  #entry({ seq, leaf, text }: LogLine): LogRefusal | undefined {
    if (this.#disorder !== undefined) return undefined;
    const parsed = parseOrNothing(text);
    if (parsed === undefined) return refusal.malformedLine(this.#line, "holds no entry, though its hash fits");
    const refused = this.#chain(parsed, leaf, seq) ?? this.#told(parsed, seq);
    if (refused !== undefined || this.#disorder !== undefined) return refused;
    this.#frontier.append(leaf);
    return this.#older?.size === this.entries && this.#older.root !== this.#frontier.root()
      ? rewrittenSince(this.#older.size)
      : undefined;
  }

  #chain(parsed: ParsedEntry, leaf: Hash, seq: number): LogRefusal | undefined {
    const link = parsed.kind === "entry" ? parsed.entry : parsed.link;
    if (link === undefined) this.#chainsLost = true;
    if (link === undefined || this.#chainsLost) return undefined;
    const namespace = namespaceOfOrigin(this.#anchors.key.name) ?? "";
    if (link.namespace !== namespace)
      return refusal.wrongNamespace({ line: this.#line, seq }, link.namespace, namespace);
    const broken = this.#chains.follow(link, leaf, seq);
    if (broken === undefined || "reason" in broken) return broken;
    this.#disorder = versionDisorder(broken);
    return undefined;
  }

  /** What the entry says that a verifier of the log must know. */
  #told(parsed: ParsedEntry, seq: number): LogRefusal | undefined {
    if (parsed.kind === "unknown_format") {
      this.#unknown ??= refusal.unknownFormat({ format: parsed.format, line: this.#line, seq });
      return undefined;
    }
    if (seq > 0) {
      if (isFoundingEntry(parsed.entry)) this.#refounded ??= refusal.refoundedLog(seq, "");
      return undefined;
    }
    const founding = checkFounding(parsed.entry, this.#anchors, this.#line);
    if ("reason" in founding) return founding;
    this.#founding = founding;
    const { refounds } = founding.statement;
    if (refounds !== null) {
      const { from, count } = refounds.lost;
      this.#refounded = refusal.refoundedLog(
        0,
        `: it follows a checkpoint of ${refounds.size} entries; ${count} entries from ${from} on are lost`,
      );
    }
    return undefined;
  }

  #verified(root: Hash, founding: LogFounding): VerifiedLog {
    const { key, since, root: rootKey } = this.#anchors;
    const notChecked: NotChecked[] = ["witness"]; // no witness protocol yet: foreign signatures on a checkpoint are ignored
    if (since === undefined) notChecked.push("older_checkpoint");
    if (rootKey === undefined) notChecked.push("root_key");
    return {
      ok: true,
      origin: key.name,
      namespace: founding.statement.namespace,
      size: this.entries,
      root,
      streams: this.#chains.streams,
      founding,
      since: this.#older?.size ?? null,
      notChecked,
    };
  }
}

function parseOrNothing(text: string): ParsedEntry | undefined {
  try {
    return parseEntry(text);
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}

function lineProblem(line: string): string {
  if (line.trim() === "") return "is blank";
  if (line.endsWith("\r")) return "ends in a carriage return: the file was converted";
  return "is not a line of a log";
}

function cut(entries: number, size: number): LogRefusal {
  return refusal.truncatedLog(
    `The file ends after ${entries} entries; the checkpoint covers ${size}.`,
    "The tail was cut, or entries that were the last of their streams were taken out and the others numbered anew.",
    entries,
  );
}

function cutSince(size: number, older: number): LogRefusal {
  return refusal.truncatedLog(
    `The log holds ${size} entries; the older checkpoint covers ${older}.`,
    "Entries that were signed before are gone, and a smaller log was signed with the same key: a log only grows.",
    size,
  );
}

function rewrittenSince(size: number): LogRefusal {
  return refusal.rewrittenLog(
    `The first ${size} entries are not those of the older checkpoint.`,
    "The log was made again, or changed, and signed with the same key.",
  );
}

function notTheSignedTree(): LogRefusal {
  return refusal.rewrittenLog(
    "The entries are not the ones that the checkpoint was signed over.",
    "Each line fits its own hash and each stream its chain, but together they give another root: an entry was exchanged together with its hash, or entries of different streams were put in another order and numbered anew.",
  );
}
