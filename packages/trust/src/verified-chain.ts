import { linkProblem } from "./attenuation.ts";
import type { Hash } from "./entry.ts";
import { EXECUTION_TOKEN_TYP, type ExecutionToken, readExecutionToken } from "./execution-token.ts";
import { hashText } from "./hash.ts";
import { type JwsRefusal, signingInputHash } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { type ChainLinks, joinChain, splitChain } from "./token-chain.ts";
import { verifyOnce } from "./verified-statement.ts";

/** Chains that stay verified, and how many characters their last links may have together. */
export const VERIFIED_CHAINS_MAX = 512;
export const VERIFIED_CHAINS_CHARS_MAX = 4_194_304;

/** A chain whose signatures and links are in order. Time, epochs, audience and holder have not been asked. */
export interface VerifiedChain {
  readonly root: ExecutionToken;
  /** What the chain grants: nothing in it is wider than any link before, and none of them ends earlier. */
  readonly last: ExecutionToken;
  /** Of the last link's signing input. */
  readonly hash: Hash;
  /** `jti` of each link, root first. */
  readonly tokens: readonly string[];
  /** The key that the root was verified with. */
  readonly kid: string;
}

/**
 * Verifies chains of execution tokens offline, root first, each link by the key that the one before it is bound to
 * (draft-niyikiza-oauth-attenuating-agent-tokens-01 section 7), and keeps every verified prefix until it expires: siblings
 * share their ancestors, and a chain that is shown again costs the hash of its text. A prefix is kept under the hash of its text,
 * signatures included: what is answered never depends on what is remembered. One that began with a key that is trusted no
 * more is verified again.
 */
export class VerifiedChains {
  readonly #verified = new Map<Hash, { readonly chain: VerifiedChain; readonly chars: number }>();
  #chars = 0;

  /** O(size of the chain), one signature for each link that is not known. */
  verify(text: string, issuers: readonly PublicKey[], nowMs: number): VerifiedChain | Refusal {
    const spelling = splitChain(text);
    if (!spelling.ok) return refusal(spelling.reason === "too_deep" ? "delegation_too_deep" : "token_malformed");
    const prefixes = prefixesOf(spelling.links);
    const known = this.#longestKnown(prefixes, issuers, nowMs);
    let chain = known.chain;
    for (const { link, key } of prefixes.slice(known.links)) {
      const longer: VerifiedChain | Refusal =
        chain === undefined ? beginChain(link, issuers) : extendChain(chain, link);
      if ("ok" in longer) return longer;
      chain = longer;
      this.#remember(key, chain, link.length);
    }
    return chain ?? refusal("token_malformed");
  }

  get size(): number {
    return this.#verified.size;
  }

  get chars(): number {
    return this.#chars;
  }

  #longestKnown(prefixes: readonly Prefix[], issuers: readonly PublicKey[], nowMs: number): KnownPrefix {
    for (let links = prefixes.length; links > 0; links -= 1) {
      const key = prefixes[links - 1]?.key;
      const known = key === undefined ? undefined : this.#verified.get(key);
      if (key === undefined || known === undefined || !issuers.some(({ kid }) => kid === known.chain.kid)) continue;
      if (known.chain.last.exp * 1_000 <= nowMs) this.#forget(key);
      return { chain: known.chain, links };
    }
    return { chain: undefined, links: 0 };
  }

  #remember(key: Hash, chain: VerifiedChain, chars: number): void {
    this.#forget(key);
    for (const [oldest] of this.#verified) {
      if (this.#verified.size < VERIFIED_CHAINS_MAX && this.#chars + chars <= VERIFIED_CHAINS_CHARS_MAX) break;
      this.#forget(oldest);
    }
    this.#verified.set(key, { chain, chars });
    this.#chars += chars;
  }

  #forget(key: Hash): void {
    this.#chars -= this.#verified.get(key)?.chars ?? 0;
    this.#verified.delete(key);
  }
}

/** Verifies a root under one of `issuers`. */
export function beginChain(text: string, issuers: readonly PublicKey[]): VerifiedChain | Refusal {
  const statement = verifyOnce(text, { typ: EXECUTION_TOKEN_TYP, keys: issuers, read: readExecutionToken });
  if (!statement.ok) return refusal(rootReason(statement.reason), statement.detail);
  return chainOfRoot(text, statement.claims, statement.kid);
}

/** A chain of a root that has been read; what stands in a child's place is refused. */
export function chainOfRoot(text: string, root: ExecutionToken, kid: string): VerifiedChain | Refusal {
  if (root.depth > 0) return refusal("delegation_broken", "The first token of the chain is not a root.");
  return { root, last: root, hash: signingInputHash(text) as Hash, tokens: [root.jti], kid };
}

/** Verifies one link more under the key that the last one is bound to. */
export function extendChain(chain: VerifiedChain, text: string): VerifiedChain | Refusal {
  const { last, hash, tokens } = chain;
  const statement = verifyOnce(text, { typ: EXECUTION_TOKEN_TYP, keys: [last.key], read: readExecutionToken });
  if (!statement.ok) return refusal(linkReason(statement.reason), statement.detail);
  const child = statement.claims;
  const broken = linkProblem(last, hash, child);
  if (broken !== undefined) {
    return refusal(broken.reason, `In link ${tokens.length + 1} of the chain, ${broken.claim} ${broken.problem}.`);
  }
  if (tokens.includes(child.jti)) return refusal("delegation_broken", "Two links of the chain have one jti.");
  return { ...chain, last: child, hash: signingInputHash(text) as Hash, tokens: [...tokens, child.jti] };
}

interface Prefix {
  readonly link: string;
  /** Names the chain up to and with this link, every byte of it. */
  readonly key: Hash;
}

interface KnownPrefix {
  readonly chain: VerifiedChain | undefined;
  readonly links: number;
}

/**
 * Each prefix by the hash of the name of the one before it, a joint and its own last link, so that every byte is hashed
 * once. No link holds a joint, so no two prefixes are hashed as the same text.
 */
function prefixesOf([root, ...children]: ChainLinks): readonly Prefix[] {
  let key = hashText(root);
  const prefixes = [{ link: root, key }];
  for (const link of children) {
    key = hashText(joinChain(key, link));
    prefixes.push({ link, key });
  }
  return prefixes;
}

function rootReason(reason: JwsRefusal): "token_foreign" | "token_tampered" | "token_malformed" {
  if (reason === "unknown_key") return "token_foreign";
  return reason === "signature" ? "token_tampered" : "token_malformed";
}

function linkReason(reason: JwsRefusal): "delegation_wrong_key" | "token_tampered" | "token_malformed" {
  return reason === "unknown_key"
    ? "delegation_wrong_key"
    : (rootReason(reason) as "token_tampered" | "token_malformed");
}
