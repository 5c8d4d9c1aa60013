import {
  type Anchors,
  type CallInQuestion,
  type CallProofClaims,
  canonicalJson,
  commit,
  type CredentialClaims,
  encodeBase64url,
  type ExecutionTokenClaims,
  hashText,
  issueCredential,
  type JsonObject,
  mintExecutionToken,
  type PresentedCall,
  proveCall,
  type Refusal,
  type Signer,
  signerFromSeed,
  verifyCall,
  type VerifiedCall,
} from "@aura/trust";

export const NOW_MS = 1_800_000_000_000;
export const NONCE = encodeBase64url(new Uint8Array(32).fill(7));

const seeded = (byte: number): Signer => signerFromSeed(new Uint8Array(32).fill(byte));
export const credentialIssuer = seeded(1);
export const tokenIssuer = seeded(2);
export const instance = seeded(3);
export const stranger = seeded(4);

export const aCredential = (overrides: Partial<CredentialClaims> = {}): CredentialClaims => ({
  issuer: "https://acme.example/aura/payments",
  org: "acme.example",
  namespace: "payments",
  agent: "refunds",
  instance: "i-1",
  key: instance.publicKey,
  authority: "L2",
  epochs: { org: 1, namespace: 1, agent: 1 },
  nowMs: NOW_MS,
  ttlMs: 3_600_000,
  jti: "credential-1",
  ...overrides,
});

export const aToken = (overrides: Partial<ExecutionTokenClaims> = {}): ExecutionTokenClaims => ({
  issuer: "https://acme.example/aura/payments",
  audience: "https://acme.example/runtime",
  credential: { sub: "spiffe://acme.example/ns/payments/agent/refunds/i/i-1", jti: "credential-1" },
  key: instance.publicKey,
  mission: "m1",
  boundary: hashText("boundary"),
  level: "L2",
  tools: { refund: { amount: { decimal: { max: "100.00" } }, order: { range: { min: 1 } } }, find_order: null },
  epochs: { org: 1, namespace: 1, agent: 1, mission: 1 },
  nowMs: NOW_MS,
  ttlMs: 300_000,
  jti: "token-1",
  ...overrides,
});

export const anAnchor = (overrides: Partial<Anchors> = {}): Anchors => ({
  org: "acme.example",
  namespace: "payments",
  audience: "https://acme.example/runtime",
  credentialIssuers: [credentialIssuer.publicKey],
  tokenIssuers: [tokenIssuer.publicKey],
  nowMs: NOW_MS,
  epochs: { org: 1, namespace: 1, agent: 1, mission: 1 },
  evidenceMs: NOW_MS - 20,
  ...overrides,
});

export const aCall = (overrides: Partial<CallInQuestion> = {}): CallInQuestion => {
  const args: JsonObject = overrides.arguments ?? { amount: "42.00", order: 7 };
  return {
    call: "mission/m1/call/1.1",
    mission: "m1",
    boundary: hashText("boundary"),
    tool: "refund",
    arguments: args,
    commitment: commit(NONCE, canonicalJson({ amount: "42.00", order: 7 })),
    ...overrides,
  };
};

/** What differs from a call that is in order. */
export interface Differences {
  readonly credential?: Partial<CredentialClaims>;
  readonly credentialBy?: Signer;
  readonly token?: Partial<ExecutionTokenClaims>;
  readonly tokenBy?: Signer;
  readonly proof?: Partial<CallProofClaims>;
  readonly proofBy?: Signer;
  readonly anchors?: Partial<Anchors>;
  readonly call?: Partial<CallInQuestion>;
  /** The last word on the texts. */
  readonly shown?: (presented: PresentedCall) => PresentedCall | Promise<PresentedCall>;
}

export async function present(differences: Differences = {}): Promise<PresentedCall> {
  const credential = await issueCredential(
    differences.credentialBy ?? credentialIssuer,
    aCredential(differences.credential),
  );
  const token = await mintExecutionToken(differences.tokenBy ?? tokenIssuer, aToken(differences.token));
  const { call, tool, commitment } = aCall();
  const proof = await proveCall(differences.proofBy ?? instance, {
    call,
    tool,
    commitment,
    audience: "https://acme.example/runtime",
    token,
    nowMs: NOW_MS,
    jti: "proof-1",
    ...differences.proof,
  });
  const presented = { credential, token, proof };
  return differences.shown === undefined ? presented : differences.shown(presented);
}

/** Makes the call of the world with these differences and answers what the verifier says. */
export async function judge(differences: Differences = {}): Promise<VerifiedCall | Refusal> {
  return verifyCall(anAnchor(differences.anchors), await present(differences), aCall(differences.call));
}
