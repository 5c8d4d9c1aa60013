import { agentStanding, type AgentStatus } from "./agent-status.ts";
import { isAuraError } from "./aura-error.ts";
import { CALL_PROOF_AGE_MS_MAX, CALL_PROOF_TYP, type CallProof, readCallProof } from "./call-proof.ts";
import { canonicalJson } from "./canonical-json.ts";
import { CLOCK_AHEAD_MS_MAX, isAbove, type Level, phase } from "./claim.ts";
import { type Credential, CREDENTIAL_TYP, readCredential } from "./credential.ts";
import type { Commitment, Hash } from "./entry.ts";
import { compareEpochs, type MissionEpochs } from "./epoch.ts";
import { evaluateConstraints } from "./evaluate-constraint.ts";
import type { ExecutionToken } from "./execution-token.ts";
import type { JsonObject } from "./json-value.ts";
import type { JwsRefusal } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";
import { type Refusal, refusal, type RefusalReason } from "./refusal.ts";
import { type VerifiedChain, VerifiedChains } from "./verified-chain.ts";
import { VerifiedStatements, verifyOnce } from "./verified-statement.ts";

/** What the verifier knows for itself; none of it comes from the caller. */
export interface Anchors {
  readonly org: string;
  readonly namespace: string;
  /** Who this verifier is. */
  readonly audience: string;
  readonly credentialIssuers: readonly PublicKey[];
  readonly tokenIssuers: readonly PublicKey[];
  readonly nowMs: number;
  /** As they stand for the agent and the mission of the call. */
  readonly epochs: MissionEpochs;
  /**
   * Agent epochs, by name, of the other agents of this namespace that may hold a delegated token here. An agent that is
   * not named holds none: its revocations would pass unseen.
   */
  readonly delegates?: { readonly [agent: string]: number };
  /**
   * How agents of this namespace stand, by name, as `agentStatus` folds it. Where it is given, a call passes only if
   * the caller, and the agent that the root of its token was minted for, stand here and are active.
   */
  readonly statuses?: { readonly [agent: string]: AgentStatus };
  /** When the epochs and statuses were read. */
  readonly evidenceMs: number;
  /** Refuses on older evidence, in milliseconds, and on evidence from the future. Without it any age passes, and is stated. */
  readonly evidenceAgeMsMax?: number;
}

/** What the caller shows: the dual token and the proof. */
export interface PresentedCall {
  readonly credential: string;
  /** An execution token, or a chain of them as `delegateToken` gives it. */
  readonly token: string;
  readonly proof: string;
}

/** The call as the verifier sees it. The commitment has been made from these arguments. */
export interface CallInQuestion {
  /** The call's stream: `mission/<id>/call/<key>`. */
  readonly call: string;
  readonly mission: string;
  readonly boundary: Hash;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly commitment: Commitment;
}

export interface VerifiedCall {
  readonly ok: true;
  readonly agent: string;
  readonly instance: string;
  /** `jti` of the credential. */
  readonly credential: string;
  /** Digest of the instance's software, where the credential is bound to one. */
  readonly software?: Hash;
  /** `jti` of the execution token, of a chain's last. */
  readonly token: string;
  readonly level: Level;
  /** Only of a delegated token: `sub` of the credential that the root was minted for, and each `jti`, root first. */
  readonly delegation?: { readonly from: string; readonly tokens: readonly string[] };
  /** How old the knowledge about revocation was, in milliseconds. */
  readonly evidenceAgeMs: number;
}

const credentials = new VerifiedStatements(CREDENTIAL_TYP, readCredential);
const chains = new VerifiedChains();

/**
 * The one way to say yes to a call: a credential of this namespace, an execution token for that credential, this
 * audience, mission and boundary, a fresh proof by the instance's own key over this very call, all under current epochs,
 * and arguments that the token's limits answer `true` for. Refuses with the first reason it meets; whether the tool and
 * the arguments are granted is asked last, of a caller who is known by then. Never throws on what a caller shows. Three
 * signatures the first time, one once the dual token is known. Does not see replay: the call's stream does.
 *
 * The token may be a chain, verified offline from a root of a trusted issuer to its last link, which is what counts: the
 * proof is by its key, and the credential is its holder's own, for that key. Of another agent than the root's only where
 * `delegates` says how its epoch stands. One signature more for each link that is not known.
 */
export function verifyCall(anchors: Anchors, presented: PresentedCall, call: CallInQuestion): VerifiedCall | Refusal {
  const credential = verifyCredential(anchors, presented.credential);
  if (isRefusal(credential)) return credential;
  const chain = verifyToken(anchors, presented.token, credential);
  if (isRefusal(chain)) return chain;
  const token = chain.last;
  const proof = verifyProof(anchors, presented.proof, credential.key);
  if (isRefusal(proof)) return proof;
  const refused = refuseBinding(token, call) ?? refuseOtherCall(proof, chain.hash, call);
  if (refused !== undefined) return refused;
  const beyond = refuseReach(token, call);
  if (beyond !== undefined) return { ...beyond, agent: credential.agent };
  return {
    ok: true,
    agent: credential.agent,
    instance: credential.instance,
    credential: credential.jti,
    ...(credential.software === undefined ? {} : { software: credential.software }),
    token: token.jti,
    level: token.level,
    ...(token.depth === 0 ? {} : { delegation: { from: chain.root.credential.sub, tokens: chain.tokens } }),
    evidenceAgeMs: Math.max(0, anchors.nowMs - anchors.evidenceMs),
  };
}

function verifyCredential(anchors: Anchors, text: string): Credential | Refusal {
  if (isMissing(text)) return refusal("credential_missing");
  const statement = credentials.verify(text, anchors.credentialIssuers);
  if (!statement.ok) return refusal(reasonForCredential(statement.reason), statement.detail);
  const credential = statement.claims;
  if (credential.org !== anchors.org || credential.namespace !== anchors.namespace)
    return refusal("credential_foreign");
  const agent = delegateEpoch(anchors, credential.agent) ?? anchors.epochs.agent;
  const { nowMs, epochs } = anchors;
  return (
    refuseTime("credential", credential, { nowMs, epochs: { ...epochs, agent } }) ??
    refuseStanding("credential", credential.agent, anchors) ??
    refuseOldEvidence(anchors) ??
    credential
  );
}

function verifyToken(anchors: Anchors, text: string, credential: Credential): VerifiedChain | Refusal {
  if (isMissing(text)) return refusal("token_missing");
  const chain = chains.verify(text, anchors.tokenIssuers, anchors.nowMs);
  if (isRefusal(chain)) return chain;
  const token = chain.last;
  if (token.audience !== anchors.audience) return refusal("audience");
  const foreign = refuseHolder(token, credential, anchors);
  if (foreign !== undefined) return foreign;
  if (credential.authority !== undefined && isAbove(token.level, credential.authority)) return refusal("authority");
  const root = SUBJECT_AGENT.exec(token.credential.sub)?.[1] ?? "";
  return refuseTime("token", token, anchors) ?? refuseStanding("token", root, anchors) ?? chain;
}

/** A root goes with the credential it was minted for; a child with its holder's own, which binds the same key. */
function refuseHolder(token: ExecutionToken, credential: Credential, anchors: Anchors): Refusal | undefined {
  const { sub, jti } = token.credential;
  if (token.key.kid !== credential.key.kid) return refusal("token_other_credential");
  if (token.depth === 0) {
    return sub === credential.sub && jti === credential.jti ? undefined : refusal("token_other_credential");
  }
  const agents = `spiffe://${anchors.org}/ns/${anchors.namespace}/agent/`;
  if (!sub.startsWith(agents)) return refusal("token_foreign");
  if (sub.startsWith(`${agents}${credential.agent}/i/`)) return undefined;
  return delegateEpoch(anchors, credential.agent) === undefined ? refusal("delegation_other_agent") : undefined;
}

function delegateEpoch({ delegates }: Anchors, agent: string): number | undefined {
  return delegates !== undefined && Object.hasOwn(delegates, agent) ? delegates[agent] : undefined;
}

function verifyProof(anchors: Anchors, text: string, holder: PublicKey): CallProof | Refusal {
  if (isMissing(text)) return refusal("proof_missing");
  const statement = verifyOnce(text, { typ: CALL_PROOF_TYP, keys: [holder], read: readCallProof });
  if (!statement.ok) return refusal(reasonForProof(statement.reason), statement.detail);
  const proof = statement.claims;
  if (proof.audience !== anchors.audience) return refusal("audience");
  const ageMs = anchors.nowMs - proof.iat * 1_000;
  if (ageMs < -CLOCK_AHEAD_MS_MAX) return refusal("proof_not_yet_valid");
  return ageMs > CALL_PROOF_AGE_MS_MAX ? refusal("proof_expired") : proof;
}

function refuseTime(
  what: "credential" | "token",
  statement: Credential | ExecutionToken,
  { nowMs, epochs }: Pick<Anchors, "nowMs" | "epochs">,
): Refusal | undefined {
  const stands = phase(statement, nowMs);
  if (stands !== "valid") return refusal(`${what}_${stands}`);
  const comparison = compareEpochs(statement.epochs, epochs);
  if (comparison === "revoked") return refusal(`${what}_revoked`);
  return comparison === "ahead" ? refusal("evidence_stale") : undefined;
}

const SUBJECT_AGENT = /\/agent\/([^/]+)\/i\/[^/]+$/;

/** Who is not known to be active is not: an agent that the statuses do not name may have been suspended unheard. */
function refuseStanding(what: "credential" | "token", agent: string, anchors: Anchors): Refusal | undefined {
  const { statuses, nowMs } = anchors;
  if (statuses === undefined) return undefined;
  const status = Object.hasOwn(statuses, agent) ? statuses[agent] : undefined;
  const standing = status === undefined ? "unregistered" : agentStanding(status, nowMs);
  switch (standing) {
    case "active":
      return undefined;
    case "suspended":
    case "revoked":
    case "expired":
      return refusal(`${what}_${standing}`);
    case "unregistered":
      return refusal("evidence_stale", "Nothing is known here about how the agent stands.");
  }
}

function refuseOldEvidence({ nowMs, evidenceMs, evidenceAgeMsMax }: Anchors): Refusal | undefined {
  const ageMs = nowMs - evidenceMs;
  if (evidenceAgeMsMax === undefined && !Number.isNaN(ageMs)) return undefined; // whose age cannot be told is not stated
  if (evidenceAgeMsMax !== undefined && ageMs >= -CLOCK_AHEAD_MS_MAX && ageMs <= evidenceAgeMsMax) return undefined;
  return refusal("evidence_stale", "What is known about revocation is older than this verifier accepts.");
}

function refuseBinding(token: ExecutionToken, call: CallInQuestion): Refusal | undefined {
  if (token.mission !== call.mission) return refusal("mission");
  return token.boundary === call.boundary ? undefined : refusal("boundary");
}

function refuseOtherCall(proof: CallProof, tokenHash: Hash, call: CallInQuestion): Refusal | undefined {
  if (proof.call !== call.call || proof.tool !== call.tool) return refusal("proof_other_call");
  if (proof.commitment !== call.commitment) return refusal("proof_other_arguments");
  return proof.tokenHash === tokenHash ? undefined : refusal("proof_other_token");
}

function refuseReach(token: ExecutionToken, call: CallInQuestion): Refusal | undefined {
  const limits = Object.hasOwn(token.tools, call.tool) ? token.tools[call.tool] : undefined;
  if (limits === undefined) return refusal("tool_not_granted");
  if (!isJson(call.arguments)) return refusal("argument_refused", "The arguments hold what JSON cannot carry.");
  const answer = evaluateConstraints(limits, call.arguments);
  if (answer === true) return undefined;
  return refusal("argument_refused", answer === "unknown" ? "An argument is absent or cannot be judged." : undefined);
}

function isJson(value: JsonObject): boolean {
  try {
    canonicalJson(value);
    return true;
  } catch (error) {
    if (isAuraError(error, "trust/not_json")) return false;
    throw error;
  }
}

function reasonForCredential(reason: JwsRefusal): RefusalReason {
  if (reason === "unknown_key") return "credential_foreign";
  return reason === "signature" ? "credential_tampered" : "credential_malformed";
}

function reasonForProof(reason: JwsRefusal): RefusalReason {
  if (reason === "unknown_key") return "proof_wrong_key";
  return reason === "signature" ? "proof_tampered" : "proof_malformed";
}

function isMissing(text: unknown): boolean {
  return typeof text !== "string" || text === "";
}

function isRefusal(value: object): value is Refusal {
  return "ok" in value && value.ok === false;
}
