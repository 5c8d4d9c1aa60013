/**
 * Why a log is not accepted. `unknown_format` and `refounded` do not say that anything is wrong with it: the one needs a
 * newer verifier, the other a reader who knows that entries were lost. Both are never `ok`.
 */
export type LogRefusalReason =
  | "empty"
  | "malformed_header"
  | "malformed_line"
  | "oversized_line"
  | "wrong_origin"
  | "wrong_namespace"
  | "wrong_key"
  | "checkpoint_forged"
  | "older_checkpoint_refused"
  | "entry_altered"
  | "entry_dropped"
  | "entry_repeated"
  | "entries_reordered"
  | "fence_broken"
  | "time_backwards"
  | "truncated"
  | "unsigned_tail"
  | "rewritten"
  | "not_founded"
  | "founding_forged"
  | "log_key_foreign"
  | "unknown_format"
  | "refounded"
  | "unwitnessed"
  | "cosignature_forged"
  | "malformed_proof";

/** The first thing found that stands against a log, in words for the person who asked. */
export interface LogRefusal {
  readonly ok: false;
  readonly reason: LogRefusalReason;
  /** Position in the log that it is about, where it is about one. */
  readonly seq?: number;
  /** Line of the file, from 1. */
  readonly line?: number;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** What to do with evidence that does not hold. */
export const DO_NOT_TRUST =
  "Do not rely on this file. Keep it, and compare it with an export or an older checkpoint that you got another way.";
const EXPORT_AGAIN =
  "Export the log again and copy it without converting it; if it stays so, do not rely on this file.";

/** @internal */
export function refuseLog(refusal: Omit<LogRefusal, "ok">): LogRefusal {
  return { ok: false, ...refusal };
}

export function emptyLog(): LogRefusal {
  return refuseLog({
    reason: "empty",
    what: "The file is empty.",
    why: "A log starts with a line that holds its signed checkpoint.",
    fix: EXPORT_AGAIN,
  });
}

export function malformedHeader(): LogRefusal {
  return refuseLog({
    reason: "malformed_header",
    line: 1,
    what: "The first line is not the header of a log.",
    why: "It must be canonical JSON with exactly checkpoint, format, namespace and origin.",
    fix: EXPORT_AGAIN,
  });
}

export function malformedLine(line: number, problem: string): LogRefusal {
  return refuseLog({
    reason: "malformed_line",
    line,
    what: `Line ${line} ${problem}.`,
    why: "Every line after the first is canonical JSON with exactly entry, leaf and seq, ended by a newline and nothing else.",
    fix: EXPORT_AGAIN,
  });
}

export function oversizedLine(line: number, bytesMax: number): LogRefusal {
  return refuseLog({
    reason: "oversized_line",
    line,
    what: `Line ${line} holds more than the ${bytesMax} bytes that it may have.`,
    why: "AURA writes no such line, and reading on would only fill the memory.",
    fix: DO_NOT_TRUST,
  });
}

export function wrongOrigin(found: string, wanted: string): LogRefusal {
  return refuseLog({
    reason: "wrong_origin",
    line: 1,
    what: `The file says it is the log ${found}; the key is the one of ${wanted}.`,
    why: "A key speaks for one log only.",
    fix: "Pass the verifier key of this log, or the file that belongs to this key.",
  });
}

export function wrongNamespace(
  place: { readonly line: number; readonly seq?: number },
  found: string,
  wanted: string,
): LogRefusal {
  return refuseLog({
    reason: "wrong_namespace",
    ...place,
    what: `Line ${place.line} belongs to the namespace ${found}, and the log to ${wanted}.`,
    why: "A log holds the entries of one namespace, the one that its origin names.",
    fix: DO_NOT_TRUST,
  });
}

export function checkpointRefused(reason: "malformed" | "unsigned" | "forged" | "origin"): LogRefusal {
  const unsigned = reason === "unsigned";
  return refuseLog({
    reason: unsigned ? "wrong_key" : "checkpoint_forged",
    line: 1,
    what: unsigned
      ? "The checkpoint in the file carries no signature of the key that was given."
      : `The checkpoint in the file is ${reason === "forged" ? "not what the key signed" : "not a checkpoint of this log"}.`,
    why: unsigned
      ? "Either this is not the key of this log, or somebody else made this file."
      : "Its origin, size, root or signature was changed.",
    fix: unsigned ? "Get the verifier key from the owner of the log, not from this file." : DO_NOT_TRUST,
  });
}

export function olderCheckpointRefused(reason: "malformed" | "unsigned" | "forged" | "origin"): LogRefusal {
  const problem = {
    malformed: "is not a checkpoint",
    unsigned: "carries no signature of the key that was given",
    forged: "is not what the key signed",
    origin: "is one of another log",
  }[reason];
  return refuseLog({
    reason: "older_checkpoint_refused",
    what: `The older checkpoint ${problem}.`,
    why: "Only a checkpoint that the log key signed can tell whether the log still starts as it did.",
    fix: "Pass the file with the signed note exactly as it was kept.",
  });
}

export function entryAltered(seq: number, what: string, line?: number): LogRefusal {
  return refuseLog({
    reason: "entry_altered",
    seq,
    ...(line === undefined ? {} : { line }),
    what,
    why: "An entry is what its hash says; one changed character gives another hash.",
    fix: DO_NOT_TRUST,
  });
}

export function entryDropped(seq: number, what: string): LogRefusal {
  return refuseLog({
    reason: "entry_dropped",
    seq,
    what,
    why: "Entries are numbered without gaps, in the log and in their stream, so what is missing shows.",
    fix: DO_NOT_TRUST,
  });
}

export function entryRepeated(seq: number, what: string): LogRefusal {
  return refuseLog({
    reason: "entry_repeated",
    seq,
    what,
    why: "Every position of the log and of a stream is held by one entry, once.",
    fix: DO_NOT_TRUST,
  });
}

export function entriesReordered(seq: number, what: string): LogRefusal {
  return refuseLog({
    reason: "entries_reordered",
    seq,
    what,
    why: "The order of a log is part of what was signed.",
    fix: DO_NOT_TRUST,
  });
}

export function fenceBroken(seq: number, stream: string): LogRefusal {
  return refuseLog({
    reason: "fence_broken",
    seq,
    what: `Entry ${seq} carries a fence that stream ${stream} cannot have reached.`,
    why: "A fence stays, or rises by exactly one when a lease changes hands: somebody wrote who no longer held the lease.",
    fix: DO_NOT_TRUST,
  });
}

export function timeBackwards(seq: number, stream: string): LogRefusal {
  return refuseLog({
    reason: "time_backwards",
    seq,
    what: `Entry ${seq} is earlier than the entry before it in stream ${stream}.`,
    why: "Within a stream time never goes back.",
    fix: DO_NOT_TRUST,
  });
}

export function truncatedLog(what: string, why: string, seq?: number): LogRefusal {
  return refuseLog({ reason: "truncated", ...(seq === undefined ? {} : { seq }), what, why, fix: DO_NOT_TRUST });
}

export function unsignedTail(seq: number, line: number): LogRefusal {
  return refuseLog({
    reason: "unsigned_tail",
    seq,
    line,
    what: `Line ${line} holds an entry after the ${seq} that the checkpoint covers.`,
    why: "Nobody signed it, so it may have been added by anybody.",
    fix: DO_NOT_TRUST,
  });
}

export function rewrittenLog(what: string, why: string): LogRefusal {
  return refuseLog({ reason: "rewritten", what, why, fix: DO_NOT_TRUST });
}

export function notFounded(problem: string): LogRefusal {
  return refuseLog({
    reason: "not_founded",
    seq: 0,
    what: `Entry 0 ${problem}.`,
    why: "A namespace's log starts with a statement of its root key that names the keys that speak for it.",
    fix: DO_NOT_TRUST,
  });
}

export function foundingForged(reason: "wrong_key" | "forged"): LogRefusal {
  return refuseLog({
    reason: "founding_forged",
    seq: 0,
    what: `The founding statement was not signed by the root key that was given${reason === "forged" ? ", though it says so" : ""}.`,
    why: "Whoever holds only the log key can found a log of the same name, but not in the name of this root.",
    fix: "Get the root key from the organisation; if it is the right one, do not rely on this file.",
  });
}

export function logKeyForeign(): LogRefusal {
  return refuseLog({
    reason: "log_key_foreign",
    seq: 0,
    what: "The founding statement does not name the key that was given as a log key.",
    why: "The root decides which key may sign the log; this one signed it all the same.",
    fix: DO_NOT_TRUST,
  });
}

export function unknownFormat(found: {
  readonly format: string;
  readonly line: number;
  readonly seq?: number;
}): LogRefusal {
  const { format, ...place } = found;
  return refuseLog({
    reason: "unknown_format",
    ...place,
    what: `Line ${place.line} has the format ${JSON.stringify(format.slice(0, 64))}, which this version does not know.`,
    why: "It was written by a newer AURA, or changed. Hashes and order were checked as far as this version can; what the entry says was not.",
    fix: "Verify with the newest @aura/trust.",
  });
}

export function refoundedLog(seq: number, lost: string): LogRefusal {
  return refuseLog({
    reason: "refounded",
    seq,
    what: `The log was founded anew at entry ${seq}${lost}.`,
    why: "After a restore or a fail-over with loss a log says so in the open instead of going on as if nothing had happened.",
    fix: "Compare with the last export or checkpoint from before, and ask the owner of the log for the record of the loss.",
  });
}
