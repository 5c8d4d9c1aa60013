/** One proof, as long as it could be shown. */
export interface ReplayMark {
  /** Of the holder's key and the proof's `jti`. */
  readonly key: string;
  /** When the proof was made, in whole seconds; milliseconds since the Unix epoch. */
  readonly madeMs: number;
  /** After this no guard accepts the proof any more. */
  readonly untilMs: number;
}

/**
 * `first`: marked now, and by nobody before. `replayed`: marked before. `unknown`: the proof is from a time whose marks are
 * not kept, so nobody can tell. `full`: no room for the mark. Only `first` lets a call pass.
 */
export type ReplayAnswer = "first" | "replayed" | "unknown" | "full";

/** Which proofs were shown already. Every guard that accepts one audience must ask the same marks. */
export interface ReplayMarks {
  /** Marks a proof. Of any number of callers at once exactly one hears `first`, until the proof is too old to be shown. */
  take(mark: ReplayMark): ReplayAnswer | Promise<ReplayAnswer>;
}
