import type { JwsRefusal } from "../jws.ts";
import type { TokenAnchors } from "./token-anchors.ts";
import type { TokenRefusal } from "./token-refusal.ts";

/** What was not asked of a statement that is otherwise in order. */
export type TokenNotChecked =
  | "key_purpose"
  | "origin"
  | "audience"
  | "revocation"
  | "status"
  | "possession"
  | "credential"
  | "token"
  | "replay"
  | "arguments"
  | "challenge"
  | "older_key_set"
  | "record";

export interface VerifiedToken {
  readonly ok: true;
  readonly type: TokenType;
  /** Thumbprint of the key that verified it. */
  readonly signedBy: string;
  /** What it says, as it was read. */
  readonly claims: object;
  readonly notChecked: readonly TokenNotChecked[];
}

export type TokenType =
  | "credential"
  | "execution_token"
  | "call_proof"
  | "challenge"
  | "possession"
  | "key_set"
  | "founding"
  | "outcome"
  | "vote"
  | "enrolment";

export type TokenVerification = VerifiedToken | TokenRefusal;

/** @internal */
export function verified(
  type: TokenType,
  anchors: TokenAnchors,
  found: Pick<VerifiedToken, "signedBy" | "claims" | "notChecked">,
): VerifiedToken {
  const { signedBy, claims, notChecked } = found;
  // A proof, a possession and what persons sign are by holders' own keys: those have no purpose in a key set.
  const purposeless = ["call_proof", "possession", "vote", "enrolment", "key_set", "founding"].includes(type);
  const unsure: readonly TokenNotChecked[] = purposeless || anchors.keys.havePurposes ? [] : ["key_purpose"];
  return { ok: true, type, signedBy, claims, notChecked: [...unsure, ...notChecked] };
}

/** @internal */
export function problemOf(reason: JwsRefusal): "malformed" | "foreign" | "tampered" {
  if (reason === "unknown_key") return "foreign";
  return reason === "signature" ? "tampered" : "malformed";
}
