import { agentStanding } from "../agent-status.ts";
import { orNothing } from "../aura-error.ts";
import { decodeBase64url } from "../base64url.ts";
import { CALL_PROOF_AGE_MS_MAX, CALL_PROOF_TYP, readCallProof } from "../call-proof.ts";
import { CLOCK_AHEAD_MS_MAX, isAbove, phase } from "../claim.ts";
import { type Credential, CREDENTIAL_TYP, readCredential } from "../credential.ts";
import { CHALLENGE_TYP, POSSESSION_TYP, readChallenge, readPossession } from "../enrolment-challenge.ts";
import { type EnrolmentRefusalReason, enrolmentRefusal } from "../enrolment-refusal.ts";
import type { AgentEpochs, MissionEpochs } from "../epoch.ts";
import { EXECUTION_TOKEN_TYP, type ExecutionToken } from "../execution-token.ts";
import { KEY_SET_TYP } from "../key-set.ts";
import { refusal, type RefusalReason } from "../refusal.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type VerifiedChain, VerifiedChains } from "../verified-chain.ts";
import { verifyOnce } from "../verified-statement.ts";
import type { TokenAnchors } from "./token-anchors.ts";
import { type TokenRefusal, tokenRefused, unknownStatement } from "./token-refusal.ts";
import { problemOf, type TokenNotChecked, type TokenVerification, verified } from "./token-verification.ts";
import { verifyFoundingText, verifyKeySetText, verifySpoken } from "./verify-statement.ts";

/** By the `typ` of the header of its first link. */
const VERIFIERS: ReadonlyMap<string, (text: string, anchors: TokenAnchors) => TokenVerification> = new Map([
  [CREDENTIAL_TYP, verifyCredentialText],
  [EXECUTION_TOKEN_TYP, verifyExecutionToken],
  [CALL_PROOF_TYP, verifyCallProof],
  [CHALLENGE_TYP, verifyChallenge],
  [POSSESSION_TYP, verifyPossession],
  [KEY_SET_TYP, verifyKeySetText],
  ["aura-founding+jwt", verifyFoundingText],
  ["aura-outcome+jwt", verifySpoken("outcome")],
  ["aura-vote+jwt", verifySpoken("vote")],
  ["aura-enrolment+jwt", verifySpoken("enrolment")],
]);

/**
 * Verifies one signed statement, or a chain of execution tokens joined by `~`, whatever type it has, under the keys that
 * were given and at the time that was given. A type that is not known is `unknown_format`, never ok. Never throws for what
 * the text holds. Says what nobody asked about in `notChecked`.
 */
export function verifyToken(text: string, anchors: TokenAnchors): TokenVerification {
  const typ = typOf(text);
  if (typ === undefined) return unknownStatement("The signed statement says nowhere of what type it is.");
  const verify = VERIFIERS.get(typ);
  if (verify !== undefined) return verify(text, anchors);
  return unknownStatement(
    `The signed statement is of type ${JSON.stringify(typ.slice(0, 64))}, which this version does not know.`,
  );
}

/** What the header says, however it is spelled: only to choose who reads it strictly. */
export function typOf(text: string): string | undefined {
  const header = decodeUtf8(orNothing(() => decodeBase64url(/^[^.~]*/.exec(text)?.[0] ?? "")) ?? new Uint8Array());
  const typ: unknown = header === undefined ? undefined : memberOf(header, "typ");
  return typeof typ === "string" ? typ : undefined;
}

function memberOf(json: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null
      ? Object.getOwnPropertyDescriptor(value, name)?.value
      : undefined;
  } catch {
    return undefined; // no JSON: no member
  }
}

function verifyCredentialText(text: string, anchors: TokenAnchors): TokenVerification {
  const credential = judgeCredential(text, anchors);
  if ("ok" in credential) return credential;
  const { claims, signedBy } = credential;
  return verified("credential", anchors, {
    signedBy,
    claims,
    notChecked: [...standingUnknown(claims.agent, claims.epochs, anchors), ...originUnknown(anchors), "possession"],
  });
}

function judgeCredential(
  text: string,
  anchors: TokenAnchors,
): { readonly claims: Credential; readonly signedBy: string } | TokenRefusal {
  const keys = anchors.keys.of("credential");
  const statement = verifyOnce(text, { typ: CREDENTIAL_TYP, keys, read: readCredential });
  if (!statement.ok) return callRefused(`credential_${problemOf(statement.reason)}`, statement.detail);
  const { claims, kid } = statement;
  const origin = anchors.origin ?? anchors.keys.origin;
  if (origin !== undefined && `${claims.org}/aura/${claims.namespace}` !== origin)
    return callRefused("credential_foreign", `The credential is of ${claims.org}/aura/${claims.namespace}.`);
  return refuseTime("credential", claims, claims.agent, anchors) ?? { claims, signedBy: kid };
}

function verifyExecutionToken(text: string, anchors: TokenAnchors): TokenVerification {
  const chain = judgeChain(text, anchors);
  if ("ok" in chain) return chain;
  const { last, root, tokens, kid } = chain;
  const bound = anchors.credential === undefined ? undefined : judgeCredential(anchors.credential, anchors);
  if (bound !== undefined && "ok" in bound) return bound;
  const refused = bound === undefined ? undefined : refuseHolder(last, root, bound.claims);
  if (refused !== undefined) return refused;
  return verified("execution_token", anchors, {
    signedBy: kid,
    claims: { ...last, tokens, mintedFor: root.credential.sub },
    notChecked: [
      ...(anchors.audience === undefined ? (["audience"] as const) : []),
      ...(bound === undefined ? (["credential"] as const) : []),
      ...standingUnknown(agentOf(root), last.epochs, anchors),
      ...originUnknown(anchors),
      "possession",
    ],
  });
}

function judgeChain(text: string, anchors: TokenAnchors): VerifiedChain | TokenRefusal {
  const chain = new VerifiedChains().verify(text, anchors.keys.of("token"), anchors.atMs);
  if ("ok" in chain) return tokenRefused(chain.reason, chain.detail);
  const { last, root } = chain;
  const origin = anchors.origin ?? anchors.keys.origin;
  if (origin !== undefined && !root.credential.sub.startsWith(`spiffe://${origin.replace("/aura/", "/ns/")}/agent/`))
    return callRefused("token_foreign", "The execution token was minted for an agent of another namespace.");
  if (anchors.audience !== undefined && last.audience !== anchors.audience) return callRefused("audience");
  return refuseTime("token", last, agentOf(root), anchors) ?? chain;
}

/** As `verifyCall` binds them, without what only it knows of delegates. */
function refuseHolder(last: ExecutionToken, root: ExecutionToken, credential: Credential): TokenRefusal | undefined {
  const own = root.credential.sub === credential.sub && root.credential.jti === credential.jti;
  if (last.key.kid !== credential.key.kid || (last.depth === 0 && !own)) return callRefused("token_other_credential");
  return credential.authority !== undefined && isAbove(last.level, credential.authority)
    ? callRefused("authority")
    : undefined;
}

function verifyCallProof(text: string, anchors: TokenAnchors): TokenVerification {
  const chain = anchors.token === undefined ? undefined : judgeChain(anchors.token, anchors);
  if (chain !== undefined && "ok" in chain) return chain;
  const keys = chain === undefined ? anchors.keys.of(undefined) : [chain.last.key];
  const statement = verifyOnce(text, { typ: CALL_PROOF_TYP, keys, read: readCallProof });
  if (!statement.ok) {
    const problem = problemOf(statement.reason);
    return callRefused(problem === "foreign" ? "proof_wrong_key" : `proof_${problem}`, statement.detail);
  }
  const { claims, kid } = statement;
  const { audience, atMs } = anchors;
  if (audience !== undefined && claims.audience !== audience) return callRefused("audience");
  const ageMs = atMs - claims.iat * 1_000;
  if (ageMs < -CLOCK_AHEAD_MS_MAX) return callRefused("proof_not_yet_valid");
  if (ageMs > CALL_PROOF_AGE_MS_MAX) return callRefused("proof_expired");
  if (chain !== undefined && claims.tokenHash !== chain.hash) return callRefused("proof_other_token");
  return verified("call_proof", anchors, {
    signedBy: kid,
    claims,
    notChecked: [
      ...(audience === undefined ? (["audience"] as const) : []),
      ...(chain === undefined
        ? (["token"] as const)
        : standingUnknown(agentOf(chain.root), chain.last.epochs, anchors)),
      "arguments",
      "replay",
    ],
  });
}

function verifyChallenge(text: string, anchors: TokenAnchors): TokenVerification {
  const keys = anchors.keys.of("credential");
  const statement = verifyOnce(text, { typ: CHALLENGE_TYP, keys, read: readChallenge });
  if (!statement.ok) return enrolmentRefused(`challenge_${problemOf(statement.reason)}`);
  const { claims, kid } = statement;
  const { audience, atMs } = anchors;
  if (audience !== undefined && claims.audience !== audience) return enrolmentRefused("challenge_foreign");
  const stands = phase(claims, atMs);
  if (stands !== "valid") return enrolmentRefused(`challenge_${stands}`);
  const notChecked: TokenNotChecked[] = audience === undefined ? ["audience", "replay"] : ["replay"];
  return verified("challenge", anchors, { signedBy: kid, claims, notChecked });
}

/** It brings its key along, and that is all that it proves: here the key must be one that was given. */
function verifyPossession(text: string, anchors: TokenAnchors): TokenVerification {
  const keys = anchors.keys.of(undefined);
  const statement = verifyOnce(text, { typ: POSSESSION_TYP, keys, read: readPossession });
  if (!statement.ok) {
    const problem = problemOf(statement.reason);
    return enrolmentRefused(problem === "foreign" ? "possession_wrong_key" : `possession_${problem}`);
  }
  const { claims, kid } = statement;
  if (claims.key.kid !== kid) return enrolmentRefused("possession_wrong_key");
  if (anchors.audience !== undefined && claims.audience !== anchors.audience)
    return enrolmentRefused("possession_other_challenge");
  const notChecked: TokenNotChecked[] = [
    ...(anchors.audience === undefined ? (["audience"] as const) : []),
    "challenge",
  ];
  return verified("possession", anchors, { signedBy: kid, claims, notChecked });
}

function refuseTime(
  what: "credential" | "token",
  statement: { readonly iat: number; readonly exp: number; readonly epochs: AgentEpochs | MissionEpochs },
  agent: string,
  anchors: TokenAnchors,
): TokenRefusal | undefined {
  const stands = phase(statement, anchors.atMs);
  if (stands !== "valid") return callRefused(`${what}_${stands}`);
  const known = knownEpochs(agent, anchors);
  const differences = Object.entries(statement.epochs).map(
    ([scope, epoch]) => (known[scope as keyof MissionEpochs] ?? epoch) - epoch,
  );
  if (differences.some((difference) => difference > 0)) return callRefused(`${what}_revoked`);
  if (differences.some((difference) => difference < 0)) return callRefused("evidence_stale");
  const { statuses } = anchors;
  if (statuses === undefined) return undefined;
  const status = Object.hasOwn(statuses, agent) ? statuses[agent] : undefined;
  const standing = status === undefined ? "unregistered" : agentStanding(status, anchors.atMs);
  if (standing === "active") return undefined;
  return standing === "unregistered"
    ? callRefused("evidence_stale", `Nothing is said in --statuses about how the agent ${agent} stands.`)
    : callRefused(`${what}_${standing}`);
}

/** The epoch of an agent is what its status counts, if nothing else is given. */
function knownEpochs(agent: string, { epochs, statuses }: TokenAnchors): Partial<MissionEpochs> {
  const status = statuses !== undefined && Object.hasOwn(statuses, agent) ? statuses[agent] : undefined;
  return status === undefined ? epochs : { agent: status.epoch, ...epochs };
}

function standingUnknown(
  agent: string,
  issued: AgentEpochs | MissionEpochs,
  anchors: TokenAnchors,
): readonly TokenNotChecked[] {
  const known = knownEpochs(agent, anchors);
  const judged = Object.keys(issued).every((scope) => known[scope as keyof MissionEpochs] !== undefined);
  return [
    ...(judged ? [] : (["revocation"] as const)),
    ...(anchors.statuses === undefined ? (["status"] as const) : []),
  ];
}

function originUnknown({ origin, keys }: TokenAnchors): readonly TokenNotChecked[] {
  return origin === undefined && keys.origin === undefined ? ["origin"] : [];
}

function agentOf(root: ExecutionToken): string {
  return /\/agent\/([^/]+)\/i\/[^/]+$/.exec(root.credential.sub)?.[1] ?? "";
}

function callRefused(reason: RefusalReason, what?: string): TokenRefusal {
  return tokenRefused(reason, what ?? refusal(reason).detail);
}

function enrolmentRefused(reason: EnrolmentRefusalReason): TokenRefusal {
  return tokenRefused(reason, enrolmentRefusal(reason).detail);
}
