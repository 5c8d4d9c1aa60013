import type { CheckpointRefusal } from "./checkpoint.ts";

/** The first thing found that stands against a log: the reason, the place, and what `explainRefusal` makes words of. */
export type LogFinding = { readonly ok: false } & (
  | { readonly reason: "empty" }
  | { readonly reason: "malformed_header"; readonly line: 1 }
  | { readonly reason: "malformed_line"; readonly line: number; readonly problem: LineProblem }
  | { readonly reason: "oversized_line"; readonly line: number; readonly bytesMax: number }
  | { readonly reason: "wrong_origin"; readonly line: 1; readonly found: string; readonly wanted: string }
  | (AtLine & { readonly reason: "wrong_namespace"; readonly found: string; readonly wanted: string })
  | { readonly reason: "wrong_key"; readonly line: 1 }
  | { readonly reason: "checkpoint_forged"; readonly line: 1; readonly problem: CheckpointRefusal }
  | { readonly reason: "older_checkpoint_refused"; readonly problem: CheckpointRefusal }
  /** Another text than its hash; numbered `found`; not what entry `next` of its stream links to; not at its place in the tree. */
  | (AtEntry & { readonly reason: "entry_altered"; readonly line: number })
  | (AtEntry & { readonly reason: "entry_altered"; readonly line: number; readonly found: number })
  | (AtEntry & { readonly reason: "entry_altered"; readonly next: number; readonly stream: string })
  | (AtEntry & { readonly reason: "entry_altered" })
  /** Entry `found` stands in the place of `seq`; or a stream goes on at `seq` without `version`. */
  | (AtEntry & { readonly reason: "entry_dropped"; readonly found: number })
  | (AtEntry & AtVersion & { readonly reason: "entry_dropped" })
  | (AtEntry & { readonly reason: "entry_repeated"; readonly line: number })
  | (AtEntry & AtVersion & { readonly reason: "entry_repeated" })
  /** `seq` stands after `after`; or `found`, an earlier version of its stream, after `seq`. */
  | (AtEntry & { readonly reason: "entries_reordered"; readonly after: number })
  | (AtEntry & AtVersion & { readonly reason: "entries_reordered"; readonly found: number })
  | (AtEntry & { readonly reason: "fence_broken" | "time_backwards"; readonly stream: string })
  /** The file ends after `seq` of `size` entries; the log has `seq` where an older checkpoint covers `older`; line `line` is cut. */
  | (AtEntry & { readonly reason: "truncated"; readonly size: number })
  | (AtEntry & { readonly reason: "truncated"; readonly older: number })
  | { readonly reason: "truncated"; readonly line: number }
  | (AtEntry & { readonly reason: "unsigned_tail"; readonly line: number })
  /** Other entries than an older checkpoint of `older` entries covers, or than the file's own (`null`). */
  | { readonly reason: "rewritten"; readonly older: number | null }
  | (AtEntry & { readonly reason: "not_founded"; readonly problem: FoundingProblem })
  | (AtEntry & { readonly reason: "not_founded"; readonly origin: string })
  | (AtEntry & { readonly reason: "founding_forged"; readonly problem: "wrong_key" | "forged" })
  | (AtEntry & { readonly reason: "log_key_foreign" })
  | (AtLine & { readonly reason: "unknown_format"; readonly format: string })
  | (AtEntry & { readonly reason: "refounded"; readonly lost?: LostEntries })
);

export type LineProblem = "blank" | "carriage_return" | "no_line" | "no_entry" | "not_utf8";
export type FoundingProblem = "missing" | "no_founding" | "malformed" | "other_release";

/** What a log that was founded anew says of the one before: a checkpoint of `size` entries, `count` of them lost from `from` on. */
export interface LostEntries {
  readonly size: number;
  readonly from: number;
  readonly count: number;
}

interface AtEntry {
  /** Position in the log. */
  readonly seq: number;
}

interface AtLine {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly seq?: number;
}

interface AtVersion {
  readonly stream: string;
  readonly version: number;
}
