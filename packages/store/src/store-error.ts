import { AuraError } from "@aura/trust";

export type StoreErrorCode =
  | "store/unsure"
  | "store/full"
  | "store/closed"
  | "store/malformed_unit"
  | "store/entry_too_large"
  | "store/proof_out_of_range"
  | "store/locked"
  | "store/foreign_file"
  | "store/corrupt"
  | "store/log_cut"
  | "store/newer_schema"
  | "store/not_writable"
  | "store/network_file_system"
  | "store/sqlite_too_old"
  | "store/mark_not_taken";

export class StoreError extends AuraError<StoreErrorCode> {}

/** The commit was asked for and its answer was lost. The unit may stand in the log or not. */
export function unsure(cause: unknown): StoreError {
  return new StoreError({
    code: "store/unsure",
    what: "The store could not learn whether the append was committed.",
    why: "The disk reported an error in the middle of a commit; nothing after it can be trusted, so the store stopped.",
    fix: "Repair the disk, open the store again, and read the stream before you append to it again.",
    cause,
  });
}

export function full(cause: unknown): StoreError {
  return new StoreError({
    code: "store/full",
    what: "The append was not committed: there is no room left.",
    why: "The disk, or the size limit of the store, is exhausted. Every earlier entry is intact and readable.",
    fix: "Free disk space or raise the limit, then append again.",
    cause,
  });
}

export function closed(): StoreError {
  return new StoreError({
    code: "store/closed",
    what: "The store is closed.",
    why: "It was closed by its owner, or it stopped itself after an error of the disk.",
    fix: "Open it again.",
  });
}

/** @param why the rule that the unit breaks, a whole sentence. */
export function malformedUnit(unit: string, why: string, cause?: unknown): StoreError {
  return new StoreError({
    code: "store/malformed_unit",
    what: `Unit ${unit} is not well formed.`,
    why,
    fix: "Build entries with chainEntries on the head that the stream has, and give the unit what they name.",
    cause,
  });
}

export function entryTooLarge(size: {
  readonly stream: string;
  readonly bytes: number;
  readonly max: number;
}): StoreError {
  return new StoreError({
    code: "store/entry_too_large",
    what: `An entry of ${size.stream} has ${size.bytes} bytes; the most is ${size.max}.`,
    why: "C2SP tlog-tiles gives an entry's length 16 bits.",
    fix: "Keep the text outside the entry, as a payload, and name its commitment in the entry.",
  });
}

export function proofOutOfRange(asked: string): StoreError {
  return new StoreError({
    code: "store/proof_out_of_range",
    what: `There is no proof for ${asked}.`,
    why: "Proofs are given inside the newest signed tree only.",
    fix: "Take a checkpoint that covers the entry, then ask for a size up to the signed one.",
  });
}

export function locked(path: string, cause?: unknown): StoreError {
  return new StoreError({
    code: "store/locked",
    what: `${path} is in use.`,
    why: "One runtime owns the file while it runs, and another one has it open.",
    fix: "Stop the other runtime, or talk to it over HTTP.",
    cause,
  });
}

export function foreignFile(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError({
    code: "store/foreign_file",
    what: `${path} is not a store of AURA.`,
    why,
    fix: "Name another path. The file was not changed.",
    cause,
  });
}

export function corrupt(what: string, cause?: unknown): StoreError {
  return new StoreError({
    code: "store/corrupt",
    what,
    why: "What the file holds is not what was written to it: the disk failed, or somebody edited it.",
    fix: "Keep a copy of the file, restore the newest backup, and verify its log against an older checkpoint.",
    cause,
  });
}

/** @param log names the log, at the start of a sentence */
export function logCut(log: string, { size, signed }: { readonly size: number; readonly signed: number }): StoreError {
  return new StoreError({
    code: "store/log_cut",
    what: `${log} holds ${size} entries; its newest signed tree covers ${signed}.`,
    why: "Entries that were signed are gone: to go on would sign another history over the same positions, a fork.",
    fix: "Keep a copy of the file, restore the newest backup, and verify its log against the newest checkpoint you kept.",
  });
}

export function newerSchema(path: string, version: { readonly found: number; readonly known: number }): StoreError {
  return new StoreError({
    code: "store/newer_schema",
    what: `${path} has schema version ${version.found}; this release knows versions up to ${version.known}.`,
    why: "A newer release wrote the file, and migrations only go forward.",
    fix: "Start the newer release, or restore the backup from before the update.",
  });
}

export function notWritable(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError({
    code: "store/not_writable",
    what: `${path} cannot be opened for writing.`,
    why,
    fix: "Name a folder that exists and that this user may write to.",
    cause,
  });
}

export function networkFileSystem(path: string, fileSystem: string): StoreError {
  return new StoreError({
    code: "store/network_file_system",
    what: `${path} lies on a network file system (${fileSystem}).`,
    why: "Locks and fsync are not dependable there: two runtimes could write the file, and a commit could be lost.",
    fix: "Put the store on a local disk.",
  });
}

export function sqliteTooOld(version: { readonly found: string; readonly needed: string }): StoreError {
  return new StoreError({
    code: "store/sqlite_too_old",
    what: `This build carries SQLite ${version.found}; ${version.needed} or newer is needed.`,
    why: "Older versions can corrupt a database when a checkpoint and a write meet (the WAL-reset bug, fixed in 3.51.3).",
    fix: "Install the better-sqlite3 that the lockfile pins.",
  });
}

export function markNotTaken(answer: string): StoreError {
  return new StoreError({
    code: "store/mark_not_taken",
    what: `The store did not take the mark of a proof (${answer}).`,
    why: "A call passes only if its proof was marked now and never before.",
    fix: "Set the clocks of the machines over one store right, then make the call again with a new proof.",
  });
}
