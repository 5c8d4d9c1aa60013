import type { Hash } from "./entry.ts";
import type { Tile } from "./tiles.ts";

/** What stands when a store is opened. */
export interface ChainState {
  /** Entries that are stored. */
  readonly size: number;
  /**
   * The tree's tiles are kept for this many first entries, whole, whatever happened since; at most `size`. The tiles of
   * the rest are made again from the entries.
   */
  readonly settled: number;
  /** The newest checkpoint that was published; `undefined` before the first. */
  readonly note: string | undefined;
  /** The note that `keepWitnessed` was given last; `undefined` before. */
  readonly witnessed: string | undefined;
}

/** A signed tree with the tiles that are new or grew since the one before; none if it is the same tree with more signatures. */
export interface PublishedTree {
  readonly size: number;
  readonly note: string;
  readonly tiles: readonly Tile[];
}

/** Where the hashes of a tile are, and how many of them are asked for. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
  /** From 1 to `TILE_WIDTH`; at most what a published tree fills. */
  readonly width: number;
}

/**
 * Where one audit chain is kept. It stores texts and hashes without looking into them. One caller at a time: the chain
 * waits for each call before it makes the next, except for `read` and `tile`, which may run beside any other.
 * Every method but `open` and `close` rejects with `trust/chain_closed` while it is not open.
 */
export interface ChainStore {
  /** For error messages: "in memory", "in /var/audit". */
  readonly where: string;
  /**
   * Takes the store for this owner and repairs what a crash left, without losing an entry that was acknowledged.
   * @throws `trust/chain_owned`, `trust/chain_foreign`, `trust/chain_damaged`, `trust/chain_unusable`, `trust/chain_full`
   */
  open(): Promise<ChainState>;
  /**
   * Adds canonical entries behind those that stand, all or none. Durable when it resolves.
   * @throws `trust/chain_full` (nothing was added), `trust/chain_unsure` (then every later call but `close`, too)
   */
  append(texts: readonly string[]): Promise<void>;
  /** The entries from position `from` up to, not including, `to`, in order. @throws `trust/chain_damaged`, `trust/chain_unusable` */
  read(from: number, to: number): AsyncIterable<string>;
  /** Keeps a signed tree over entries that stand. Whoever reads the store sees the new tree or the one before. @throws as `append` */
  publish(tree: PublishedTree): Promise<void>;
  /**
   * Keeps the note of a tree that was published, with the signatures of witnesses, in place of the one kept before: whole or
   * not at all, durable when it resolves. Newer trees may have been published since. @throws as `append`
   */
  keepWitnessed(note: string): Promise<void>;
  /** Hashes of a tile of a published tree. @throws `trust/chain_damaged`, `trust/chain_unusable` */
  tile(place: TilePlace): Promise<readonly Hash[]>;
  /** Releases the store. Does nothing if it is not open. */
  close(): Promise<void>;
}
