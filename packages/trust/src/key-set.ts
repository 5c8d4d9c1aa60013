import { orNothing } from "./aura-error.ts";
import { CLOCK_AHEAD_MS_MAX } from "./claim.ts";
import type { Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import type { KeyUse } from "./founding.ts";
import { hasExactMembers, isObject, isWhole } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { signingInputHash, signJws, verifyJws } from "./jws.ts";
import { admitTrustAnchor, type PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { keySetRefused } from "./trust-error.ts";
import { isOrigin, namespaceOfOrigin } from "./verifier-key.ts";

export const KEY_SET_FORMAT = "aura-keyset-1";
export const KEY_SET_TYP = "aura-keyset+jwt";
/** Keys of one set, those that are on their way in or out included. */
export const KEY_SET_KEYS_MAX = 64;
/** A set lives at most 400 days: a year, and time to replace it. */
export const KEY_SET_LIFE_MS_MAX = 34_560_000_000;

const USES: readonly unknown[] = ["log", "credential", "token", "outcome"] satisfies readonly KeyUse[];

/** A key of a set: one purpose, from its first millisecond up to its end. */
export type TimedKey = PublicKey & {
  readonly use: KeyUse;
  readonly notBeforeMs: number;
  readonly expiresMs: number;
};

/** What the root of an organisation says about the keys of one namespace. A JWKS (RFC 7517 section 5) with a life. */
export interface KeySetTerms {
  /** `<org domain>/aura/<namespace>`. */
  readonly origin: string;
  readonly notBeforeMs: number;
  /** At most {@link KEY_SET_LIFE_MS_MAX} after `notBeforeMs`. Past it nothing is believed until a newer set is known. */
  readonly expiresMs: number;
  readonly keys: readonly TimedKey[];
}

/** A key set whose signature was verified. Plain data: keep it, and give it as `known` when the next one is opened. */
export interface KeySet extends KeySetTerms {
  readonly format: "aura-keyset-1";
  /** From 1, by one with each set. */
  readonly version: number;
  /** Digest of the set before; `null` for version 1. */
  readonly previous: Hash | null;
  /** SHA-256 of the signing input: the name of this set. */
  readonly digest: Hash;
}

/**
 * `malformed`: not a key set; `unknown_format`: of a newer AURA; `wrong_key`: by another key than the root; `forged`: the signature
 * does not verify; `other_origin`: of another namespace; `purpose_shared`: a key has two purposes, in this set or since the known
 * one, or is the root; `rolled_back`: older than the one that is known; `forked`: does not follow from it; `not_yet_valid`; `expired`.
 */
export type KeySetRefusal =
  | "malformed"
  | "unknown_format"
  | "wrong_key"
  | "forged"
  | "other_origin"
  | "purpose_shared"
  | "rolled_back"
  | "forked"
  | "not_yet_valid"
  | "expired";

export type OpenedKeySet =
  | { readonly ok: true; readonly keySet: KeySet }
  | { readonly ok: false; readonly reason: KeySetRefusal };

/**
 * Signs the set that follows `previous` (the first, without it): version and link are taken from there. Give the old key
 * and the new one lives that overlap, publish the set before the new one signs, and nobody is refused in between.
 * @throws `trust/key_set_refused`, `trust/signature_fault`
 */
export async function signKeySet(root: Signer, terms: KeySetTerms, previous?: KeySet): Promise<string> {
  const { origin, notBeforeMs, expiresMs, keys } = terms;
  const payload: JsonObject = {
    format: KEY_SET_FORMAT,
    origin,
    version: (previous?.version ?? 0) + 1,
    previous: previous?.digest ?? null,
    notBeforeMs,
    expiresMs,
    keys: keys.map((key) => ({ ...key })),
  };
  const statement = readKeySet(payload);
  if (statement === undefined) throw keySetRefused("is malformed");
  if (previous !== undefined && previous.origin !== origin) throw keySetRefused("follows a set of another namespace");
  if (sharesPurpose(statement, root.publicKey, previous)) throw keySetRefused("uses a key for two purposes");
  return signJws(root, KEY_SET_TYP, payload);
}

/**
 * Opens a key set under the root key. With `known`, the newest set that was opened before, an older one is refused, and so is
 * another of the same version or a next one that does not name it: who serves sets cannot bring a retired key back. A set that
 * is more than one version ahead passes on the root's word alone. Never throws. One signature, and a few milliseconds for each key.
 */
export function openKeySet(
  root: PublicKey,
  jws: string,
  given: { readonly origin: string; readonly nowMs: number; readonly known?: Known | undefined },
): OpenedKeySet {
  const verification = verifyJws(jws, KEY_SET_TYP, [root]);
  if (!verification.ok) {
    if (verification.reason === "signature") return refuse("forged");
    return refuse(verification.reason === "unknown_key" ? "wrong_key" : "malformed");
  }
  const { payload } = verification;
  const { format } = payload;
  if (typeof format === "string" && format !== KEY_SET_FORMAT) return refuse("unknown_format");
  const statement = readKeySet(payload);
  if (statement === undefined) return refuse("malformed");
  const { origin, nowMs, known } = given;
  if (statement.origin !== origin) return refuse("other_origin");
  if (sharesPurpose(statement, root, known)) return refuse("purpose_shared");
  const keySet: KeySet = { ...statement, digest: signingInputHash(jws) as Hash };
  const follows = known === undefined ? undefined : refuseSuccession(keySet, known);
  if (follows !== undefined) return refuse(follows);
  if (!(nowMs >= keySet.notBeforeMs - CLOCK_AHEAD_MS_MAX)) return refuse("not_yet_valid");
  return nowMs < keySet.expiresMs ? { ok: true, keySet } : refuse("expired");
}

/**
 * The keys of one purpose that count at `nowMs`, newest first: the first is the one to sign with. None once the set has expired.
 * A key counts up to the millisecond of its end and never after; before its start only as long as a signer's clock may run ahead.
 */
export function keysOf(keySet: KeySet, use: KeyUse, nowMs: number): readonly PublicKey[] {
  if (!lives(keySet, nowMs)) return [];
  return keySet.keys
    .filter((key) => key.use === use && lives(key, nowMs))
    .toSorted((one, other) => other.notBeforeMs - one.notBeforeMs)
    .map(({ kty, crv, x, kid }) => ({ kty, crv, x, kid }));
}

/** What `verifyCall` and a guard take from a key set. Ask anew for each call: keys come and go. */
export function anchorsOf(
  keySet: KeySet,
  nowMs: number,
): { readonly credentialIssuers: readonly PublicKey[]; readonly tokenIssuers: readonly PublicKey[] } {
  return {
    credentialIssuers: keysOf(keySet, "credential", nowMs),
    tokenIssuers: keysOf(keySet, "token", nowMs),
  };
}

type Known = Pick<KeySet, "version" | "digest" | "keys">;
type Life = { readonly notBeforeMs: number; readonly expiresMs: number };

function lives({ notBeforeMs, expiresMs }: Life, nowMs: number): boolean {
  return nowMs >= notBeforeMs - CLOCK_AHEAD_MS_MAX && nowMs < expiresMs;
}

function refuseSuccession(keySet: KeySet, known: Known): KeySetRefusal | undefined {
  if (keySet.version < known.version) return "rolled_back";
  if (keySet.version === known.version) return keySet.digest === known.digest ? undefined : "forked";
  return keySet.version === known.version + 1 && keySet.previous !== known.digest ? "forked" : undefined;
}

/** Also over time: what signed tokens yesterday signs no log today. */
function sharesPurpose(statement: KeySetTerms, root: PublicKey, known: Pick<Known, "keys"> | undefined): boolean {
  const uses = new Map<string, KeyUse | "root">([[root.kid, "root"]]);
  for (const { kid, use } of known?.keys ?? []) uses.set(kid, uses.get(kid) ?? use);
  const kids = new Set(statement.keys.map(({ kid }) => kid));
  return kids.size < statement.keys.length || statement.keys.some(({ kid, use }) => (uses.get(kid) ?? use) !== use);
}

const MEMBERS = ["expiresMs", "format", "keys", "notBeforeMs", "origin", "previous", "version"];
const KEY_MEMBERS = ["crv", "expiresMs", "kid", "kty", "notBeforeMs", "use", "x"];

function readKeySet(value: JsonObject): Omit<KeySet, "digest"> | undefined {
  const { format, origin, version, previous, keys } = value;
  if (format !== KEY_SET_FORMAT || !hasExactMembers(value, MEMBERS)) return undefined;
  if (typeof origin !== "string" || !isOrigin(origin) || namespaceOfOrigin(origin) === undefined) return undefined;
  if (!isWhole(version) || version === 0) return undefined;
  if (version === 1 ? previous !== null : !isHash(previous)) return undefined;
  const life = readLife(value);
  if (life === undefined || life.expiresMs - life.notBeforeMs > KEY_SET_LIFE_MS_MAX) return undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > KEY_SET_KEYS_MAX) return undefined;
  const read = (keys as readonly JsonValue[]).map(readKey);
  const timed = read.filter((key) => key !== undefined);
  if (timed.length < read.length) return undefined;
  return { format: KEY_SET_FORMAT, origin, version, previous: previous as Hash | null, ...life, keys: timed };
}

function readKey(value: JsonValue): TimedKey | undefined {
  if (!isObject(value) || !hasExactMembers(value, KEY_MEMBERS)) return undefined;
  const { use, kty, crv, x, kid } = value;
  const life = readLife(value);
  if (!USES.includes(use) || life === undefined) return undefined;
  const key = orNothing(() => admitTrustAnchor({ kty, crv, x, kid }));
  return key && { use: use as KeyUse, ...key, ...life };
}

function readLife({ notBeforeMs, expiresMs }: JsonObject): Life | undefined {
  return isWhole(notBeforeMs) && isWhole(expiresMs) && notBeforeMs < expiresMs ? { notBeforeMs, expiresMs } : undefined;
}

function refuse(reason: KeySetRefusal): OpenedKeySet {
  return { ok: false, reason };
}
