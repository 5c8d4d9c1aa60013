import { decodeBase64url } from "./base64url.ts";
import type { Commitment, Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { hashText, sha256 } from "./hash.ts";
import { encodeDigest } from "./merkle.ts";
import type { Digest } from "./merkle.ts";
import { formatVerifierKey } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** Hashes of a path: a slot has so many bits. */
export const ORG_LOG_PATH_HASHES_MAX = 256;

const HASH_BYTES = 32;
/** A subtree in which no namespace stands. Nobody knows a text with this hash. */
const EMPTY: Digest = new Uint8Array(HASH_BYTES);

/** What one namespace has in one tick. */
export interface MapLeaf {
  readonly slot: Hash;
  readonly value: Commitment;
}

/**
 * The place of a namespace in every tick: a function of what its verifiers are given from outside, so that one key has one place.
 * Who does not know the key cannot tell whose place it is.
 */
export function slotOf({ name, key }: VerifierKey): Hash {
  return hashText(`aura-org-slot-1\n${formatVerifierKey(name, key)}`);
}

/**
 * The namespaces of one tick as a binary tree in which the bits of its slot lead to a leaf: a leaf ends its path, so two values of
 * one slot do not fit under one root (SHA-256 does not collide). No two `leaves` have one slot.
 */
export class OrgLogMap {
  readonly root: Hash;
  readonly #tree: Subtree;

  /** O(n log n). */
  constructor(leaves: readonly MapLeaf[]) {
    this.#tree = grow(
      leaves.map((leaf) => ({ bits: decodeBase64url(leaf.slot), hash: leafOf(leaf) })),
      0,
    );
    this.root = encodeDigest(this.#tree.hash);
  }

  /** The siblings on the way from the leaf of `slot` to the root, bottom first; of a slot that is not there, of where it would be. O(log n). */
  path(slot: Hash): readonly Hash[] {
    const bits = decodeBase64url(slot);
    const siblings: Hash[] = [];
    let at = this.#tree;
    for (let depth = 0; at.left !== undefined; depth += 1) {
      const [taken, other] = bitAt(bits, depth) === 0 ? [at.left, at.right] : [at.right, at.left];
      siblings.push(encodeDigest(other.hash));
      at = taken;
    }
    return siblings.toReversed();
  }
}

/** True if the map with `root` holds `value` at `slot`. Never throws. */
export function verifyMapPath(claim: MapLeaf & { readonly path: readonly Hash[]; readonly root: Hash }): boolean {
  const { slot, value, path, root } = claim;
  if (path.length > ORG_LOG_PATH_HASHES_MAX || ![slot, value, root, ...path].every(isHash)) return false;
  const bits = decodeBase64url(slot);
  let digest = leafOf({ slot, value });
  for (const [at, hash] of path.entries()) {
    const sibling = decodeBase64url(hash);
    const depth = path.length - 1 - at;
    digest = bitAt(bits, depth) === 0 ? nodeOf(digest, sibling) : nodeOf(sibling, digest);
  }
  return encodeDigest(digest) === root;
}

type Subtree =
  | { readonly hash: Digest; readonly left?: undefined }
  | { readonly hash: Digest; readonly left: Subtree; readonly right: Subtree };

function grow(leaves: readonly { readonly bits: Uint8Array; readonly hash: Digest }[], depth: number): Subtree {
  const [first] = leaves;
  if (first === undefined) return { hash: EMPTY };
  if (leaves.length === 1) return { hash: first.hash };
  const sides = Map.groupBy(leaves, ({ bits }) => bitAt(bits, depth));
  const [left, right] = [grow(sides.get(0) ?? [], depth + 1), grow(sides.get(1) ?? [], depth + 1)];
  return { hash: nodeOf(left.hash, right.hash), left, right };
}

/** SHA-256(0x00 || slot || value). */
function leafOf({ slot, value }: MapLeaf): Digest {
  return hashed(0, decodeBase64url(slot), decodeBase64url(value));
}

/** SHA-256(0x01 || left || right). */
function nodeOf(left: Digest, right: Digest): Digest {
  return hashed(1, left, right);
}

function hashed(prefix: number, left: Uint8Array, right: Uint8Array): Digest {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = prefix;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return sha256(bytes);
}

/** The bit at `depth`, the highest of the first byte being 0. */
function bitAt(bits: Uint8Array, depth: number): number {
  return ((bits[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1;
}
