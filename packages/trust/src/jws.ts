import { orNothing } from "./aura-error.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { SIGNATURE_BYTES } from "./ed25519-bytes.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { hashText } from "./hash.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { claimsRefused } from "./trust-error.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** The longest signed text, in characters (all of them ASCII). */
export const JWS_CHARS_MAX = 65_536;
/** How deep a payload may nest. */
export const JWS_DEPTH_MAX = 64;

/**
 * `malformed`: not three parts of strict base64url; `too_large`; `header`: not exactly our three members in canonical
 * form; `type`: another `typ`; `unknown_key`: no trusted key has that `kid`; `signature`: does not verify;
 * `payload`: signed, but not a canonical JSON object.
 */
export type JwsRefusal = "malformed" | "too_large" | "header" | "type" | "unknown_key" | "signature" | "payload";

export type JwsVerification =
  | { readonly ok: true; readonly payload: JsonObject; readonly kid: string }
  | { readonly ok: false; readonly reason: JwsRefusal };

/**
 * A compact JWS (RFC 7515 section 7.1) with the protected header exactly {alg: "EdDSA", kid, typ} and a canonical JSON
 * payload, so a statement has one spelling. `kid` is the signer's thumbprint.
 * @throws `trust/not_json`, `trust/claims_refused` (too large or too deep to be read again), `trust/signature_fault`
 */
export async function signJws(signer: Signer, typ: string, payload: JsonObject): Promise<string> {
  const claims = canonicalJson(payload);
  if (parseOrNothing(encodeUtf8(claims)) === undefined)
    throw claimsRefused("payload", "is too large or nests too deeply");
  const input = `${encodeText(canonicalJson({ alg: "EdDSA", kid: signer.publicKey.kid, typ }))}.${encodeText(claims)}`;
  const text = `${input}.${encodeBase64url(await signer.sign(encodeUtf8(input)))}`;
  if (text.length > JWS_CHARS_MAX) throw claimsRefused("payload", `makes more than ${JWS_CHARS_MAX} characters`);
  return text;
}

/**
 * Reads a JWS of one type signed by one of `keys`, picked by `kid`. Everything else is refused, and nothing is thrown:
 * padding, spare bits, white space, another header member or order, `jwk`, `jku` and `crit`, a payload in another
 * spelling. The signature is checked over the received bytes before the payload is parsed.
 */
export function verifyJws(text: string, typ: string, keys: readonly PublicKey[]): JwsVerification {
  const parts = takeApart(text);
  if (typeof parts === "string") return refuse(parts);
  const { header, payload, signature } = parts;
  const written = decodeUtf8(header);
  const key = keys.find(({ kid }) => written === headerText(kid, typ));
  if (key === undefined) return refuse(whyNoKey(header, typ));
  const input = text.slice(0, text.lastIndexOf("."));
  if (!verifyEd25519(key, encodeUtf8(input), signature)) return refuse("signature");
  const claims = parseOrNothing(payload);
  return isObject(claims) ? { ok: true, payload: claims, kid: key.kid } : refuse("payload");
}

/**
 * Reads a JWS of one type as strictly, but does not verify its signature: for who holds no key of its issuer and decides
 * nothing by what it says.
 */
export function inspectJws(text: string, typ: string): JwsVerification {
  const parts = takeApart(text);
  if (typeof parts === "string") return refuse(parts);
  const header = parseOrNothing(parts.header);
  const kid = isObject(header) ? header["kid"] : undefined;
  if (typeof kid !== "string" || decodeUtf8(parts.header) !== headerText(kid, typ)) {
    return refuse(whyNoKey(parts.header, typ) === "type" ? "type" : "header");
  }
  const claims = parseOrNothing(parts.payload);
  return isObject(claims) ? { ok: true, payload: claims, kid } : refuse("payload");
}

/**
 * SHA-256 of the signing input of a compact JWS: what a proof or a child names it by. Not of the whole text: who holds
 * the key can sign the same statement in more than one way. The text has been verified.
 */
export function signingInputHash(text: string): string {
  return hashText(text.slice(0, Math.max(text.lastIndexOf("."), 0)));
}

/** The canonical JSON of our three members, written at once: each verification compares with it. */
function headerText(kid: string, typ: string): string {
  return `{"alg":"EdDSA","kid":${JSON.stringify(kid)},"typ":${JSON.stringify(typ)}}`;
}

type Parts = { readonly header: Uint8Array; readonly payload: Uint8Array; readonly signature: Uint8Array };

function takeApart(text: string): Parts | "malformed" | "too_large" {
  if (typeof text !== "string") return "malformed";
  if (text.length > JWS_CHARS_MAX) return "too_large";
  const parts = text.split(".", 4);
  const [header, payload, signature] = parts.map(decodeOrNothing);
  if (parts.length !== 3 || header === undefined || payload === undefined) return "malformed";
  return signature?.length === SIGNATURE_BYTES ? { header, payload, signature } : "malformed";
}

/** Only for the name of the refusal: the header is not the one that a trusted key would have. */
function whyNoKey(header: Uint8Array, typ: string): JwsRefusal {
  const read = parseOrNothing(header);
  if (!isObject(read)) return "header";
  const { alg, kid, typ: written, ...others } = read;
  const known = alg === "EdDSA" && typeof kid === "string" && typeof written === "string";
  if (!known || Object.keys(others).length > 0) return "header";
  return written === typ ? "unknown_key" : "type";
}

function encodeText(text: string): string {
  return encodeBase64url(encodeUtf8(text));
}

function decodeOrNothing(part: string): Uint8Array | undefined {
  return orNothing(() => decodeBase64url(part));
}

function parseOrNothing(bytes: Uint8Array): JsonValue | undefined {
  return orNothing(() => parseCanonicalJson(bytes, { bytesMax: JWS_CHARS_MAX, depthMax: JWS_DEPTH_MAX }));
}

function refuse(reason: JwsRefusal): JwsVerification {
  return { ok: false, reason };
}
