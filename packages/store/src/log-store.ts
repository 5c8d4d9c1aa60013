import type { Commitment, Entry, Hash, JsonObject } from "@aura/trust";
import type { Answer, Head, Payload, StreamName, Unit, Version } from "./unit.ts";

/** The tenant on whose behalf the store is asked. Its id leads every key; there is no unscoped call. */
export interface NamespaceContext {
  readonly namespace: string;
}

/** An entry at its place in the namespace's log. */
export interface LoggedEntry {
  /** 0 for the founding entry, then without gaps: the index of its leaf. */
  readonly seq: number;
  readonly leaf: Hash;
  readonly entry: Entry;
}

export interface Row {
  readonly key: string;
  readonly members: JsonObject;
}

/** The newest tree of the log that was signed. */
export interface SignedTree {
  readonly size: number;
  readonly root: Hash;
  /** The C2SP signed note. */
  readonly note: string;
}

/** One append-only log per namespace, its heads, its tables and its payloads. Memory, SQLite and PostgreSQL pass one contract suite. */
export interface LogStore {
  /** Authority time in milliseconds: what new entries should carry. Never goes back, also when the clock behind it does. */
  nowMs(): number;
  /**
   * Appends each unit whole or not at all, judged in order against the heads that the earlier ones left. All calls waiting
   * at once share one transaction. Durable when it resolves. Answers in the order of `units`.
   * Well-formedness does not depend on where streams stand: one unit that is not well formed, and nothing of its call is
   * judged. What a projection throws comes through as it is.
   * @throws `store/unsure` (outcome unknown), `store/full`, `store/closed`, `store/entry_too_large`, `store/malformed_unit`
   */
  append(context: NamespaceContext, units: readonly Unit[]): Promise<readonly Answer[]>;
  /** `EMPTY_HEAD` for a stream that does not exist. */
  head(context: NamespaceContext, stream: StreamName): Promise<Head>;
  /** The entries of one stream with a version above `after`, oldest first. @throws `store/corrupt` as {@link readLog} */
  read(context: NamespaceContext, stream: StreamName, after: Version): AsyncIterable<Entry>;
  /** Streams whose name starts with `prefix`, sorted by code unit, with their heads. */
  streams(
    context: NamespaceContext,
    prefix: StreamName,
  ): Promise<readonly { readonly stream: StreamName; readonly head: Head }[]>;
  /**
   * The log in order, from `seq`. Each entry is held against its leaf, which costs a hash.
   * @throws `store/corrupt` naming the position of an entry that is missing or is not what was appended
   */
  readLog(context: NamespaceContext, seq: number): AsyncIterable<LoggedEntry>;
  /** Number of entries in the log. */
  size(context: NamespaceContext): Promise<number>;
  /** The payload behind a commitment; `undefined` if never stored, `"erased"` if destroyed. */
  payload(context: NamespaceContext, commitment: Commitment): Promise<Payload | "erased" | undefined>;
  row(context: NamespaceContext, table: string, key: string): Promise<JsonObject | undefined>;
  /** Rows of a table whose key is above `after`, ascending by code unit. */
  rows(
    context: NamespaceContext,
    table: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly Row[]>;
  counter(context: NamespaceContext, counter: string): Promise<number>;
  /** The newest signed tree; `undefined` before the first checkpoint. */
  signedTree(context: NamespaceContext): Promise<SignedTree | undefined>;
  /**
   * Extends the Merkle tree over all durable entries, has `sign` sign its size and root, and stores the note. Answers the
   * stored tree unchanged when nothing was added. Compare-and-swap on the size: two checkpointers never sign two roots of one size.
   * @throws `store/log_cut` when the log holds fewer entries than the newest signed tree
   */
  checkpoint(
    context: NamespaceContext,
    sign: (tree: { readonly size: number; readonly root: Hash }) => Promise<string>,
  ): Promise<SignedTree>;
  /**
   * RFC 6962 inclusion proof of the entry at `seq` in the tree of `size` leaves (at most the signed size). Bottom first.
   * @throws `store/proof_out_of_range`
   */
  inclusionProof(context: NamespaceContext, seq: number, size: number): Promise<readonly Hash[]>;
  /** RFC 6962 consistency proof between two sizes up to the signed one. @throws `store/proof_out_of_range` */
  consistencyProof(context: NamespaceContext, from: number, to: number): Promise<readonly Hash[]>;
  /** Position in the namespace log of an entry of a stream; `undefined` if there is none. */
  position(context: NamespaceContext, stream: StreamName, version: Version): Promise<number | undefined>;
  /** Drops rows and counters and builds them again from the log, in one transaction. @throws `store/corrupt` as {@link readLog} */
  rebuild(context: NamespaceContext): Promise<void>;
  /** Every row and every counter that is not 0, sorted: equal before and after {@link rebuild}. */
  tables(context: NamespaceContext): Promise<{
    readonly rows: readonly { readonly table: string; readonly key: string; readonly members: JsonObject }[];
    readonly counters: readonly { readonly counter: string; readonly value: number }[];
  }>;
  close(): Promise<void>;
}
