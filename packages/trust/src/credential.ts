import {
  boundKey,
  boundKeyClaim,
  digestClaim,
  exactMembers,
  type Level,
  levelClaim,
  lifetime,
  lifetimeClaims,
  objectClaim,
  textClaim,
} from "./claim.ts";
import type { Hash } from "./entry.ts";
import { type AgentEpochs, agentEpochsClaim } from "./epoch.ts";
import type { JsonObject } from "./json-value.ts";
import { signJws } from "./jws.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { claimsRefused } from "./trust-error.ts";

export const CREDENTIAL_TYP = "wit+jwt";
export const CREDENTIAL_TTL_MS_MAX = 86_400_000;

/** Which instance of which agent. */
export interface InstanceName {
  /** The SPIFFE trust domain: a lower-case domain name. */
  readonly org: string;
  /** `[a-z0-9][a-z0-9-]{0,62}`, like `agent`. */
  readonly namespace: string;
  readonly agent: string;
  /** `[A-Za-z0-9][A-Za-z0-9-]{0,62}`: a UUID. */
  readonly instance: string;
}

/** What a credential ties the instance to. */
export interface AgentBinding {
  /** Id of the position that owns the agent. */
  readonly owner?: string;
  /** The highest level that any mission of the agent may have. */
  readonly authority?: Level;
  /** SHA-256 of the software that the instance runs, as its issuer knows it. */
  readonly software?: Hash;
}

/** What an issuer states about one instance of an agent. */
export interface CredentialClaims extends InstanceName, AgentBinding {
  /** An https URI. */
  readonly issuer: string;
  /** The instance's own key, whose possession it has proven. */
  readonly key: PublicKey;
  readonly epochs: AgentEpochs;
  readonly nowMs: number;
  /** At most {@link CREDENTIAL_TTL_MS_MAX}. The end is rounded down to a whole second. */
  readonly ttlMs: number;
  readonly jti: string;
}

/** A credential as it was read. */
export interface Credential extends InstanceName {
  readonly sub: string;
  readonly jti: string;
  /** Seconds since the Unix epoch. */
  readonly iat: number;
  readonly exp: number;
  readonly key: PublicKey;
  readonly owner: string | undefined;
  readonly authority: Level | undefined;
  readonly software: Hash | undefined;
  readonly epochs: AgentEpochs;
}

/** @internal */
export const HTTPS_URI = /^https:\/\/[!-~]+$/;
const SUBJECT =
  /^spiffe:\/\/([a-z0-9][a-z0-9._-]{0,252})\/ns\/([a-z0-9][a-z0-9-]{0,62})\/agent\/([a-z0-9][a-z0-9-]{0,62})\/i\/([A-Za-z0-9][A-Za-z0-9-]{0,62})$/;

/**
 * A credential of one agent instance: a WIMSE workload identity token (`typ: wit+jwt`) whose `sub` is the SPIFFE id
 * spiffe://<org>/ns/<namespace>/agent/<name>/i/<instance> and whose `cnf.jwk` is the instance's key. It has no `aud`: it
 * says who, not what for. @throws `trust/claims_refused`, `trust/signature_fault`
 */
export async function issueCredential(issuer: Signer, claims: CredentialClaims): Promise<string> {
  const payload: JsonObject = {
    iss: claims.issuer,
    sub: subjectOf(claims),
    ...lifetime(claims.nowMs, claims.ttlMs),
    jti: claims.jti,
    cnf: boundKey(claims.key),
    aura: { ...bindingMembers(claims), epochs: { ...claims.epochs } },
  };
  readCredential(payload);
  return signJws(issuer, CREDENTIAL_TYP, payload);
}

/** Reads the payload of a credential, whoever signed it. @throws `trust/claims_refused` */
export function readCredential(payload: JsonObject): Credential {
  exactMembers(payload, ["aura", "cnf", "exp", "iat", "iss", "jti", "sub"]);
  textClaim(payload, "iss", HTTPS_URI);
  const aura = objectClaim(payload, "aura");
  return {
    ...subjectClaim(payload),
    ...lifetimeClaims(payload, CREDENTIAL_TTL_MS_MAX),
    jti: textClaim(payload, "jti"),
    key: boundKeyClaim(payload),
    ...bindingClaim(aura, ["epochs"]),
    epochs: agentEpochsClaim(aura),
  };
}

/** @internal */
export function bindingMembers({ owner, authority, software }: AgentBinding): JsonObject {
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(authority === undefined ? {} : { authority }),
    ...(software === undefined ? {} : { software }),
  };
}

/** Reads what {@link bindingMembers} wrote, from an object that has `others` besides. @throws `trust/claims_refused` @internal */
export function bindingClaim(
  aura: JsonObject,
  others: readonly string[],
): Pick<Credential, "owner" | "authority" | "software"> {
  exactMembers(aura, others, ["authority", "owner", "software"]);
  return {
    owner: Object.hasOwn(aura, "owner") ? textClaim(aura, "owner") : undefined,
    authority: Object.hasOwn(aura, "authority") ? levelClaim(aura, "authority") : undefined,
    software: Object.hasOwn(aura, "software") ? digestClaim<Hash>(aura, "software") : undefined,
  };
}

/** @internal */
export function subjectOf({ org, namespace, agent, instance }: InstanceName): string {
  return `spiffe://${org}/ns/${namespace}/agent/${agent}/i/${instance}`;
}

/** @throws `trust/claims_refused` @internal */
export function subjectClaim(payload: JsonObject): InstanceName & { readonly sub: string } {
  const sub = textClaim(payload, "sub");
  const [, org, namespace, agent, instance] = SUBJECT.exec(sub) ?? [];
  if (org === undefined || namespace === undefined || agent === undefined || instance === undefined) {
    throw claimsRefused("sub", "is not spiffe://<org>/ns/<namespace>/agent/<name>/i/<instance>");
  }
  return { sub, org, namespace, agent, instance };
}
