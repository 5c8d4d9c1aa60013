import { orNothing } from "./aura-error.ts";
import { phase } from "./claim.ts";
import { issueCredential } from "./credential.ts";
import {
  type Challenge,
  CHALLENGE_TYP,
  type Possession,
  POSSESSION_TYP,
  readChallenge,
  readPossession,
} from "./enrolment-challenge.ts";
import { type EnrolmentRefusal, enrolmentRefusal } from "./enrolment-refusal.ts";
import type { AgentEpochs } from "./epoch.ts";
import { hashText } from "./hash.ts";
import { inspectJws, type JwsRefusal, signingInputHash } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";
import type { ReplayAnswer, ReplayMarks } from "./replay-marks.ts";
import type { Signer } from "./signer.ts";
import { enrolmentSpent } from "./trust-error.ts";
import { verifyOnce } from "./verified-statement.ts";

/** Who takes answers to challenges. None of it comes from the agent. */
export interface EnrolmentDesk {
  /** Keys whose challenges count: the issuer's own, the one before it as well while a rotation overlaps. */
  readonly issuers: readonly PublicKey[];
  /** The `iss` of its challenges and credentials. */
  readonly issuer: string;
  readonly audience: string;
  /** Everybody who takes answers for this audience must ask the same marks. */
  readonly replay: ReplayMarks;
  readonly nowMs: number;
}

/** An instance that has proven its key: good for one credential, within the life of its challenge. */
export interface VerifiedEnrolment {
  readonly ok: true;
  /** The `sub` that the credential will have. */
  readonly sub: string;
  readonly challenge: Challenge;
  readonly key: PublicKey;
}

/** Those that were verified here and have no credential yet. An object that only looks like one is not among them. */
const verified = new WeakSet<VerifiedEnrolment>();

/**
 * Verifies the answer to a challenge of this desk and uses the challenge up. The challenge is marked last, so only an answer
 * in order spends it; of any number of answers at once exactly one passes. Two signatures. Never throws on what an agent
 * shows; a replay port that fails is a refusal.
 */
export async function verifyEnrolment(
  desk: EnrolmentDesk,
  shown: { readonly challenge: string; readonly possession: string },
): Promise<VerifiedEnrolment | EnrolmentRefusal> {
  const challenge = judgeChallenge(desk, shown.challenge);
  if ("ok" in challenge) return challenge;
  const possession = judgePossession(shown.possession);
  if ("ok" in possession) return possession;
  if (possession.audience !== desk.audience || possession.challenge !== signingInputHash(shown.challenge))
    return enrolmentRefusal("possession_other_challenge");
  const { key } = possession;
  if (desk.issuers.some(({ kid }) => kid === key.kid)) return enrolmentRefusal("possession_issuer_key");
  const used = await markChallenge(desk.replay, challenge);
  if (used !== undefined) return used;
  const enrolment: VerifiedEnrolment = Object.freeze({ ok: true, sub: challenge.sub, challenge, key });
  verified.add(enrolment);
  return enrolment;
}

/**
 * The credential of an instance that proved its key: what the challenge said, and that key. One enrolment gives one
 * credential. @throws `trust/enrolment_spent`, `trust/claims_refused`, `trust/signature_fault`
 */
export async function issueEnrolledCredential(
  issuer: Signer,
  enrolment: VerifiedEnrolment,
  terms: {
    readonly epochs: AgentEpochs;
    readonly nowMs: number;
    readonly ttlMs: number;
    readonly jti: string;
  },
): Promise<string> {
  const { challenge, key } = enrolment;
  if (!verified.has(enrolment) || phase(challenge, terms.nowMs) !== "valid") throw enrolmentSpent();
  verified.delete(enrolment);
  const { org, namespace, agent, instance, owner, authority, software } = challenge;
  return issueCredential(issuer, {
    issuer: challenge.issuer,
    org,
    namespace,
    agent,
    instance,
    key,
    ...(owner === undefined ? {} : { owner }),
    ...(authority === undefined ? {} : { authority }),
    ...(software === undefined ? {} : { software }),
    ...terms,
  });
}

function judgeChallenge(desk: EnrolmentDesk, text: string): Challenge | EnrolmentRefusal {
  const statement = verifyOnce(text, { typ: CHALLENGE_TYP, keys: desk.issuers, read: readChallenge });
  if (!statement.ok) return enrolmentRefusal(`challenge_${problemOf(statement.reason, "foreign")}`);
  const challenge = statement.claims;
  if (challenge.issuer !== desk.issuer || challenge.audience !== desk.audience)
    return enrolmentRefusal("challenge_foreign");
  const stands = phase(challenge, desk.nowMs);
  return stands === "valid" ? challenge : enrolmentRefusal(`challenge_${stands}`);
}

/** The answer brings its key along: it must be signed by the very key that it names, which is all that it proves. */
function judgePossession(text: string): Possession | EnrolmentRefusal {
  const inspected = inspectJws(text, POSSESSION_TYP);
  const named = inspected.ok ? claimedKey(inspected.payload) : undefined;
  if (named === undefined) return enrolmentRefusal("possession_malformed");
  const statement = verifyOnce(text, { typ: POSSESSION_TYP, keys: [named], read: readPossession });
  if (statement.ok) return statement.claims;
  return enrolmentRefusal(`possession_${problemOf(statement.reason, "wrong_key")}`);
}

function claimedKey(payload: Parameters<typeof readPossession>[0]): PublicKey | undefined {
  return orNothing(() => readPossession(payload).key);
}

function problemOf<Unknown extends string>(reason: JwsRefusal, unknown: Unknown): "malformed" | "tampered" | Unknown {
  if (reason === "unknown_key") return unknown;
  return reason === "signature" ? "tampered" : "malformed";
}

const USED: Readonly<Record<Exclude<ReplayAnswer, "first">, EnrolmentRefusal>> = {
  replayed: enrolmentRefusal("challenge_used"),
  unknown: enrolmentRefusal("challenge_unknown"),
  full: enrolmentRefusal("challenges_full"),
};

async function markChallenge(replay: ReplayMarks, challenge: Challenge): Promise<EnrolmentRefusal | undefined> {
  const mark = {
    key: hashText(`enrolment ${challenge.nonce}`), // a proof's mark starts with a thumbprint, so the two never meet
    madeMs: challenge.iat * 1_000,
    untilMs: challenge.exp * 1_000,
  };
  try {
    const answer = await replay.take(mark);
    return answer === "first" ? undefined : (USED[answer] ?? enrolmentRefusal("challenges_unavailable"));
  } catch (cause) {
    return enrolmentRefusal("challenges_unavailable", cause);
  }
}
