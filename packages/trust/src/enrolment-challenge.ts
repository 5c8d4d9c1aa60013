import { isAuraError } from "./aura-error.ts";
import { decodeBase64url } from "./base64url.ts";
import {
  boundKey,
  boundKeyClaim,
  countClaim,
  digestClaim,
  exactMembers,
  type Level,
  lifetime,
  lifetimeClaims,
  objectClaim,
  phase,
  textClaim,
} from "./claim.ts";
import { NONCE_BYTES } from "./commitment.ts";
import {
  type AgentBinding,
  bindingClaim,
  bindingMembers,
  HTTPS_URI,
  type InstanceName,
  subjectClaim,
  subjectOf,
} from "./credential.ts";
import type { Hash } from "./entry.ts";
import type { JsonObject } from "./json-value.ts";
import { signingInputHash, signJws } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { challengeRefused, claimsRefused } from "./trust-error.ts";
import { verifyOnce } from "./verified-statement.ts";

export const CHALLENGE_TYP = "aura-challenge+jwt";
export const POSSESSION_TYP = "aura-possession+jwt";
/** How long a challenge may be answered. */
export const CHALLENGE_TTL_MS_MAX = 600_000;

/** What an issuer is ready to state about an instance, once somebody proves the key. */
export interface ChallengeClaims extends InstanceName, AgentBinding {
  /** An https URI: the `iss` of the credential to come. */
  readonly issuer: string;
  /** The enrolment service that takes the answer. */
  readonly audience: string;
  /** As `newNonce` makes it: 32 bytes, base64url. */
  readonly nonce: string;
  readonly nowMs: number;
  /** At most {@link CHALLENGE_TTL_MS_MAX}. The end is rounded down to a whole second. */
  readonly ttlMs: number;
}

/** A challenge as it was read; a verified enrolment carries it. */
export interface Challenge extends InstanceName {
  readonly issuer: string;
  readonly audience: string;
  readonly nonce: string;
  readonly sub: string;
  readonly owner: string | undefined;
  readonly authority: Level | undefined;
  readonly software: Hash | undefined;
  readonly iat: number;
  readonly exp: number;
}

/** An answer as it was read. @internal */
export interface Possession {
  readonly audience: string;
  /** Hash of the signing input of the challenge that it answers. */
  readonly challenge: Hash;
  readonly key: PublicKey;
  readonly iat: number;
}

/**
 * A challenge (`typ: aura-challenge+jwt`) for one instance of one agent, signed by the credential issuer. It fixes what
 * the credential will say besides the key; whoever answers adds the key and nothing else, so a stolen challenge enrols
 * one instance with the owner, the ceiling and the software that the issuer chose: hand it out on a channel of the agent's own.
 * @throws `trust/claims_refused`, `trust/signature_fault`
 */
export async function issueChallenge(issuer: Signer, claims: ChallengeClaims): Promise<string> {
  const payload: JsonObject = {
    iss: claims.issuer,
    aud: claims.audience,
    sub: subjectOf(claims),
    ...lifetime(claims.nowMs, claims.ttlMs),
    jti: claims.nonce,
    aura: bindingMembers(claims),
  };
  readChallenge(payload);
  return signJws(issuer, CHALLENGE_TYP, payload);
}

/**
 * Answers a challenge with the holder's own key (`typ: aura-possession+jwt`): proof of possession over this challenge and
 * no other. The holder says whom it takes challenges from and which agent it is, so nobody has it enrol as another.
 * @throws `trust/challenge_refused`, `trust/claims_refused`, `trust/signature_fault`
 */
export async function answerChallenge(
  holder: Signer,
  asked: {
    readonly challenge: string;
    /** The issuers that the holder trusts. */
    readonly issuers: readonly PublicKey[];
    readonly audience: string;
    readonly org: string;
    readonly namespace: string;
    readonly agent: string;
    readonly nowMs: number;
  },
): Promise<string> {
  const { challenge: text, issuers, audience, nowMs } = asked;
  const statement = verifyOnce(text, { typ: CHALLENGE_TYP, keys: issuers, read: readChallenge });
  if (!statement.ok) throw challengeRefused("is not from an issuer that is trusted here");
  const challenge = statement.claims;
  if (challenge.audience !== audience) throw challengeRefused("is meant for another enrolment service");
  const { org, namespace, agent } = asked;
  if (challenge.org !== org || challenge.namespace !== namespace || challenge.agent !== agent)
    throw challengeRefused("is for another agent");
  if (phase(challenge, nowMs) !== "valid") throw challengeRefused("has expired or is from the future");
  if (issuers.some(({ kid }) => kid === holder.publicKey.kid))
    throw challengeRefused("would be answered with its issuer's own key");
  const payload: JsonObject = {
    aud: audience,
    chl: signingInputHash(text),
    cnf: boundKey(holder.publicKey),
    iat: Math.floor(nowMs / 1_000),
  };
  readPossession(payload);
  return signJws(holder, POSSESSION_TYP, payload);
}

/** Reads the payload of a challenge, whoever signed it. @throws `trust/claims_refused` @internal */
export function readChallenge(payload: JsonObject): Challenge {
  exactMembers(payload, ["aud", "aura", "exp", "iat", "iss", "jti", "sub"]);
  return {
    issuer: textClaim(payload, "iss", HTTPS_URI),
    audience: textClaim(payload, "aud"),
    nonce: nonceClaim(payload),
    ...subjectClaim(payload),
    ...lifetimeClaims(payload, CHALLENGE_TTL_MS_MAX),
    ...bindingClaim(objectClaim(payload, "aura"), []),
  };
}

/** Reads the payload of an answer, whoever signed it. @throws `trust/claims_refused` @internal */
export function readPossession(payload: JsonObject): Possession {
  exactMembers(payload, ["aud", "chl", "cnf", "iat"]);
  return {
    audience: textClaim(payload, "aud"),
    challenge: digestClaim<Hash>(payload, "chl"),
    key: boundKeyClaim(payload),
    iat: countClaim(payload, "iat"),
  };
}

/** A challenge that could be guessed could be answered before it is asked. */
function nonceClaim(payload: JsonObject): string {
  const nonce = textClaim(payload, "jti");
  try {
    if (decodeBase64url(nonce).length === NONCE_BYTES) return nonce;
  } catch (error) {
    if (!isAuraError(error, "trust/not_base64url")) throw error;
  }
  throw claimsRefused("jti", "is not 32 bytes of base64url");
}
