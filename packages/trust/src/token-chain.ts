import type { Hash } from "./entry.ts";
import { JWS_CHARS_MAX, signingInputHash } from "./jws.ts";

/** How often authority may be handed on: a chain is a root and at most so many children. */
export const DELEGATION_DEPTH_MAX = 8;
/** The longest chain, in characters (all of them ASCII). Each token in it is a JWS and keeps to its own limit too. */
export const CHAIN_CHARS_MAX = 262_144;

const JOINT = "~";

/** Root first. */
export type ChainLinks = readonly [root: string, ...children: string[]];

/** `too_deep`: more links than a chain may have. `malformed`: no text, or a size is over its limit. */
export type ChainSpelling =
  | { readonly ok: true; readonly links: ChainLinks }
  | { readonly ok: false; readonly reason: "malformed" | "too_deep" };

/**
 * The one spelling of a chain: its tokens, root first, joined by `~`, which no JWS holds and which needs no escape in JSON,
 * a header field or a URI. A chain of one link is that token. Looks at sizes and joints alone: an
 * empty link is no JWS, and is refused as one.
 */
export function splitChain(text: string): ChainSpelling {
  if (typeof text !== "string" || text.length > CHAIN_CHARS_MAX || !text.isWellFormed()) {
    return { ok: false, reason: "malformed" };
  }
  const [root = "", ...children] = text.split(JOINT, DELEGATION_DEPTH_MAX + 2);
  if (children.length > DELEGATION_DEPTH_MAX) return { ok: false, reason: "too_deep" };
  const isSized = [root, ...children].every((link) => link.length <= JWS_CHARS_MAX);
  return isSized ? { ok: true, links: [root, ...children] } : { ok: false, reason: "malformed" };
}

/** The chain with one link more. Checks nothing. */
export function joinChain(chain: string, child: string): string {
  return `${chain}${JOINT}${child}`;
}

/**
 * SHA-256 of the last link's signing input. It names the whole chain: each link names the one before it the same way
 * (`par_hash`). The text has been verified.
 */
export function chainHash(text: string): Hash {
  return signingInputHash(text.slice(text.lastIndexOf(JOINT) + 1)) as Hash;
}
