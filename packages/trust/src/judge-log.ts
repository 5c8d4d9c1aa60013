import { isAuraError, orNothing } from "./aura-error.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { Checkpoint, CheckpointRefusal } from "./checkpoint.ts";
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
import type { LineProblem, LogFinding } from "./log-finding.ts";
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
export type NotChecked = "witness" | "older_checkpoint" | "root_key" | "votes";

export interface VerifiedLog extends Checkpoint {
  readonly ok: true;
  readonly namespace: string;
  readonly streams: number;
  readonly founding: LogFounding;
  /** Size of the older checkpoint that this log starts with; `null` if none was given. */
  readonly since: number | null;
  readonly notChecked: readonly NotChecked[];
}

export type LogJudgement = VerifiedLog | LogFinding;

/** Lines between two calls of `progress`. */
export const PROGRESS_ENTRIES = 16_384;

/**
 * Verifies an exported log (`aura-log-1`), line by line without newlines ({@link logLines} cuts bytes so). Checks the hash
 * and the canonical form of every entry, the order, every stream's chain, the founding, the tree against the checkpoint under
 * `key`, and the root at the size of the older checkpoint. Answers with the first thing found wrong, in facts; a log with entries of
 * an unknown format, or one that was founded anew, is never `ok`.
 * O(bytes) time, O(log n) memory and one head a stream. Never throws for what the lines hold.
 */
export async function judgeLog(
  lines: AsyncIterable<string> | Iterable<string>,
  anchors: LogAnchors & { readonly progress?: (entries: number, size: number) => void },
): Promise<LogJudgement> {
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
  #unknown: LogFinding | undefined;
  #refounded: LogFinding | undefined;
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

  take(line: string): LogFinding | undefined {
    this.#line += 1;
    if (typeof line !== "string") return malformed(this.#line, "no_line");
    if (this.#checkpoint === undefined) return this.#header(line);
    const read = parseLogLine(line);
    if (this.#disorder !== undefined) return this.#disorder.see(read);
    if (read === undefined) return malformed(this.#line, lineProblem(line));
    return this.#placed(read) ?? this.#entry(read);
  }

  end(): LogJudgement {
    if (this.#line === 0) return { ok: false, reason: "empty" };
    if (this.#disorder !== undefined) return this.#disorder.atEnd();
    const { entries, size } = this;
    if (entries < size) return { ok: false, reason: "truncated", seq: entries, size };
    const root = this.#frontier.root();
    if (root !== this.#checkpoint?.root) return { ok: false, reason: "rewritten", older: null };
    if (this.#unknown !== undefined) return this.#unknown;
    if (this.#founding === undefined) return { ok: false, reason: "not_founded", seq: 0, problem: "missing" };
    return this.#refounded ?? this.#verified(root, this.#founding);
  }

  /** What reading the lines threw, as a finding; anything but our own errors goes on. */
  unreadable(error: unknown): LogFinding {
    const line = this.#line + 1;
    if (isAuraError(error, "trust/log_line_too_long")) return oversized(line, LOG_LINE_BYTES_MAX);
    if (isAuraError(error, "trust/log_not_utf8")) return malformed(line, "not_utf8");
    if (isAuraError(error, "trust/log_line_unended")) return { ok: false, reason: "truncated", line };
    throw error;
  }

  #header(line: string): LogFinding | undefined {
    const parsed = parseLogHeader(line);
    if (parsed.kind === "malformed") return { ok: false, reason: "malformed_header", line: 1 };
    if (parsed.kind === "unknown_format") return { ok: false, reason: parsed.kind, format: parsed.format, line: 1 };
    const { key, since } = this.#anchors;
    const { origin, namespace, checkpoint: note } = parsed.header;
    const front = judgeFront({ origin, namespace }, key);
    if (front !== undefined) return front;
    const opened = openCheckpoint(note, key);
    if (!opened.ok) return checkpointRefused(opened.reason);
    this.#checkpoint = opened;
    if (since === undefined) return undefined;
    const older = openCheckpoint(since, key);
    if (!older.ok) return { ok: false, reason: "older_checkpoint_refused", problem: older.reason };
    this.#older = older;
    return older.size > opened.size
      ? { ok: false, reason: "truncated", seq: opened.size, older: older.size }
      : undefined;
  }

  /** Is this the line that must come next? */
  #placed({ seq, leaf, text }: LogLine): LogFinding | undefined {
    const wanted = this.entries;
    if (utf8Length(text) > ENTRY_BYTES_MAX) return oversized(this.#line, ENTRY_BYTES_MAX);
    if (!text.isWellFormed() || leafHash(text) !== leaf) {
      return { ok: false, reason: "entry_altered", seq: wanted, line: this.#line };
    }
    if (seq > wanted) {
      this.#disorder = numberDisorder(wanted, seq, this.#line);
      return undefined;
    }
    if (seq < wanted) return { ok: false, reason: "entry_repeated", seq, line: this.#line };
    return wanted < this.size ? undefined : { ok: false, reason: "unsigned_tail", seq: wanted, line: this.#line };
  }

  #entry({ seq, leaf, text }: LogLine): LogFinding | undefined {
    if (this.#disorder !== undefined) return undefined;
    const parsed = orNothing(() => parseEntry(text));
    if (parsed === undefined) return malformed(this.#line, "no_entry");
    const refused = this.#chain(parsed, leaf, seq) ?? this.#told(parsed, seq);
    if (refused !== undefined || this.#disorder !== undefined) return refused;
    this.#frontier.append(leaf);
    return this.#older?.size === this.entries && this.#older.root !== this.#frontier.root()
      ? { ok: false, reason: "rewritten", older: this.#older.size }
      : undefined;
  }

  #chain(parsed: ParsedEntry, leaf: Hash, seq: number): LogFinding | undefined {
    const link = parsed.kind === "entry" ? parsed.entry : parsed.link;
    if (link === undefined) this.#chainsLost = true;
    if (link === undefined || this.#chainsLost) return undefined;
    const { namespace: found } = link;
    const wanted = namespaceOfOrigin(this.#anchors.key.name) ?? "";
    if (found !== wanted) return { ok: false, reason: "wrong_namespace", line: this.#line, seq, found, wanted };
    const broken = this.#chains.follow(link, leaf, seq);
    if (broken === undefined || "reason" in broken) return broken;
    this.#disorder = versionDisorder(broken);
    return undefined;
  }

  /** What the entry says that a verifier of the log must know. */
  #told(parsed: ParsedEntry, seq: number): LogFinding | undefined {
    if (parsed.kind === "unknown_format") {
      this.#unknown ??= { ok: false, reason: "unknown_format", format: parsed.format, line: this.#line, seq };
      return undefined;
    }
    if (seq > 0) {
      if (isFoundingEntry(parsed.entry)) this.#refounded ??= { ok: false, reason: "refounded", seq };
      return undefined;
    }
    const founding = checkFounding(parsed.entry, this.#anchors, this.#line);
    if ("reason" in founding) return founding;
    this.#founding = founding;
    const { refounds } = founding.statement;
    if (refounds !== null) {
      const { size, lost } = refounds;
      this.#refounded = { ok: false, reason: "refounded", seq: 0, lost: { size, ...lost } };
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

/** Whether what stands in front of the entries speaks of the log whose key this is. @internal */
export function judgeFront(
  { origin, namespace }: { readonly origin: string; readonly namespace: string },
  key: VerifierKey,
): LogFinding | undefined {
  if (origin !== key.name) return { ok: false, reason: "wrong_origin", line: 1, found: origin, wanted: key.name };
  const wanted = namespaceOfOrigin(origin) ?? origin;
  return namespace === wanted ? undefined : { ok: false, reason: "wrong_namespace", line: 1, found: namespace, wanted };
}

/** @internal */
export function checkpointRefused(problem: CheckpointRefusal): LogFinding {
  return problem === "unsigned"
    ? { ok: false, reason: "wrong_key", line: 1 }
    : { ok: false, reason: "checkpoint_forged", line: 1, problem };
}

function lineProblem(line: string): LineProblem {
  if (!line.trim()) return "blank";
  return line.endsWith("\r") ? "carriage_return" : "no_line";
}

function malformed(line: number, problem: LineProblem): LogFinding {
  return { ok: false, reason: "malformed_line", line, problem };
}

function oversized(line: number, bytesMax: number): LogFinding {
  return { ok: false, reason: "oversized_line", line, bytesMax };
}
