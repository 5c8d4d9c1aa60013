import { isAuraError } from "./aura-error.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { sha256 } from "./hash.ts";
import { toHex } from "./hex.ts";
import { originRefused, verifierKeyMalformed } from "./log-error.ts";
import { admitTrustAnchor, publicKeyBytes, publicKeyFromBytes } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Characters of a key's name. */
export const ORIGIN_CHARS_MAX = 512;
/** Signature type "Ed25519" (C2SP signed-note). */
const ED25519 = 0x01;
/** No Unicode space, no plus, no control character (C2SP signed-note, key names). */
const KEY_NAME = /^[^\s+\u0000-\u001f\u007f-\u009f]+$/;

/** The public half of a log key with the name of its log: what a verifier must be given from outside. */
export interface VerifierKey {
  /** The log's origin. */
  readonly name: string;
  /** First four bytes of SHA-256(name || 0x0A || 0x01 || key), eight hex digits. */
  readonly id: string;
  readonly key: PublicKey;
}

/** `<origin>+<id in hex>+<base64 of 0x01 and the key>` (C2SP signed-note, verifier keys). @throws `trust/origin_refused`, `trust/key_refused` */
export function formatVerifierKey(origin: string, key: PublicKey): string {
  return `${origin}+${verifierKeyOf(origin, key).id}+${encodeBase64(Uint8Array.of(ED25519, ...publicKeyBytes(key)))}`;
}

/** Reads a verifier key of type Ed25519; its id must be the one that name and key give. @throws `trust/verifier_key_malformed` */
export function parseVerifierKey(text: string): VerifierKey {
  const [name = "", id = "", ...rest] = typeof text === "string" ? text.split("+") : [];
  const bytes = decodeBase64(rest.join("+")); // base64 has plus signs of its own
  if (!isOrigin(name)) throw verifierKeyMalformed("has no proper name");
  if (bytes?.[0] !== ED25519) throw verifierKeyMalformed("holds no Ed25519 key (0x01)");
  const key = admit(bytes.subarray(1));
  if (id !== keyId(name, key)) throw verifierKeyMalformed("has an id that is not the one of its name and key");
  return { name, id, key };
}

/** The verifier key of a log whose key is at hand. @throws `trust/origin_refused`, `trust/key_refused` */
export function verifierKeyOf(origin: string, key: PublicKey): VerifierKey {
  if (!isOrigin(origin)) throw originRefused("is empty, too long, or has a space, a plus sign or a control character");
  return { name: origin, id: keyId(origin, key), key };
}

/** True for a name that can stand in notes and verifier keys. */
export function isOrigin(text: string): boolean {
  return text.length <= ORIGIN_CHARS_MAX && KEY_NAME.test(text) && text.isWellFormed();
}

/** The namespace of a log by its origin `<org domain>/aura/<namespace>`; `undefined` for other names. */
export function namespaceOfOrigin(origin: string): string | undefined {
  return /^[^/]+\/aura\/([^/]+)$/.exec(origin)?.[1];
}

function keyId(name: string, key: PublicKey): string {
  const hashed = sha256(Uint8Array.of(...encodeUtf8(name), 0x0a, ED25519, ...publicKeyBytes(key)));
  return toHex(hashed.subarray(0, 4));
}

function admit(bytes: Uint8Array): PublicKey {
  try {
    return admitTrustAnchor(publicKeyFromBytes(bytes));
  } catch (error) {
    if (isAuraError(error)) throw verifierKeyMalformed("holds a public key that is refused", error);
    throw error;
  }
}
