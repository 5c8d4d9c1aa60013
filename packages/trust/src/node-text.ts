import type { Hash } from "./entry.ts";
import { nodeHash } from "./merkle.ts";
import { nodeCrypto } from "./node-crypto.ts";

const DIGEST_BYTES = 32;

/** 0x01 || left || right, one buffer for every node: making one costs more than the hash. */
let node: Buffer | undefined;

/**
 * `nodeHash` of two hashes that are known to be spelled as hashes are, from text to text: a third of its cost where there
 * is `node:crypto`. @internal
 */
export function joinHashes(left: Hash, right: Hash): Hash {
  const crypto = nodeCrypto();
  if (crypto === undefined) return nodeHash(left, right);
  node ??= Buffer.alloc(1 + 2 * DIGEST_BYTES, 1);
  node.write(left, 1, DIGEST_BYTES, "base64url");
  node.write(right, 1 + DIGEST_BYTES, DIGEST_BYTES, "base64url");
  return crypto.hash("sha256", node, "base64url") as Hash;
}
