import { sha256 as portableSha256 } from "@noble/hashes/sha2.js";
import { encodeBase64url } from "./base64url.ts";
import type { Hash } from "./entry.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { notUnicode } from "./trust-error.ts";
import { encodeUtf8 } from "./utf8.ts";

/** 32 bytes in base64url. */
export const HASH_CHARS = 43;

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const native = nodeCrypto()?.hash("sha256", bytes, "buffer");
  return native === undefined ? portableSha256(bytes) : new Uint8Array(native); // not a Buffer over a shared pool
}

/** SHA-256 of bytes, as text. */
export function hashBytes(bytes: Uint8Array): Hash {
  return encodeHash(nodeCrypto()?.hash("sha256", bytes, "base64url"), () => portableSha256(bytes));
}

/** SHA-256 of the UTF-8 form of a text, as text. @throws `trust/not_unicode` */
export function hashText(text: string): Hash {
  if (!text.isWellFormed()) throw notUnicode();
  return encodeHash(nodeCrypto()?.hash("sha256", text, "base64url"), () => portableSha256(encodeUtf8(text)));
}

function encodeHash(native: string | undefined, portable: () => Uint8Array): Hash {
  return (native ?? encodeBase64url(portable())) as Hash;
}
