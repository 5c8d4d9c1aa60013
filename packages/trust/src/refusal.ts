/** Why a call is refused, and one sentence for a person. Codes are API for ever. */
const SENTENCES = {
  credential_missing: "No credential was shown.",
  credential_malformed: "The credential is not a credential in its one spelling.",
  credential_foreign: "The credential is not from an issuer of this organisation and namespace.",
  credential_tampered: "The credential's signature does not fit its text.",
  credential_not_yet_valid: "The credential is from the future.",
  credential_expired: "The credential has expired.",
  credential_revoked: "The credential was revoked: an epoch rose since it was issued.",
  credential_suspended: "The agent is suspended.",
  token_missing: "No execution token was shown.",
  token_malformed: "The execution token is not an execution token in its one spelling.",
  token_foreign: "The execution token is not from an issuer trusted here.",
  token_tampered: "The execution token's signature does not fit its text.",
  token_not_yet_valid: "The execution token is from the future.",
  token_expired: "The execution token has expired.",
  token_revoked: "The execution token was revoked: an epoch rose since it was minted.",
  token_suspended: "The agent that the execution token was minted for is suspended.",
  token_other_credential: "The execution token belongs to another credential or key.",
  delegation_wrong_key: "A link of the chain is signed by another key than the token before it is bound to.",
  delegation_broken: "A link of the chain does not follow from the token before it.",
  delegation_too_deep: "The chain is deeper than it may be.",
  delegation_wider: "A link of the chain grants more than the token before it.",
  delegation_other_agent: "The chain was delegated to another agent, whose revocations the verifier does not know.",
  authority: "The execution token's level is above the ceiling in the credential.",
  proof_missing: "No proof of possession was shown.",
  proof_malformed: "The proof is not a call proof in its one spelling.",
  proof_wrong_key: "The proof names another key than the credential's.",
  proof_tampered: "The proof's signature does not fit its text.",
  proof_not_yet_valid: "The proof is from the future.",
  proof_expired: "The proof is too old.",
  proof_other_call: "The proof is for another call or tool.",
  proof_other_arguments: "The proof is for other arguments.",
  proof_other_token: "The proof was made for another execution token.",
  audience: "The token or the proof is meant for another enforcement point.",
  evidence_stale: "It was issued under a newer epoch than the verifier knows of.",
  mission: "The execution token is for another mission.",
  boundary: "The execution token is for another boundary.",
  tool_not_granted: "The execution token does not grant this tool.",
  argument_refused: "An argument is outside what the execution token grants.",
} as const;

export type RefusalReason = keyof typeof SENTENCES;

export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  /** One sentence. Never holds a token, a secret or an argument. */
  readonly detail: string;
  /** Who calls, where credential, token and proof are verified and only the token's reach is not: the last two reasons. */
  readonly agent?: string;
}

export const REFUSAL_REASONS: readonly RefusalReason[] = Object.keys(SENTENCES) as RefusalReason[];

export function refusal(reason: RefusalReason, detail: string = SENTENCES[reason]): Refusal {
  return { ok: false, reason, detail };
}
