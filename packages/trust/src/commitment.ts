import { orNothing } from "./aura-error.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { Commitment } from "./entry.ts";
import { hmacText } from "./hash.ts";
import type { Random } from "./random.ts";
import { nonceRefused, randomFailed } from "./trust-error.ts";

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
  return hmacText(nonceBytes(nonce), text) as Commitment;
}

function nonceBytes(nonce: string): Uint8Array {
  const bytes = orNothing(() => decodeBase64url(nonce));
  if (bytes?.length !== NONCE_BYTES) throw nonceRefused();
  return bytes;
}
