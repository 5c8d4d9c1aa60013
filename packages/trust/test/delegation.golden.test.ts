import { expect, it } from "vitest";
import {
  type Anchors,
  type CallProofClaims,
  canonicalJson,
  commit,
  type CredentialClaims,
  delegateToken,
  type DelegationClaims,
  type ExecutionTokenClaims,
  issueCredential,
  type JsonObject,
  mintExecutionToken,
  proveCall,
  type PublicKey,
  type RefusalReason,
  signerFromSeed,
  verifyCall,
  type VerifiedCall,
} from "@aura/trust";
import { chainHash } from "../src/token-chain.ts";
import { openText } from "./signed-text.ts";
import { fromHex, readVectors } from "./vector-file.ts";

interface Link<Claims> {
  readonly seed: string;
  readonly claims: Claims;
  readonly header: string;
  readonly payload: string;
}

const vectors = readVectors<{
  readonly tokenIssuer: PublicKey;
  readonly credentialIssuer: PublicKey;
  readonly root: Link<ExecutionTokenClaims>;
  readonly children: readonly Link<Omit<DelegationClaims, "parent">>[];
  readonly chain: string;
  readonly chainHash: string;
  readonly credential: { readonly seed: string; readonly claims: CredentialClaims; readonly text: string };
  readonly proof: {
    readonly seed: string;
    readonly claims: Omit<CallProofClaims, "token">;
    readonly nonce: string;
    readonly arguments: JsonObject;
    readonly text: string;
  };
  readonly verifiedMs: number;
  readonly verified: VerifiedCall;
  readonly refused: readonly {
    readonly name: string;
    readonly reason: RefusalReason;
    readonly keep: number;
    readonly then: string;
  }[];
}>("delegation.json");

const { root, children, chain, credential, proof, verifiedMs } = vectors;
const links = chain.split("~");
const signerOf = ({ seed }: { readonly seed: string }) => signerFromSeed(fromHex(seed));

const anchors: Anchors = {
  org: credential.claims.org,
  namespace: credential.claims.namespace,
  audience: root.claims.audience,
  credentialIssuers: [vectors.credentialIssuer],
  tokenIssuers: [vectors.tokenIssuer],
  nowMs: verifiedMs,
  epochs: root.claims.epochs,
  evidenceMs: verifiedMs - vectors.verified.evidenceAgeMs,
};
const call = {
  ...proof.claims,
  mission: root.claims.mission,
  boundary: root.claims.boundary,
  arguments: proof.arguments,
  commitment: commit(proof.nonce, canonicalJson(proof.arguments)),
};

it("delegates the published chain, byte for byte", async () => {
  let made = await mintExecutionToken(signerOf(root), root.claims);
  expect(openText(made)).toEqual({ header: root.header, payload: root.payload });
  for (const child of children) {
    made = await delegateToken(signerOf(child), { ...child.claims, parent: made });
    expect(openText(made.split("~").at(-1) ?? "")).toEqual({ header: child.header, payload: child.payload });
  }
  expect(made).toBe(chain);
  expect(chainHash(chain)).toBe(vectors.chainHash);
});

it("proves and verifies the published call under it", async () => {
  expect(await issueCredential(signerOf(credential), credential.claims)).toBe(credential.text);
  expect(await proveCall(signerOf(proof), { ...proof.claims, token: chain })).toBe(proof.text);
  const shown = { credential: credential.text, token: chain, proof: proof.text };
  expect(verifyCall(anchors, shown, call)).toEqual(vectors.verified);
});

it.each(vectors.refused)("refuses the published chain with $name", async ({ reason, keep, then }) => {
  const kept = links.slice(0, keep).map((link) => `${link}~`);
  const token = kept.join("") + then;
  const shown = {
    credential: credential.text,
    token,
    proof: await proveCall(signerOf(proof), { ...proof.claims, token }),
  };
  expect(verifyCall(anchors, shown, call)).toMatchObject({ ok: false, reason });
});
