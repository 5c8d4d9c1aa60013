import { isAuraError } from "./aura-error.ts";
import {
  boundKey,
  boundKeyClaim,
  countClaim,
  digestClaim,
  exactMembers,
  type Level,
  levelClaim,
  lifetime,
  lifetimeClaims,
  objectClaim,
  textClaim,
} from "./claim.ts";
import type { Constraint, Constraints, ShortConstraint } from "./constraint.ts";
import type { Hash } from "./entry.ts";
import { type MissionEpochs, missionEpochsClaim } from "./epoch.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { signJws } from "./jws.ts";
import { parseConstraints, readConstraints } from "./parse-constraint.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { DELEGATION_DEPTH_MAX } from "./token-chain.ts";
import { claimsRefused } from "./trust-error.ts";

export const EXECUTION_TOKEN_TYP = "aat+jwt";
export const EXECUTION_TOKEN_TTL_MS_MAX = 3_600_000;
export const TOKEN_TOOLS_MAX = 256;

const MEMBERS = "aud authorization_details cnf del_depth del_max_depth epochs exp iat iss jti lvl msn wid".split(" ");

/** Limits by tool; null: no limits on its arguments. A tool that is not named is not granted. */
export interface GrantedTools {
  readonly [tool: string]: Constraints | null;
}

/** What an issuer grants one agent instance for one mission. */
export interface ExecutionTokenClaims {
  readonly issuer: string;
  /** The enforcement point, or the namespace's runtime. */
  readonly audience: string;
  /** The credential it goes with: its `sub` and `jti`. */
  readonly credential: { readonly sub: string; readonly jti: string };
  /** The same key as the credential's. */
  readonly key: PublicKey;
  readonly mission: string;
  /** Digest of the mission's frozen boundary. */
  readonly boundary: Hash;
  readonly level: Level;
  /** Limits in full or in short, as `parseConstraints` reads them. */
  readonly tools: { readonly [tool: string]: { readonly [argument: string]: Constraint | ShortConstraint } | null };
  readonly epochs: MissionEpochs;
  readonly nowMs: number;
  /** At most {@link EXECUTION_TOKEN_TTL_MS_MAX}. The end is rounded down to a whole second. */
  readonly ttlMs: number;
  /** How often it may be handed on (`delegateToken`), at most `DELEGATION_DEPTH_MAX`. Default: not at all. */
  readonly maxDepth?: number;
  readonly jti: string;
}

/** An execution token as it was read: a root, or a child that a holder signed. */
export interface ExecutionToken {
  readonly issuer: string;
  /** How many times it was handed on: 0 for a root. */
  readonly depth: number;
  /** The greatest depth that a chain through it may have. */
  readonly maxDepth: number;
  /** SHA-256 of the parent's signing input; a root has none. */
  readonly parentHash: Hash | undefined;
  readonly audience: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly key: PublicKey;
  readonly credential: { readonly sub: string; readonly jti: string };
  readonly mission: string;
  readonly boundary: Hash;
  readonly level: Level;
  readonly tools: GrantedTools;
  readonly epochs: MissionEpochs;
}

/**
 * The authority of one agent instance in one mission: `typ: aat+jwt`, a profile of
 * draft-niyikiza-oauth-attenuating-agent-tokens-01. Tools and limits stand in `authorization_details`, where {} means a
 * tool without limits; it can be delegated as often as `maxDepth` says (`del_max_depth`), and by default not at all. Ours
 * besides: `aud`, `wid` (credential), `msn` (mission and boundary), `lvl`, `epochs`. @throws `trust/claims_refused`, `trust/constraint_malformed`,
 * `trust/signature_fault`
 */
export async function mintExecutionToken(issuer: Signer, claims: ExecutionTokenClaims): Promise<string> {
  const payload: JsonObject = {
    iss: claims.issuer,
    aud: claims.audience,
    ...lifetime(claims.nowMs, claims.ttlMs),
    jti: claims.jti,
    cnf: boundKey(claims.key),
    del_depth: 0,
    del_max_depth: claims.maxDepth ?? 0,
    authorization_details: grantDetails(claims.tools),
    wid: { sub: claims.credential.sub, jti: claims.credential.jti },
    msn: { id: claims.mission, ctx: claims.boundary },
    lvl: claims.level,
    epochs: { ...claims.epochs },
  };
  readExecutionToken(payload);
  return signJws(issuer, EXECUTION_TOKEN_TYP, payload);
}

/** Reads the payload of an execution token, whoever signed it. @throws `trust/claims_refused` */
export function readExecutionToken(payload: JsonObject): ExecutionToken {
  exactMembers(payload, MEMBERS, ["par_hash"]);
  const wid = objectClaim(payload, "wid");
  exactMembers(wid, ["jti", "sub"]);
  const msn = objectClaim(payload, "msn");
  exactMembers(msn, ["ctx", "id"]);
  return {
    issuer: textClaim(payload, "iss", /^[a-z][a-z0-9+.-]*:[!-~]+$/),
    ...depthClaims(payload),
    ...lifetimeClaims(payload, EXECUTION_TOKEN_TTL_MS_MAX),
    audience: textClaim(payload, "aud"),
    jti: textClaim(payload, "jti"),
    key: boundKeyClaim(payload),
    credential: { sub: textClaim(wid, "sub"), jti: textClaim(wid, "jti") },
    mission: textClaim(msn, "id"),
    boundary: digestClaim<Hash>(msn, "ctx"),
    level: levelClaim(payload, "lvl"),
    tools: readTools(payload["authorization_details"]),
    epochs: missionEpochsClaim(payload),
  };
}

/** `authorization_details` with one grant, its limits in full. @throws `trust/constraint_malformed` */
export function grantDetails(tools: ExecutionTokenClaims["tools"]): JsonValue {
  return [{ type: "attenuating_agent_token", tools: writeTools(tools) }];
}

function depthClaims(payload: JsonObject): Pick<ExecutionToken, "depth" | "maxDepth" | "parentHash"> {
  const depth = countClaim(payload, "del_depth");
  const maxDepth = countClaim(payload, "del_max_depth");
  if (maxDepth > DELEGATION_DEPTH_MAX) throw claimsRefused("del_max_depth", `is over ${DELEGATION_DEPTH_MAX}`);
  if (depth > maxDepth) throw claimsRefused("del_depth", "is over del_max_depth");
  if (Object.hasOwn(payload, "par_hash") !== depth > 0) {
    throw claimsRefused("par_hash", depth > 0 ? "is missing" : "stands in a root");
  }
  return { depth, maxDepth, parentHash: depth > 0 ? digestClaim<Hash>(payload, "par_hash") : undefined };
}

function writeTools(tools: ExecutionTokenClaims["tools"]): JsonObject {
  return Object.fromEntries(
    Object.entries(tools).map(([tool, limits]) => [tool, limits === null ? {} : asJson(parseConstraints(limits))]),
  );
}

function readTools(details: JsonValue | undefined): GrantedTools {
  const name = "authorization_details";
  const detail: JsonValue | undefined = Array.isArray(details) && details.length === 1 ? details[0] : undefined;
  if (!isObject(detail)) throw claimsRefused(name, "is not an array of one object");
  exactMembers(detail, ["tools", "type"]);
  if (detail["type"] !== "attenuating_agent_token") throw claimsRefused(name, "is of another type");
  const tools = Object.entries(objectClaim(detail, "tools"));
  if (tools.length > TOKEN_TOOLS_MAX) throw claimsRefused("tools", `names over ${TOKEN_TOOLS_MAX} tools`);
  return Object.fromEntries(tools.map(([tool, limits]) => [tool, readLimits(limits)]));
}

/** Only the full form stands in a token: one grant, one spelling. */
function readLimits(limits: JsonValue): Constraints | null {
  if (isObject(limits) && Object.keys(limits).length === 0) return null;
  try {
    if (isObject(limits)) return readConstraints(limits);
  } catch (error) {
    if (!isAuraError(error, "trust/constraint_malformed")) throw error;
  }
  throw claimsRefused("tools", "has a limit that is not written in full, or is malformed");
}

function asJson(constraints: Constraints): JsonObject {
  return constraints as unknown as JsonObject; // parsed: plain JSON through and through
}
