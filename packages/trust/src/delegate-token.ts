import { linkProblem, thumbprintUri } from "./attenuation.ts";
import { isAuraError } from "./aura-error.ts";
import { boundKey, type Level, lifetime, phase } from "./claim.ts";
import {
  EXECUTION_TOKEN_TYP,
  type ExecutionToken,
  type ExecutionTokenClaims,
  grantDetails,
  readExecutionToken,
} from "./execution-token.ts";
import type { JsonObject } from "./json-value.ts";
import { inspectJws, signJws } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";
import { refusal } from "./refusal.ts";
import type { Signer } from "./signer.ts";
import { CHAIN_CHARS_MAX, joinChain, splitChain } from "./token-chain.ts";
import { claimsRefused, parentRefused } from "./trust-error.ts";
import { chainOfRoot, extendChain, type VerifiedChain } from "./verified-chain.ts";

/** What a holder hands on of what it holds. */
export interface DelegationClaims {
  /** The token that is handed on, or the chain that it ends, as it was received. */
  readonly parent: string;
  /** The key of who will hold the child: the key in its own credential. */
  readonly key: PublicKey;
  /** Some of the parent's tools; for each the same arguments, each within the parent's limit. */
  readonly tools: ExecutionTokenClaims["tools"];
  /** At most the parent's, which is the default. */
  readonly level?: Level;
  readonly nowMs: number;
  /** The child ends with its parent at the latest; the end is rounded down to a whole second. */
  readonly ttlMs: number;
  /** How far from the root the child may be handed on, at most the parent's. Default: not at all. */
  readonly maxDepth?: number;
  readonly jti: string;
}

/**
 * Hands on a narrower part of an execution token, offline: the chain with one link more, signed by the holder of the last
 * one (draft-niyikiza-oauth-attenuating-agent-tokens-01 section 6). The child is bound to the given key and names its
 * parent by the hash of its signing input; audience, mission, boundary, epochs and the credential that the root was minted
 * for (`wid`) stay.
 *
 * Who holds the child: whoever proves possession of its key and shows a credential of its own for that key. The child
 * belongs to that holder's credential, not to the root's; `wid` goes on saying on whose authority the holder acts. So one
 * instance may narrow what it holds for itself, for another instance of its agent, and for another agent where a verifier
 * knows that agent's epoch (`Anchors.delegates`).
 *
 * Refuses what a verifier would refuse. It cannot say whether the root's issuer is trusted: that takes the verifier's
 * anchors, and the root's signature is not verified here. How many children a token has is not limited by signatures: a
 * server counts them, or the calls below a root, by the root's `jti`. To take back one child before it ends, raise the
 * epoch of the mission or of the root's agent. @throws `trust/parent_refused`, `trust/claims_refused`,
 * `trust/constraint_malformed`, `trust/signature_fault`
 */
export async function delegateToken(holder: Signer, claims: DelegationClaims): Promise<string> {
  const parent = openParent(holder, claims);
  const payload = childPayload(parent, claims);
  const child = readExecutionToken(payload);
  const wrong = linkProblem(parent.last, parent.hash, child);
  if (wrong !== undefined) throw claimsRefused(wrong.claim, wrong.problem);
  if (parent.tokens.includes(child.jti)) throw claimsRefused("jti", "is that of an earlier token of the chain");
  const chain = joinChain(claims.parent, await signJws(holder, EXECUTION_TOKEN_TYP, payload));
  if (chain.length > CHAIN_CHARS_MAX)
    throw claimsRefused("tools", `make a chain of over ${CHAIN_CHARS_MAX} characters`);
  return chain;
}

function childPayload({ root, last, hash }: VerifiedChain, claims: DelegationClaims): JsonObject {
  const { iat, exp } = lifetime(claims.nowMs, claims.ttlMs);
  const depth = last.depth + 1;
  return {
    iss: thumbprintUri(last.key),
    aud: root.audience,
    iat: Math.max(iat, last.iat), // the issuer's clock may run ahead of the holder's
    exp,
    jti: claims.jti,
    cnf: boundKey(claims.key),
    del_depth: depth,
    del_max_depth: claims.maxDepth ?? depth,
    par_hash: hash,
    authorization_details: grantDetails(claims.tools),
    wid: { ...root.credential },
    msn: { id: root.mission, ctx: root.boundary },
    lvl: claims.level ?? last.level,
    epochs: { ...root.epochs },
  };
}

function openParent(holder: Signer, { parent, nowMs }: DelegationClaims): VerifiedChain {
  const chain = readChain(parent);
  if (chain.last.key.kid !== holder.publicKey.kid) throw parentRefused("is bound to another key than the signer's");
  const stands = phase(chain.last, nowMs);
  if (stands !== "valid") throw parentRefused(stands === "expired" ? "has expired" : "is from the future");
  return chain;
}

/** Everything but the root's signature. */
function readChain(text: string): VerifiedChain {
  const spelling = splitChain(text);
  if (!spelling.ok) throw parentRefused("is not a chain in its one spelling, or is too large");
  const [first, ...children] = spelling.links;
  const [root, kid] = readRoot(first);
  let chain = chainOfRoot(first, root, kid);
  for (const link of children) {
    if ("ok" in chain) break;
    chain = extendChain(chain, link);
  }
  if ("ok" in chain) throw parentRefused(`would be refused: ${chain.detail}`);
  return chain;
}

function readRoot(text: string): readonly [root: ExecutionToken, kid: string] {
  const inspected = inspectJws(text, EXECUTION_TOKEN_TYP);
  if (!inspected.ok) throw parentRefused(`would be refused: ${refusal("token_malformed").detail}`);
  try {
    return [readExecutionToken(inspected.payload), inspected.kid];
  } catch (error) {
    if (isAuraError(error, "trust/claims_refused")) throw parentRefused("has claims that a verifier refuses", error);
    throw error;
  }
}
