/** Why an enrolment is refused, and one sentence for a person. Codes are API for ever. */
const SENTENCES = {
  challenge_malformed: "The challenge is not a challenge in its one spelling.",
  challenge_foreign: "The challenge is not from this issuer, or not for this enrolment service.",
  challenge_tampered: "The challenge's signature does not fit its text.",
  challenge_not_yet_valid: "The challenge is from the future.",
  challenge_expired: "The challenge has expired.",
  challenge_used: "The challenge was answered before.",
  challenge_unknown: "Whether the challenge was answered before is not known.",
  challenges_full: "More agents are being enrolled than this issuer can tell apart.",
  challenges_unavailable: "Whether the challenge was answered before cannot be asked now.",
  possession_malformed: "The answer is not an answer to a challenge in its one spelling.",
  possession_wrong_key: "The answer is signed by another key than it names.",
  possession_tampered: "The answer's signature does not fit its text.",
  possession_other_challenge: "The answer is to another challenge, or for another enrolment service.",
  possession_issuer_key: "The answer names a key of the issuer as the agent's own.",
} as const;

export type EnrolmentRefusalReason = keyof typeof SENTENCES;

export interface EnrolmentRefusal {
  readonly ok: false;
  readonly reason: EnrolmentRefusalReason;
  /** One sentence. Never holds a token, a secret or a nonce. */
  readonly detail: string;
  /** What failed on our side, for our own log. */
  readonly cause?: unknown;
}

export const ENROLMENT_REFUSAL_REASONS: readonly EnrolmentRefusalReason[] = Object.keys(
  SENTENCES,
) as EnrolmentRefusalReason[];

export function enrolmentRefusal(reason: EnrolmentRefusalReason, cause?: unknown): EnrolmentRefusal {
  return { ok: false, reason, detail: SENTENCES[reason], ...(cause === undefined ? {} : { cause }) };
}
