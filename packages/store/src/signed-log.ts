import { consistencyProof, extendTree, inclusionProof } from "@aura/trust";
import type { Hash, Tile, TreeTiles } from "@aura/trust";
import type { SignedTree } from "./log-store.ts";
import { logCut, proofOutOfRange } from "./store-error.ts";

/** What an adapter keeps of one namespace's tree. Every answer is of committed data. */
export interface TreeShelf {
  /** Number of entries in the log. */
  size(): number;
  /** Leaf hashes of the entries from `from` up to, not including, `to`. */
  leaves(from: number, to: number): readonly Hash[];
  /** The tiles of signed trees, with the nodes kept that proofs computed. */
  readonly tiles: TreeTiles;
  signedTree(): SignedTree | undefined;
  /** Keeps `tree` and its tiles in one transaction if the newest signed tree still is `before`. Answers whether it did. */
  keep(before: SignedTree | undefined, tree: SignedTree, tiles: readonly Tile[]): boolean;
}

/**
 * Extends the tree over every entry that stood when this was called and has it signed. A rival that kept a tree meanwhile
 * wins: its tree is the answer if it covers as much, else the tree is extended from there and signed again.
 * @throws `store/log_cut` when the log is smaller than its newest signed tree
 */
export async function checkpointLog(
  shelf: TreeShelf,
  sign: (tree: { readonly size: number; readonly root: Hash }) => Promise<string>,
): Promise<SignedTree> {
  const wanted = shelf.size();
  for (;;) {
    const before = shelf.signedTree();
    const from = before?.size ?? 0;
    if (from > shelf.size()) throw logCut("The log", { size: shelf.size(), signed: from });
    if (before !== undefined && from >= wanted) return before;
    const { size, root, tiles } = extendTree(from, shelf.leaves(from, shelf.size()), shelf.tiles);
    const tree = { size, root, note: await sign({ size, root }) };
    if (shelf.keep(before, tree, tiles)) return tree;
  }
}

/** @throws `store/proof_out_of_range` */
export function proveInclusion(shelf: TreeShelf, seq: number, size: number): readonly Hash[] {
  if (!isPosition(seq) || seq >= size || !isSigned(shelf, size)) {
    throw proofOutOfRange(`entry ${seq} in a tree of ${size}`);
  }
  return inclusionProof(seq, size, shelf.tiles);
}

/** @throws `store/proof_out_of_range` */
export function proveConsistency(shelf: TreeShelf, from: number, to: number): readonly Hash[] {
  if (!isPosition(from) || from > to || !isSigned(shelf, to)) {
    throw proofOutOfRange(`growth from ${from} to ${to} leaves`);
  }
  return consistencyProof(from, to, shelf.tiles);
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isSigned(shelf: TreeShelf, size: number): boolean {
  return isPosition(size) && size <= (shelf.signedTree()?.size ?? -1);
}
