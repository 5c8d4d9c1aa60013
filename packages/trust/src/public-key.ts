import { admitKey } from "./admitted-key.ts";
import { encodeBase64url } from "./base64url.ts";
import { isTorsionFree } from "./ed25519-points.ts";
import { keyRefused } from "./trust-error.ts";

/** An Ed25519 public key as a JWK (RFC 8037 section 2). `kid` is its RFC 7638 SHA-256 thumbprint. */
export interface PublicKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** 32 bytes, base64url without padding. */
  readonly x: string;
  readonly kid: string;
}

/** Members a JWK of ours may have besides `x`, and what they must say. `d`, the private key, is not among them. */
const KNOWN_MEMBERS: ReadonlySet<string> = new Set(["kty", "crv", "x", "kid", "alg", "use"]);
const ALGORITHMS: readonly unknown[] = [undefined, "EdDSA", "Ed25519"];

/**
 * Reads a JWK and admits its key by the strict rule: 32 bytes, y below p, a point of the curve, not of small order, not
 * x = 0 with the sign bit; a `kid`, if given, is the thumbprint. Gives kty, crv, x and kid. @throws `trust/key_refused`
 */
export function admitPublicKey(value: unknown): PublicKey {
  const jwk = jwkMembers(value);
  if (jwk["kty"] !== "OKP" || jwk["crv"] !== "Ed25519") throw keyRefused("is not of kty OKP and crv Ed25519");
  if (!ALGORITHMS.includes(jwk["alg"])) throw keyRefused("is meant for another algorithm");
  if (typeof jwk["x"] !== "string") throw keyRefused("has no text x");
  const { publicKey } = admitKey(jwk["x"]);
  if (jwk["kid"] !== undefined && jwk["kid"] !== publicKey.kid)
    throw keyRefused("has a kid that is not its thumbprint");
  return publicKey;
}

/**
 * Admits a key that everything else will rest on (an issuer, a log, a root). Besides `admitPublicKey`'s rule the point
 * must lie in the prime-order group, [L]A = 0. A few milliseconds: for loading, not for every call.
 * @throws `trust/key_refused`
 */
export function admitTrustAnchor(value: unknown): PublicKey {
  const key = admitPublicKey(value);
  if (!isTorsionFree(publicKeyBytes(key))) throw keyRefused("has a component of small order");
  return key;
}

/** The 32 bytes of RFC 8032 section 5.1.5. @throws `trust/key_refused` */
export function publicKeyBytes(key: PublicKey): Uint8Array {
  return admitKey(key.x).bytes.slice();
}

/** Admits 32 raw bytes. @throws `trust/key_refused` */
export function publicKeyFromBytes(bytes: Uint8Array): PublicKey {
  return admitKey(encodeBase64url(bytes)).publicKey;
}

function jwkMembers(value: unknown): { readonly [member: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw keyRefused("is not a JWK object");
  const members = Object.keys(value);
  if (members.includes("d")) throw keyRefused("comes with its private key");
  if (!members.every((name) => KNOWN_MEMBERS.has(name))) throw keyRefused("has a member that is not known here");
  return { ...value };
}
