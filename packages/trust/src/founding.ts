import { isAuraError } from "./aura-error.ts";
import type { Commitment, Hash } from "./entry.ts";
import { isCommitment, isHash } from "./entry-codec.ts";
import { hasExactMembers, isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { inspectJws, signJws, verifyJws } from "./jws.ts";
import { foundingMalformed } from "./log-error.ts";
import { isCount } from "./merkle.ts";
import { admitPublicKey } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import type { TrustError } from "./trust-error.ts";
import { isOrigin, namespaceOfOrigin } from "./verifier-key.ts";

export const FOUNDING_FORMAT = "aura-founding-1";
const TYP = "aura-founding+jwt";

/** What a key signs; no key serves two purposes. */
export type KeyUse = "log" | "credential" | "token" | "outcome";
const USES: readonly unknown[] = ["log", "credential", "token", "outcome"] satisfies readonly KeyUse[];

/** A key that speaks for the namespace, for one purpose. */
export type PurposeKey = PublicKey & { readonly use: KeyUse };

/** Why a log starts anew: a restore, or a fail-over with loss. Nobody may read such a log as if nothing had happened. */
export interface Refounding {
  /** The last checkpoint that is known of the log before. */
  readonly size: number;
  readonly root: Hash;
  /** First position that is lost, and how many are known to be. */
  readonly lost: { readonly from: number; readonly count: number };
  readonly reason: string;
}

/** What entry 0 of a namespace's log carries, signed by the root key of the organisation. */
export interface FoundingStatement {
  readonly format: "aura-founding-1";
  /** `<org domain>/aura/<namespace>`. */
  readonly origin: string;
  readonly namespace: string;
  readonly foundedMs: number;
  readonly keys: readonly PurposeKey[];
  /** `quorum`: persons who must agree to loosen. Never falls; 1 is the laptop: who proposes may approve. */
  readonly constitution: { readonly quorum: number };
  /** Hold every level until a release seats people. */
  readonly approvers: readonly { readonly id: string; readonly key: PublicKey }[];
  /** The first release. */
  readonly release: Commitment;
  readonly refounds: Refounding | null;
}

/**
 * `malformed`: not a founding statement; `unknown_format`: one of a newer AURA; `wrong_key`: signed by another key than the
 * root that was given; `forged`: named as signed by that root, but the signature does not verify.
 */
export type FoundingRefusal = "malformed" | "unknown_format" | "wrong_key" | "forged";

export type OpenedFounding =
  | {
      readonly ok: true;
      readonly statement: FoundingStatement;
      /** `not_checked` when no root key was given: then the statement only says what it says. */
      readonly signature: "verified" | "not_checked";
    }
  | { readonly ok: false; readonly reason: FoundingRefusal };

/** A JWS of type `aura-founding+jwt` by the root key. @throws `trust/founding_malformed` */
export async function signFounding(root: Signer, statement: FoundingStatement): Promise<string> {
  const payload = statement as unknown as JsonObject;
  parseStatement(payload);
  return signJws(root, TYP, payload);
}

/** Opens a founding statement; its signature is verified if the root key is given, and only then. Never throws. */
export function openFounding(jws: string, root?: PublicKey): OpenedFounding {
  if (root === undefined) {
    const inspected = inspectJws(jws, TYP);
    return inspected.ok ? openPayload(inspected.payload, "not_checked") : { ok: false, reason: "malformed" };
  }
  const verification = verifyJws(jws, TYP, [root]);
  if (verification.ok) return openPayload(verification.payload, "verified");
  if (verification.reason === "signature") return { ok: false, reason: "forged" };
  return { ok: false, reason: verification.reason === "unknown_key" ? "wrong_key" : "malformed" };
}

function openPayload(payload: JsonObject, signature: "verified" | "not_checked"): OpenedFounding {
  if (typeof payload["format"] !== "string") return { ok: false, reason: "malformed" };
  if (payload["format"] !== FOUNDING_FORMAT) return { ok: false, reason: "unknown_format" };
  try {
    return { ok: true, statement: parseStatement(payload), signature };
  } catch (error) {
    if (isAuraError(error)) return { ok: false, reason: "malformed" };
    throw error;
  }
}

const MEMBERS = [
  "format",
  "origin",
  "namespace",
  "foundedMs",
  "keys",
  "constitution",
  "approvers",
  "release",
  "refounds",
];
const ID = /^[^\u0000-\u0020\u007f]{1,256}$/;

function parseStatement(value: JsonObject): FoundingStatement {
  const { format, origin, namespace, foundedMs, keys, constitution, approvers, release, refounds } = value;
  if (format !== FOUNDING_FORMAT || !hasExactMembers(value, MEMBERS))
    throw malformed("has not exactly the members of its format");
  if (typeof origin !== "string" || !isOrigin(origin)) throw malformed("has no proper origin");
  if (typeof namespace !== "string" || namespaceOfOrigin(origin) !== namespace)
    throw malformed("has an origin of another namespace");
  if (!isWhole(foundedMs)) throw malformed("has no time in whole milliseconds");
  if (!isObject(constitution) || !hasExactMembers(constitution, ["quorum"]))
    throw malformed("has no constitution of a quorum");
  const { quorum } = constitution;
  if (!isWhole(quorum) || quorum === 0) throw malformed("has a quorum that is not a whole number from 1");
  if (!isCommitment(release)) throw malformed("has no commitment to a release");
  return {
    format: FOUNDING_FORMAT,
    origin,
    namespace,
    foundedMs,
    keys: parseKeys(keys),
    constitution: { quorum },
    approvers: parseApprovers(approvers),
    release,
    refounds: parseRefounding(refounds),
  };
}

function parseKeys(value: JsonValue | undefined): readonly PurposeKey[] {
  const keys = list(value, "keys").map((item) => {
    if (!isObject(item) || !hasExactMembers(item, ["use", "kty", "crv", "x", "kid"]))
      throw malformed("has a key without exactly use, kty, crv, x and kid");
    const { use, ...jwk } = item;
    if (!USES.includes(use)) throw malformed("has a key of unknown use");
    return { use: use as KeyUse, ...parseKey(jwk) };
  });
  const kids = new Set(keys.map(({ kid }) => kid));
  if (kids.size < keys.length) throw malformed("has one key for two purposes");
  if (!keys.some(({ use }) => use === "log")) throw malformed("has no log key");
  return keys;
}

function parseApprovers(value: JsonValue | undefined): FoundingStatement["approvers"] {
  const approvers = list(value, "approvers").map((item) => {
    if (!isObject(item) || !hasExactMembers(item, ["id", "key"]))
      throw malformed("has an approver without exactly id and key");
    const { id, key } = item;
    if (typeof id !== "string" || !ID.test(id)) throw malformed("has an approver without a proper id");
    return { id, key: parseKey(key) };
  });
  if (new Set(approvers.map(({ id }) => id)).size < approvers.length) throw malformed("names an approver twice");
  return approvers;
}

function parseKey(value: JsonValue | undefined): PublicKey {
  if (!isObject(value) || !hasExactMembers(value, ["kty", "crv", "x", "kid"]))
    throw malformed("has a key without exactly kty, crv, x and kid");
  try {
    return admitPublicKey(value);
  } catch (error) {
    throw isAuraError(error) ? malformed("has a key that is refused", error) : error;
  }
}

function parseRefounding(value: JsonValue | undefined): Refounding | null {
  if (value === null) return null;
  if (!isObject(value) || !hasExactMembers(value, ["size", "root", "lost", "reason"]))
    throw malformed("has a re-founding without exactly size, root, lost and reason");
  const { size, root, lost, reason } = value;
  if (!isWhole(size) || !isHash(root) || typeof reason !== "string") throw malformed("re-founds no checkpoint");
  if (!isObject(lost) || !hasExactMembers(lost, ["from", "count"]))
    throw malformed("has a lost range without exactly from and count");
  const { from, count } = lost;
  if (!isWhole(from) || !isWhole(count)) throw malformed("has a lost range that is not of whole numbers");
  return { size, root, lost: { from, count }, reason };
}

function list(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw malformed(`has no list of ${name}`);
  return value as readonly JsonValue[];
}

function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === "number" && isCount(value);
}

function malformed(problem: string, cause?: unknown): TrustError {
  return foundingMalformed(problem, cause);
}
