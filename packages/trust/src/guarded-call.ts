import { isAuraError } from "./aura-error.ts";
import { type CallProof, CALL_PROOF_AGE_MS_MAX, readCallProof } from "./call-proof.ts";
import type { CarriedCall } from "./call-transport.ts";
import { CLOCK_AHEAD_MS_MAX } from "./claim.ts";
import type { Clock } from "./clock.ts";
import { commit } from "./commitment.ts";
import { type Credential, CREDENTIAL_TYP, readCredential } from "./credential.ts";
import type { Commitment, Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { type GuardRefusal, guardRefusal, refusedCall } from "./guard-refusal.ts";
import { hashText } from "./hash.ts";
import { invariant } from "./invariant.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject } from "./json-value.ts";
import { refusal } from "./refusal.ts";
import type { ReplayMarks } from "./replay-marks.ts";
import { systemClock } from "./system-clock.ts";
import { unverifiedClaims } from "./unverified-claims.ts";
import { VerifiedStatements } from "./verified-statement.ts";
import { type Anchors, verifyCall, type VerifiedCall } from "./verify-call.ts";

/** Whose epochs a call needs. The names come from what the caller shows; the credential is verified by then. */
export interface RevocationScope {
  /** The agent that the token, or the root of its chain, was minted for. */
  readonly agent: string;
  /** The agent whose credential was shown; another one only with a delegated token: its epoch belongs in `delegates`. */
  readonly holder: string;
  readonly mission: string;
}

/** What is known about revocation, and since when. */
export type RevocationEvidence = Pick<Anchors, "epochs" | "evidenceMs" | "delegates" | "statuses">;

export interface GuardOptions {
  /** Whom this enforcement point believes. */
  readonly anchors: Pick<Anchors, "org" | "namespace" | "credentialIssuers" | "tokenIssuers">;
  /** Who this enforcement point is: tokens and proofs for another one are refused. */
  readonly audience: string;
  readonly replay: ReplayMarks;
  /** Asked for each call. If it fails, the call is refused. */
  readonly revocation: (scope: RevocationScope) => RevocationEvidence | Promise<RevocationEvidence>;
  /**
   * Refuses on older knowledge about revocation, in milliseconds, and on knowledge from the future, beyond what clocks may
   * differ. Without it any age passes, and is stated.
   */
  readonly evidenceAgeMsMax?: number;
  /** The frozen boundary of a mission, where it is known here. Without it the issuer's word in the token is taken. */
  readonly boundary?: (mission: string) => Hash | undefined | Promise<Hash | undefined>;
  /** UTF-8 bytes of the canonical arguments; {@link ARGUMENTS_BYTES_MAX} unless told otherwise. */
  readonly argumentsBytesMax?: number;
  readonly clock?: Clock;
}

export const ARGUMENTS_BYTES_MAX = 1_048_576;

/** A call that may be made once: everything in it was signed, or hashes to what was. */
export interface GuardedCall extends VerifiedCall {
  /** The call's stream, `mission/<id>/call/<key>`: the same for a caller's retry of one call. An idempotency key. */
  readonly call: string;
  readonly mission: string;
  readonly boundary: Hash;
  readonly tool: string;
  readonly audience: string;
  /** Nothing else of a request was proven: no path, no query, no other header. */
  readonly arguments: JsonObject;
  /** To the canonical arguments, under `nonce`. */
  readonly commitment: Commitment;
  readonly nonce: string;
  /** `jti` of the proof. */
  readonly proof: string;
}

const CALL_STREAM = /^mission\/([^/]+)\/call\/[^/]+$/;
const SUBJECT_AGENT = /\/agent\/([^/]+)\/i\/[^/]+$/;

const credentials = new VerifiedStatements(CREDENTIAL_TYP, readCredential);

/** Whether the caller is somebody of this namespace: asked before a byte of the arguments is read. @internal */
export function knownCaller(options: GuardOptions, carried: Partial<CarriedCall>): Credential | GuardRefusal {
  const { credential = "", token = "", proof = "", nonce = "" } = carried;
  if (credential === "") return refusedCall(refusal("credential_missing"));
  if (token === "") return refusedCall(refusal("token_missing"));
  if (proof === "") return refusedCall(refusal("proof_missing"));
  if (nonce === "") return guardRefusal("nonce_missing");
  const statement = credentials.verify(credential, options.anchors.credentialIssuers);
  if (statement.ok) return statement.claims;
  if (statement.reason === "unknown_key") return refusedCall(refusal("credential_foreign"));
  return refusedCall(refusal(statement.reason === "signature" ? "credential_tampered" : "credential_malformed"));
}

/**
 * Judges a call of a known caller. What is read unverified only says which epochs and which boundary to ask for;
 * `verifyCall` judges all of it. Marks the proof last, so that only a call in order uses it up. @internal
 */
export async function guardCall(
  options: GuardOptions,
  carried: CarriedCall,
  asked: {
    readonly caller: Credential;
    readonly tool: string;
    readonly arguments: JsonObject;
    /** The canonical text of `arguments`. */
    readonly text: string;
  },
): Promise<GuardedCall | GuardRefusal> {
  const { caller, tool, text } = asked;
  const commitment = commitOrNothing(carried.nonce, text);
  if (commitment === undefined) return guardRefusal("nonce_malformed");
  const proof = readProof(carried.proof);
  const named = readToken(carried.token);
  if (named === undefined) return refusedCall(refusal("token_malformed"));
  const mission = proof && CALL_STREAM.exec(proof.call)?.[1];
  if (proof === undefined || mission === undefined) return refusedCall(refusal("proof_malformed"));

  const { audience, clock = systemClock } = options;
  const evidence = await askOrNothing(() => options.revocation({ agent: named.agent, holder: caller.agent, mission }));
  if (!evidence.ok) return guardRefusal("evidence_unavailable", evidence.cause);
  const frozen = await askOrNothing(() =>
    options.boundary === undefined ? named.boundary : options.boundary(mission),
  );
  if (!frozen.ok) return guardRefusal("evidence_unavailable", frozen.cause);
  const boundary = frozen.value;
  if (boundary === undefined) return refusedCall(refusal("boundary"));

  const question = { call: proof.call, mission, boundary, tool, arguments: asked.arguments, commitment };
  const anchors = { ...options.anchors, ...evidence.value, audience, nowMs: clock.nowMs() };
  const verified = verifyCall(anchors, carried, question);
  if (!verified.ok) return refusedCall(verified);
  const refused = refuseEvidence(options, verified.evidenceAgeMs, evidence.value.evidenceMs - anchors.nowMs);
  if (refused !== undefined) return refused;
  invariant(verified.credential === caller.jti, "the call was verified with the credential that was shown");
  return (
    (await markProof(options.replay, caller, proof)) ?? {
      ...verified,
      ...question,
      audience,
      nonce: carried.nonce,
      proof: proof.jti,
    }
  );
}

/** A bound is only as good as the time it is held against: what will be known tomorrow is not known. */
function refuseEvidence({ evidenceAgeMsMax }: GuardOptions, ageMs: number, aheadMs: number): GuardRefusal | undefined {
  if (evidenceAgeMsMax !== undefined && aheadMs > CLOCK_AHEAD_MS_MAX) {
    return refusedCall(refusal("evidence_stale", "What is known about revocation is dated in the future."));
  }
  return ageMs <= (evidenceAgeMsMax ?? Infinity) ? undefined : guardRefusal("evidence_too_old");
}

async function markProof(replay: ReplayMarks, caller: Credential, proof: CallProof): Promise<GuardRefusal | undefined> {
  const madeMs = proof.iat * 1_000;
  const mark = {
    key: hashText(`${caller.key.kid} ${proof.jti}`), // a kid has no space, so two pairs never meet
    madeMs,
    untilMs: madeMs + CALL_PROOF_AGE_MS_MAX,
  };
  const answer = await askOrNothing(() => replay.take(mark));
  if (!answer.ok) return guardRefusal("replay_unavailable", answer.cause);
  switch (answer.value) {
    case "first":
      return undefined;
    case "replayed":
      return guardRefusal("proof_replayed");
    case "unknown":
      return guardRefusal("replay_unknown");
    case "full":
      return guardRefusal("replay_full");
  }
}

/** Whatever fails behind a port, the call is refused and the failure told to the owner of the guard. */
async function askOrNothing<Value>(
  ask: () => Value | Promise<Value>,
): Promise<{ readonly ok: true; readonly value: Value } | { readonly ok: false; readonly cause: unknown }> {
  try {
    return { ok: true, value: await ask() };
  } catch (cause) {
    return { ok: false, cause };
  }
}

function commitOrNothing(nonce: string, text: string): Commitment | undefined {
  try {
    return commit(nonce, text);
  } catch (error) {
    if (isAuraError(error, "trust/nonce_refused")) return undefined;
    throw error;
  }
}

function readProof(text: string): CallProof | undefined {
  const claims = unverifiedClaims(text);
  try {
    return claims && readCallProof(claims);
  } catch (error) {
    if (isAuraError(error, "trust/claims_refused")) return undefined;
    throw error;
  }
}

/** Agent of the root and boundary of the last link of a chain; of a single token, both its own. */
function readToken(text: string): { readonly agent: string; readonly boundary: Hash } | undefined {
  const [root = ""] = text.split("~", 1);
  const last = text.slice(text.lastIndexOf("~") + 1);
  const subject = member(unverifiedClaims(root)?.["wid"], "sub");
  const boundary = member(unverifiedClaims(last)?.["msn"], "ctx");
  const agent = typeof subject === "string" ? SUBJECT_AGENT.exec(subject)?.[1] : undefined;
  return agent !== undefined && isHash(boundary) ? { agent, boundary } : undefined;
}

function member(value: JsonObject[string] | undefined, name: string): JsonObject[string] | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
