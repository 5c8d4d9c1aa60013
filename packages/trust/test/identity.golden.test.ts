import { expect, it } from "vitest";
import {
  type Anchors,
  type CallProofClaims,
  commit,
  canonicalJson,
  type CredentialClaims,
  type ExecutionTokenClaims,
  issueCredential,
  type JsonObject,
  mintExecutionToken,
  proveCall,
  type PublicKey,
  signerFromSeed,
  verifyCall,
  type VerifiedCall,
} from "@aura/trust";
import { openText } from "./signed-text.ts";
import { fromHex, readVectors } from "./vector-file.ts";

interface Signed {
  readonly seed: string;
  readonly header: string;
  readonly payload: string;
  readonly text: string;
}

const credential = readVectors<Signed & { issuer: PublicKey; claims: CredentialClaims }>("credential.json");
const token = readVectors<Signed & { issuer: PublicKey; claims: ExecutionTokenClaims }>("execution-token.json");
const proof = readVectors<
  Signed & {
    holder: PublicKey;
    nonce: string;
    arguments: JsonObject;
    canonicalArguments: string;
    claims: Omit<CallProofClaims, "token">;
    verifiedMs: number;
    verified: VerifiedCall;
  }
>("call-proof.json");

const signerOf = ({ seed }: Signed) => signerFromSeed(fromHex(seed));

it.each([
  ["credential", credential, () => issueCredential(signerOf(credential), credential.claims)],
  ["execution token", token, () => mintExecutionToken(signerOf(token), token.claims)],
  ["call proof", proof, () => proveCall(signerOf(proof), { ...proof.claims, token: token.text })],
] as const)("writes the %s of the published vector, byte for byte", async (_, vector, make) => {
  const text = await make();
  expect(openText(text)).toEqual({ header: vector.header, payload: vector.payload });
  expect(text).toBe(vector.text);
});

it("verifies the published credential, token and proof", () => {
  const { claims } = token;
  const anchors: Anchors = {
    org: credential.claims.org,
    namespace: credential.claims.namespace,
    audience: claims.audience,
    credentialIssuers: [credential.issuer],
    tokenIssuers: [token.issuer],
    nowMs: proof.verifiedMs,
    epochs: claims.epochs,
    evidenceMs: proof.verifiedMs - proof.verified.evidenceAgeMs,
  };
  const commitment = commit(proof.nonce, canonicalJson(proof.arguments));
  const call = {
    ...proof.claims,
    mission: claims.mission,
    boundary: claims.boundary,
    arguments: proof.arguments,
    commitment,
  };
  const shown = { credential: credential.text, token: token.text, proof: proof.text };
  expect(canonicalJson(proof.arguments)).toBe(proof.canonicalArguments);
  expect(verifyCall(anchors, shown, call)).toEqual(proof.verified);
});
