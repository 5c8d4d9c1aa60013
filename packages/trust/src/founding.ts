import { isAuraError, orNothing } from "./aura-error.ts";
import type { Commitment, Hash } from "./entry.ts";
import { isCommitment, isHash } from "./entry-codec.ts";
import { hasExactMembers, isObject, isWhole } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { inspectJws, signJws, verifyJws } from "./jws.ts";
import { foundingMalformed } from "./log-error.ts";
import { admitPublicKey } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
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
  const statement = orNothing(() => parseStatement(payload));
  return statement === undefined ? { ok: false, reason: "malformed" } : { ok: true, statement, signature };
}

const MEMBERS = "format origin namespace foundedMs keys constitution approvers release refounds".split(" ");
const ID = /^[^\u0000-\u0020\u007f]{1,256}$/;

function parseStatement(value: JsonObject): FoundingStatement {
  const { format, origin, namespace, foundedMs, keys, constitution, approvers, release, refounds } = value;
  if (format !== FOUNDING_FORMAT || !hasExactMembers(value, MEMBERS)) throw foundingMalformed("members");
  if (typeof origin !== "string" || !isOrigin(origin)) throw foundingMalformed("origin");
  if (typeof namespace !== "string" || namespaceOfOrigin(origin) !== namespace) throw foundingMalformed("namespace");
  if (!isWhole(foundedMs)) throw foundingMalformed("foundedMs");
  if (!isObject(constitution) || !hasExactMembers(constitution, ["quorum"])) throw foundingMalformed("constitution");
  const { quorum } = constitution;
  if (!isWhole(quorum) || quorum === 0) throw foundingMalformed("quorum");
  if (!isCommitment(release)) throw foundingMalformed("release");
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
    if (!isObject(item) || !hasExactMembers(item, ["use", "kty", "crv", "x", "kid"])) throw foundingMalformed("keys");
    const { use, ...jwk } = item;
    if (!USES.includes(use)) throw foundingMalformed("keys");
    return { use: use as KeyUse, ...parseKey(jwk, "keys") };
  });
  const kids = new Set(keys.map(({ kid }) => kid));
  if (kids.size < keys.length) throw foundingMalformed("keys");
  if (!keys.some(({ use }) => use === "log")) throw foundingMalformed("keys");
  return keys;
}

function parseApprovers(value: JsonValue | undefined): FoundingStatement["approvers"] {
  const approvers = list(value, "approvers").map((item) => {
    if (!isObject(item) || !hasExactMembers(item, ["id", "key"])) throw foundingMalformed("approvers");
    const { id, key } = item;
    if (typeof id !== "string" || !ID.test(id)) throw foundingMalformed("approvers");
    return { id, key: parseKey(key, "approvers") };
  });
  // One key under two names would answer as two persons.
  for (const names of [approvers.map(({ id }) => id), approvers.map(({ key }) => key.kid)]) {
    if (new Set(names).size < names.length) throw foundingMalformed("approvers");
  }
  return approvers;
}

function parseKey(value: JsonValue | undefined, where: string): PublicKey {
  if (!isObject(value) || !hasExactMembers(value, ["kty", "crv", "x", "kid"])) throw foundingMalformed(where);
  try {
    return admitPublicKey(value);
  } catch (error) {
    throw isAuraError(error) ? foundingMalformed(where, error) : error;
  }
}

function parseRefounding(value: JsonValue | undefined): Refounding | null {
  if (value === null) return null;
  if (!isObject(value) || !hasExactMembers(value, ["size", "root", "lost", "reason"]))
    throw foundingMalformed("refounds");
  const { size, root, lost, reason } = value;
  if (!isWhole(size) || !isHash(root) || typeof reason !== "string") throw foundingMalformed("refounds");
  if (!isObject(lost) || !hasExactMembers(lost, ["from", "count"])) throw foundingMalformed("refounds");
  const { from, count } = lost;
  if (!isWhole(from) || !isWhole(count)) throw foundingMalformed("refounds");
  return { size, root, lost: { from, count }, reason };
}

function list(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw foundingMalformed(name);
  return value as readonly JsonValue[];
}
