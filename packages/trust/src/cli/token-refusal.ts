import type { EnrolmentRefusalReason } from "../enrolment-refusal.ts";
import type { KeySetRefusal } from "../key-set.ts";
import type { RefusalReason } from "../refusal.ts";

/** Of a key set: what `openKeySet` says, behind `key_set_`; an unknown format is `unknown_format` of everything. */
export type KeySetReason = `key_set_${Exclude<KeySetRefusal, "unknown_format">}`;
/** Of statements that have no reasons of their own: founding, outcome, vote, enrolment of a person. */
export type StatementReason = "statement_malformed" | "statement_wrong_key" | "statement_tampered";
export type TokenRefusalReason =
  | RefusalReason
  | EnrolmentRefusalReason
  | KeySetReason
  | StatementReason
  | "unknown_format";

/** Why a signed statement is not accepted, in words for the person who asked. */
export interface TokenRefusal {
  readonly ok: false;
  readonly reason: TokenRefusalReason;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

const KEY_SET: Readonly<Record<KeySetReason, readonly [what: string, why: string, fix: string]>> = {
  key_set_malformed: [
    "The key set is not a key set in its one spelling.",
    "It must be a signed statement of type aura-keyset+jwt with exactly the members of aura-keyset-1.",
    "Pass the text exactly as the root published it; if it is that, do not rely on it.",
  ],
  key_set_wrong_key: [
    "The key set is signed by another key than the root that was given.",
    "Only the root of the organisation says which keys count.",
    "Get the root key from the organisation; if it is the right one, do not rely on this set.",
  ],
  key_set_forged: [
    "The key set's signature does not fit its text.",
    "It names the root as its signer, and was changed afterwards or never signed.",
    "Do not rely on it. Keep it, and get the set from the organisation another way.",
  ],
  key_set_other_origin: [
    "The key set is of another namespace than --origin says.",
    "A root signs the keys of many namespaces; those of one count for no other.",
    "Get the set of this namespace.",
  ],
  key_set_purpose_shared: [
    "The key set uses one key for two purposes.",
    "A key signs for one purpose, for ever: else a signature could be taken for one of another kind.",
    "Tell who holds the root: a set without the shared key must be signed.",
  ],
  key_set_rolled_back: [
    "The key set is older than the one that was given with --since.",
    "An old set would bring back keys that were taken out since.",
    "Use the newer set.",
  ],
  key_set_forked: [
    "The key set does not follow from the one that was given with --since.",
    "Each set names the one before it; two histories of sets mean that somebody was shown another one.",
    "Do not rely on either until the organisation has said which sets it signed.",
  ],
  key_set_not_yet_valid: [
    "The key set's life has not begun.",
    "Its keys count from then on.",
    "Use the set that is in force, or say with --at for which time you ask.",
  ],
  key_set_expired: [
    "The key set has expired.",
    "Past its end nothing that it says is believed.",
    "Get the newest set, or say with --at for which time you ask.",
  ],
};

const STATEMENT: Readonly<Record<StatementReason, readonly [problem: string, why: string, fix: string]>> = {
  statement_malformed: [
    "is not one in its one spelling",
    "A signed statement has one spelling and exactly its members.",
    "Pass the text exactly as it was signed; if it is that, do not rely on it.",
  ],
  statement_wrong_key: [
    "is signed by another key than those that were given",
    "A signature says something only under a key that the reader got from its owner.",
    "Get the public key from its owner, not from whoever showed this.",
  ],
  statement_tampered: [
    "has a signature that does not fit its text",
    "It was changed after it was signed, or never signed by the key that it names.",
    "Do not rely on it. Keep it, and get the original another way.",
  ],
};

/** What the last words of a reason mean for somebody who holds the text in a file. */
const BY_PROBLEM: readonly (readonly [RegExp, why: string, fix: string])[] = [
  [
    /_malformed$/,
    "A signed statement has one spelling and exactly its members.",
    "Pass the text exactly as it was issued, on one line; if it is that, do not rely on it.",
  ],
  [
    /_(?:foreign|wrong_key)$/,
    "A signature says something only under a key that the reader got from its owner.",
    "Get the public keys of the issuer from the issuer, not from whoever showed this.",
  ],
  [
    /_tampered$/,
    "It was changed after it was signed, or never signed by the key that it names.",
    "Do not rely on it. Keep it, and get the original another way.",
  ],
  [
    /_(?:not_yet_valid|expired)$/,
    "It counts between its first second and its end, and never after.",
    "Say with --at for which time you ask, or have a new one issued.",
  ],
  [
    /_(?:revoked|suspended)$/,
    "What was taken back does not count any more, whatever its signature says.",
    "Have a new one issued, if its owner still stands for it.",
  ],
  [
    /^delegation_/,
    "Each link of a chain is signed by the holder of the one before it, and grants no more than that.",
    "Do not rely on it. Have the chain made again by who holds its first token.",
  ],
  [
    /^audience$/,
    "What is meant for one service must not serve another.",
    "Pass the audience that the token was minted for, or have one minted for this service.",
  ],
  [
    /^evidence_stale$/,
    "It may have been issued after what was given about revocation was written down.",
    "Give newer epochs or statuses.",
  ],
];
const OTHERWISE = ["The parts that belong together are not these.", "Pass the ones that were shown together."] as const;

/** In the words of the verifier; `what` is its sentence. */
export function tokenRefused(reason: RefusalReason | EnrolmentRefusalReason, what: string): TokenRefusal {
  const [why, fix] = BY_PROBLEM.find(([pattern]) => pattern.test(reason))?.slice(1) ?? OTHERWISE;
  return { ok: false, reason, what, why: why as string, fix: fix as string };
}

export function keySetRefused(reason: KeySetReason): TokenRefusal {
  const [what, why, fix] = KEY_SET[reason];
  return { ok: false, reason, what, why, fix };
}

/** `name`: "The founding statement". */
export function statementRefused(reason: StatementReason, name: string): TokenRefusal {
  const [problem, why, fix] = STATEMENT[reason];
  return { ok: false, reason, what: `${name} ${problem}.`, why, fix };
}

/** `what` names the type or format. */
export function unknownStatement(what: string): TokenRefusal {
  return {
    ok: false,
    reason: "unknown_format",
    what,
    why: "It was written by a newer AURA or by somebody else. Nothing was verified.",
    fix: "Verify with the newest @aura/trust, or with the program of whoever issued it.",
  };
}
