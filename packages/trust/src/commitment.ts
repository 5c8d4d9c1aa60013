import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as portableSha256 } from "@noble/hashes/sha2.js";
import { isAuraError } from "./aura-error.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { Commitment } from "./entry.ts";
import { nodeCrypto } from "./node-crypto.ts";
import type { Random } from "./random.ts";
import { nonceRefused, notUnicode, randomFailed } from "./trust-error.ts";
import { encodeUtf8 } from "./utf8.ts";

export const NONCE_BYTES = 32;

/** 32 unpredictable bytes, base64url. @throws `trust/random_failed` */
export function newNonce(random: Random): string {
  const bytes = random.bytes(NONCE_BYTES);
  if (bytes.length !== NONCE_BYTES) throw randomFailed();
  return encodeBase64url(bytes);
}

/**
 * HMAC-SHA-256 (RFC 2104) of the UTF-8 text under the nonce, base64url. Who has not seen the nonce learns nothing about
 * the text, and nobody opens it to another text. `text` is a canonical JSON text wherever AURA commits.
 * @throws `trust/nonce_refused`, `trust/not_unicode`
 */
export function commit(nonce: string, text: string): Commitment {
  if (!text.isWellFormed()) throw notUnicode();
  const key = nonceBytes(nonce);
  const native = nodeCrypto()?.createHmac("sha256", key).update(text, "utf8").digest("base64url");
  return (native ?? encodeBase64url(hmac(portableSha256, key, encodeUtf8(text)))) as Commitment;
}

function nonceBytes(nonce: string): Uint8Array {
  try {
    const bytes = decodeBase64url(nonce);
    if (bytes.length === NONCE_BYTES) return bytes;
  } catch (error) {
    if (!isAuraError(error, "trust/not_base64url")) throw error;
  }
  throw nonceRefused();
}
