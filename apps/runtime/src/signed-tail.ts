import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { emptyRoot, invariant, nodeHash, verifyInclusion } from "@aura/trust";
import type { Hash } from "@aura/trust";

/** A tree that is known to be the log's: its root was signed, and whoever asks has seen the signature. */
export interface KnownTree {
  readonly size: number;
  readonly root: Hash;
}

/**
 * True if the entries of a log after `known` are the ones that `signed` covers, and if the tree that is stored is the one
 * that will be extended. `known` of no leaves holds the whole log. One hash and one read for each entry after `known`.
 * @throws `store/corrupt` naming the position of an entry that does not fit its leaf
 */
export async function tailIsSigned(
  { store, context }: { readonly store: LogStore; readonly context: NamespaceContext },
  known: KnownTree,
  signed: SignedTree,
): Promise<boolean> {
  if (signed.size === 0) return signed.root === emptyRoot();
  const before = await edgeOf({ store, context }, known);
  if (before === undefined) return false;
  const edge = [...before];
  for await (const { seq, leaf } of store.readLog(context, known.size)) {
    if (seq === signed.size) break;
    append(edge, seq, leaf);
  }
  if (rootOf(edge) !== signed.root) return false;
  return (await edgeOf({ store, context }, signed)) !== undefined;
}

/** Roots of the perfect subtrees of a tree, largest first, out of what is stored; `undefined` if that is another tree. */
async function edgeOf(
  { store, context }: { readonly store: LogStore; readonly context: NamespaceContext },
  { size, root }: KnownTree,
): Promise<readonly Hash[] | undefined> {
  if (size === 0) return [];
  const proof = await store.inclusionProof(context, size - 1, size);
  for await (const { leaf } of store.readLog(context, size - 1)) {
    if (!verifyInclusion({ leaf, index: size - 1, size, proof, root })) return undefined;
    const lefts = [...proof];
    let last = leaf;
    for (let width = size; width % 2 === 0; width /= 2) last = nodeHash(nearest(lefts), last);
    return [...lefts.toReversed(), last];
  }
  return undefined;
}

/** The proof of a last leaf holds what stands left of it, nearest first. */
function nearest(lefts: Hash[]): Hash {
  const left = lefts.shift();
  invariant(left !== undefined, "a proof that verified has a sibling for each level");
  return left;
}

/** Adds a leaf to the edge of a tree of `size` leaves. */
function append(edge: Hash[], size: number, leaf: Hash): void {
  let root = leaf;
  for (let level = size; level % 2 === 1; level = Math.floor(level / 2)) {
    const left = edge.pop();
    invariant(left !== undefined, "an edge has a root for each 1 in the binary size");
    root = nodeHash(left, root);
  }
  edge.push(root);
}

function rootOf(edge: readonly Hash[]): Hash {
  return edge.reduceRight((right, left) => nodeHash(left, right));
}
