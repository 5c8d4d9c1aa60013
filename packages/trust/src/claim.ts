import { hasExactMembers, isObject } from "./json-object.ts";
import type { Hash } from "./entry.ts";
import { isAuraError } from "./aura-error.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { admitPublicKey, type PublicKey } from "./public-key.ts";
import { claimsRefused } from "./trust-error.ts";

// Issuing and verifying read claims with the same functions: nothing is signed that a verifier would refuse. Each
// throws `trust/claims_refused` and names the claim, never its value.

/** Longest text of a claim unless its pattern says less, in UTF-16 units. */
export const CLAIM_CHARS_MAX = 512;
/** How far a signer's clock may run ahead of the verifier's. Nothing is accepted a millisecond after it expired. */
export const CLOCK_AHEAD_MS_MAX = 5_000;

export type Level = "L1" | "L2" | "L3" | "L4";

const LEVELS: readonly unknown[] = ["L1", "L2", "L3", "L4"] satisfies readonly Level[];
/** 32 bytes of base64url: the last character has two spare bits, which are zero. */
const DIGEST = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export function exactMembers(claims: JsonObject, required: readonly string[], optional: readonly string[] = []): void {
  if (isInOrder(claims, required, optional) || hasExactMembers(claims, required, optional)) return;
  const missing = required.find((name) => !Object.hasOwn(claims, name));
  if (missing !== undefined) throw claimsRefused(missing, "is missing");
  throw claimsRefused("set", `has a member besides ${[...required, ...optional].join(", ")}`);
}

/** The usual case at a fraction of the cost: the members stand as they are listed, which is the canonical order. */
function isInOrder(claims: JsonObject, required: readonly string[], optional: readonly string[]): boolean {
  let at = 0;
  for (const name of Object.keys(claims)) {
    if (name === required[at]) at += 1;
    else if (!optional.includes(name)) return false;
  }
  return at === required.length;
}

export function objectClaim(claims: JsonObject, name: string): JsonObject {
  const value = claims[name];
  if (!isObject(value)) throw claimsRefused(name, "is not an object");
  return value;
}

export function textClaim(claims: JsonObject, name: string, pattern?: RegExp): string {
  const value = claims[name];
  if (typeof value !== "string" || value === "" || value.length > CLAIM_CHARS_MAX) {
    throw claimsRefused(name, `is not text of 1 to ${CLAIM_CHARS_MAX} characters`);
  }
  if (pattern !== undefined && !pattern.test(value)) throw claimsRefused(name, "is not of the form it must have");
  return value;
}

export function digestClaim<Digest extends Hash | (string & { readonly __brand: "Commitment" })>(
  claims: JsonObject,
  name: string,
): Digest {
  return textClaim(claims, name, DIGEST) as Digest;
}

export function levelClaim(claims: JsonObject, name: string): Level {
  const value = claims[name];
  if (!isLevel(value)) throw claimsRefused(name, "is not L1, L2, L3 or L4");
  return value;
}

/** A whole number from 0, at most 2^53 - 1. */
export function countClaim(claims: JsonObject, name: string): number {
  const value = claims[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw claimsRefused(name, "is not a whole number from 0");
  }
  return value;
}

/** The key that `cnf` binds the statement to (RFC 7800 section 3.2), as {jwk: {alg, crv, kty, x}} and nothing else. */
export function boundKeyClaim(claims: JsonObject): PublicKey {
  const cnf = objectClaim(claims, "cnf");
  exactMembers(cnf, ["jwk"]);
  const jwk = objectClaim(cnf, "jwk");
  exactMembers(jwk, ["alg", "crv", "kty", "x"]);
  if (jwk["alg"] !== "EdDSA") throw claimsRefused("cnf", "names another algorithm than EdDSA");
  try {
    return admitPublicKey(jwk);
  } catch (error) {
    if (isAuraError(error, "trust/key_refused")) throw claimsRefused("cnf", "holds a key that is not admitted");
    throw error;
  }
}

/** The `cnf` that {@link boundKeyClaim} reads. */
export function boundKey({ crv, kty, x }: PublicKey): JsonObject {
  return { jwk: { alg: "EdDSA", crv, kty, x } };
}

/** Life in whole seconds (RFC 7519 section 2); the end is rounded down: never later than asked for. */
export function lifetime(nowMs: number, ttlMs: number): { readonly iat: number; readonly exp: number } {
  return { iat: Math.floor(nowMs / 1_000), exp: Math.floor((nowMs + ttlMs) / 1_000) };
}

/** Reads `iat` and `exp`; the life is more than nothing and at most `ttlMsMax`. */
export function lifetimeClaims(claims: JsonObject, ttlMsMax: number): { readonly iat: number; readonly exp: number } {
  const iat = countClaim(claims, "iat");
  const exp = countClaim(claims, "exp");
  if (exp <= iat) throw claimsRefused("exp", "is not after iat");
  if ((exp - iat) * 1_000 > ttlMsMax) throw claimsRefused("exp", `is more than ${ttlMsMax / 1_000} s after iat`);
  return { iat, exp };
}

/** Where `nowMs` stands in a life. */
export function phase(
  life: { readonly iat: number; readonly exp: number },
  nowMs: number,
): "not_yet_valid" | "valid" | "expired" {
  if (life.iat * 1_000 > nowMs + CLOCK_AHEAD_MS_MAX) return "not_yet_valid";
  return life.exp * 1_000 > nowMs ? "valid" : "expired";
}

export function isAbove(level: Level, ceiling: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(ceiling);
}

function isLevel(value: JsonValue | undefined): value is Level {
  return LEVELS.includes(value);
}
