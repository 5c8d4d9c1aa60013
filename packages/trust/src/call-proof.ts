import { countClaim, digestClaim, exactMembers, textClaim } from "./claim.ts";
import type { Commitment, Hash } from "./entry.ts";
import type { JsonObject } from "./json-value.ts";
import { signJws } from "./jws.ts";
import type { Signer } from "./signer.ts";
import { chainHash } from "./token-chain.ts";

export const CALL_PROOF_TYP = "aura-proof+jwt";
/** How long a proof may be shown after it was made. */
export const CALL_PROOF_AGE_MS_MAX = 30_000;

/** What the holder of an instance key states: I make this one call now. */
export interface CallProofClaims {
  /** The call's stream: `mission/<id>/call/<key>`. */
  readonly call: string;
  readonly tool: string;
  /** To the canonical JSON of the arguments. */
  readonly commitment: Commitment;
  readonly audience: string;
  /** The execution token that the call is made under, or the chain that was delegated. */
  readonly token: string;
  readonly nowMs: number;
  readonly jti: string;
}

/** A call proof as it was read. */
export interface CallProof {
  readonly audience: string;
  readonly call: string;
  readonly tool: string;
  readonly commitment: Commitment;
  /** SHA-256 of the signing input of the token, of a chain's last. */
  readonly tokenHash: Hash;
  readonly iat: number;
  readonly jti: string;
}

/**
 * Proof of possession over one call (`typ: aura-proof+jwt`), signed with the key that credential and token are bound to.
 * The arguments stay hidden behind the commitment. `tch` is the hash of the token's signing input, so a proof made for
 * one token serves no other; a chain's last link stands for the chain, because each names the one before it. Replay is refused where the call is recorded, not here. @throws `trust/claims_refused`,
 * `trust/signature_fault`
 */
export async function proveCall(holder: Signer, proof: CallProofClaims): Promise<string> {
  const payload: JsonObject = {
    aud: proof.audience,
    call: proof.call,
    tool: proof.tool,
    cmt: proof.commitment,
    tch: chainHash(proof.token),
    iat: Math.floor(proof.nowMs / 1_000),
    jti: proof.jti,
  };
  readCallProof(payload);
  return signJws(holder, CALL_PROOF_TYP, payload);
}

/** Reads the payload of a call proof, whoever signed it. @throws `trust/claims_refused` */
export function readCallProof(payload: JsonObject): CallProof {
  exactMembers(payload, ["aud", "call", "cmt", "iat", "jti", "tch", "tool"]);
  return {
    audience: textClaim(payload, "aud"),
    call: textClaim(payload, "call"),
    tool: textClaim(payload, "tool"),
    commitment: digestClaim<Commitment>(payload, "cmt"),
    tokenHash: digestClaim<Hash>(payload, "tch"),
    iat: countClaim(payload, "iat"),
    jti: textClaim(payload, "jti"),
  };
}
