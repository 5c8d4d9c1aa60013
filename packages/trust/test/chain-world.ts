import {
  type Anchors,
  type CallInQuestion,
  canonicalJson,
  type CredentialClaims,
  delegateToken,
  type DelegationClaims,
  type ExecutionTokenClaims,
  issueCredential,
  type JsonObject,
  mintExecutionToken,
  proveCall,
  type Refusal,
  type Signer,
  signerFromSeed,
  verifyCall,
  type VerifiedCall,
} from "@aura/trust";
import { aCall, aCredential, anAnchor, aToken, credentialIssuer, instance, NOW_MS, tokenIssuer } from "./call-world.ts";
import { headerFor, openText, signTexts } from "./signed-text.ts";

/** Who holds the links after the root, which `instance` holds. */
export const child = signerFromSeed(new Uint8Array(32).fill(5));
export const grandchild = signerFromSeed(new Uint8Array(32).fill(6));

export const REFUND = { amount: { decimal: { max: "50.00" } }, order: { range: { min: 1, max: 9 } } };

export function aRoot(overrides: Partial<ExecutionTokenClaims> = {}): Promise<string> {
  return mintExecutionToken(tokenIssuer, aToken({ maxDepth: 3, ...overrides }));
}

export const aDelegation = (parent: string, overrides: Partial<DelegationClaims> = {}): DelegationClaims => ({
  parent,
  key: child.publicKey,
  tools: { refund: REFUND },
  nowMs: NOW_MS,
  ttlMs: 120_000,
  maxDepth: 3,
  jti: "token-2",
  ...overrides,
});

/** Root and child; the child may hand it on. */
export async function aChain(overrides: Partial<DelegationClaims> = {}, root?: string): Promise<string> {
  return delegateToken(instance, aDelegation(root ?? (await aRoot()), overrides));
}

/** Root, child and grandchild. */
export async function aLongChain(overrides: Partial<DelegationClaims> = {}): Promise<string> {
  const parent = await aChain();
  return delegateToken(child, aDelegation(parent, { key: grandchild.publicKey, jti: "token-3", ...overrides }));
}

/** The chain with its last link written anew by whoever signs: what a hostile holder can do. */
export async function rewriteLast(
  chain: string,
  signer: Signer,
  change: (claims: { [claim: string]: unknown }) => object,
): Promise<string> {
  const links = chain.split("~");
  const claims = JSON.parse(openText(links.at(-1) ?? "").payload) as { [claim: string]: unknown };
  const payload = canonicalJson(change(claims) as JsonObject);
  return [...links.slice(0, -1), await signTexts(signer, headerFor(signer, "aat+jwt"), payload)].join("~");
}

/** What differs from a call that the holder of the chain's last link makes in order. */
export interface ChainDifferences {
  readonly holder?: Signer;
  readonly prover?: Signer;
  readonly credential?: Partial<CredentialClaims>;
  readonly anchors?: Partial<Anchors>;
  readonly call?: Partial<CallInQuestion>;
}

/** Makes a call under a chain, by another instance of the root's agent, and answers what the verifier says. */
export async function judgeChain(chain: string, differences: ChainDifferences = {}): Promise<VerifiedCall | Refusal> {
  const holder = differences.holder ?? child;
  const call = aCall(differences.call);
  const anchors = anAnchor(differences.anchors);
  const credential = await issueCredential(
    credentialIssuer,
    aCredential({ instance: "i-2", jti: "credential-2", key: holder.publicKey, ...differences.credential }),
  );
  const { nowMs, audience } = anchors;
  const proof = await proveCall(differences.prover ?? holder, {
    ...call,
    audience,
    token: chain,
    nowMs,
    jti: "proof-1",
  });
  return verifyCall(anchors, { credential, token: chain, proof }, call);
}
