import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { Hash } from "./entry.ts";
import { hashText, sha256 } from "./hash.ts";
import { invariant } from "./invariant.ts";
import { isHash } from "./entry-codec.ts";
import { notBase64url } from "./trust-error.ts";

/** A hash as its 32 bytes: what trees are computed with, so that text is decoded once. @internal */
export type Digest = Uint8Array;

const DIGEST_BYTES = 32;
const EMPTY = new Uint8Array(0);

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Hash = encodeDigest(sha256(EMPTY));

/** {@link EMPTY_ROOT} */
export function emptyRoot(): Hash {
  return EMPTY_ROOT;
}

/**
 * SHA-256(0x00 || UTF-8 of the canonical entry): the leaf of the log's tree (RFC 6962 section 2.1) and the link of its
 * stream's chain, one hash for both. @throws `trust/not_unicode`
 */
export function leafHash(canonicalEntry: string): Hash {
  return hashText(`\u0000${canonicalEntry}`); // U+0000 is the byte 0x00 in UTF-8
}

/** SHA-256(0x01 || left || right) (RFC 6962 section 2.1). @throws `trust/not_base64url` */
export function nodeHash(left: Hash, right: Hash): Hash {
  if (!isHash(left) || !isHash(right)) throw notBase64url();
  return encodeDigest(hashNode(decodeBase64url(left), decodeBase64url(right)));
}

/** Merkle Tree Hash over leaf hashes, in order (RFC 6962 section 2.1). O(n) hashes, O(log n) memory. */
export function merkleRoot(leaves: readonly Hash[]): Hash {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

/** The right edge of a growing tree: all that is needed to go on and to know the root. O(log n) memory. */
export class Frontier {
  #size = 0;
  /** Roots of the perfect subtrees that make up the tree, largest first: one for each 1 in the binary size. */
  readonly #roots: Digest[] = [];

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /** Amortised one node hash. */
  append(leaf: Hash): void {
    let root: Digest = decodeBase64url(leaf);
    for (let level = this.#size; level % 2 === 1; level = Math.floor(level / 2)) {
      const left = this.#roots.pop();
      invariant(left !== undefined, "a frontier has a root for each 1 in its binary size");
      root = hashNode(left, root);
    }
    this.#roots.push(root);
    this.#size += 1;
  }

  /** O(log n). */
  root(): Hash {
    return encodeDigest(foldRight(this.#roots));
  }
}

/**
 * True if `leaf` stands at `index` of the tree of `size` leaves with `root`. `proof`: siblings, bottom first.
 * RFC 9162 section 2.1.3.2. Never throws.
 */
export function verifyInclusion(claim: {
  readonly leaf: Hash;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Hash[];
  readonly root: Hash;
}): boolean {
  const { leaf, index, size, proof, root } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  if (!Array.isArray(proof) || ![leaf, root, ...proof].every(isHash)) return false;
  let at = index;
  let last = size - 1;
  let digest: Digest = decodeBase64url(leaf);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      digest = hashNode(decodeBase64url(sibling), digest);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      digest = hashNode(digest, decodeBase64url(sibling));
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && encodeDigest(digest) === root;
}

/**
 * True if the tree of `to` leaves with `toRoot` starts with the very leaves of the tree of `from` leaves with `fromRoot`.
 * RFC 9162 section 2.1.4.2; an empty tree is the start of every tree. Never throws.
 */
export function verifyConsistency(claim: {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Hash;
  readonly toRoot: Hash;
  readonly proof: readonly Hash[];
}): boolean {
  const { from, to, fromRoot, toRoot, proof } = claim;
  if (!isCount(from) || !isCount(to) || from > to) return false;
  if (!Array.isArray(proof) || ![fromRoot, toRoot, ...proof].every(isHash)) return false;
  if (from === to) return proof.length === 0 && fromRoot === toRoot;
  if (from === 0) return proof.length === 0 && fromRoot === EMPTY_ROOT;

  const [start, ...path] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  if (start === undefined || proof.length === 0) return false;
  let at = from - 1;
  let last = to - 1;
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  let older: Digest = decodeBase64url(start);
  let newer = older;
  for (const step of path) {
    if (last === 0) return false;
    const sibling = decodeBase64url(step);
    if (isOdd(at) || at === last) {
      older = hashNode(sibling, older);
      newer = hashNode(sibling, newer);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      newer = hashNode(newer, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && encodeDigest(older) === fromRoot && encodeDigest(newer) === toRoot;
}

/** @internal */
export function hashNode(left: Digest, right: Digest): Digest {
  const bytes = new Uint8Array(1 + 2 * DIGEST_BYTES);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + DIGEST_BYTES);
  return sha256(bytes);
}

/** The root over perfect subtrees, largest first; of none, the empty root. @internal */
export function foldRight(roots: readonly Digest[]): Digest {
  const last = roots.at(-1);
  if (last === undefined) return sha256(EMPTY);
  return roots.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last);
}

/** @internal */
export function encodeDigest(digest: Digest): Hash {
  return encodeBase64url(digest) as Hash;
}

/** A number of leaves: numbers reach 2^53 here, so no bit operators. @internal */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;
}
