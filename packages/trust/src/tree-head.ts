import { decodeBase64 } from "./base64.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { EMPTY_ROOT, encodeDigest, isCount } from "./merkle.ts";

/** `0`, or digits without a leading zero. */
export const TREE_SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

const ROOT_BYTES = 32;

/**
 * Origin, size and root of any log's checkpoint (C2SP tlog-checkpoint): ours has three lines, others may have extension
 * lines after them. The root of an empty tree is not looked at: {@link hasHonestRoot} does. `undefined` if it is none, or
 * its size is above 2^53 - 1. @internal
 */
export function readTreeHead(text: string): Checkpoint | undefined {
  const [origin = "", sizeText = "", rootText = "", ...extensions] = text.split("\n");
  const size = TREE_SIZE.test(sizeText) ? Number(sizeText) : undefined;
  const bytes = decodeBase64(rootText);
  const ended = extensions.pop() === "" && !extensions.includes("");
  if (origin === "" || size === undefined || !isCount(size) || bytes?.length !== ROOT_BYTES || !ended) return undefined;
  return { origin, size, root: encodeDigest(bytes) };
}

/** False for a tree without leaves that has a root of something (RFC 6962 section 2.1). @internal */
export function hasHonestRoot({ size, root }: Checkpoint): boolean {
  return size > 0 || root === EMPTY_ROOT;
}
