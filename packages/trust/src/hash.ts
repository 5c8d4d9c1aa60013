import { sha256 as portableSha256 } from "@noble/hashes/sha2.js";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { Hash } from "./entry.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { notUnicode } from "./trust-error.ts";
import { encodeUtf8 } from "./utf8.ts";

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const native = nodeCrypto()?.hash("sha256", bytes, "base64url"); // as text: a buffer costs Node several times as much
  return native === undefined ? portableSha256(bytes) : decodeBase64url(native);
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

/** HMAC-SHA-256 (RFC 2104) of the UTF-8 form of a text, as text. @throws `trust/not_unicode` @internal */
export function hmacText(key: Uint8Array, text: string): string {
  if (!text.isWellFormed()) throw notUnicode();
  const block = key.length > BLOCK_BYTES ? sha256(key) : key;
  return nativeHmac(block, text) ?? portableHmac(block, text);
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

// H(K xor opad, H(K xor ipad, text)), RFC 2104 section 2, as two hashes. The key is wiped from both buffers.

/** Two one-shot hashes: `createHmac` makes a key object for each text, which costs several times as much. */
function nativeHmac(block: Uint8Array, text: string): string | undefined {
  const crypto = nodeCrypto();
  if (crypto === undefined) return undefined;
  const inner = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text));
  const outer = Buffer.allocUnsafe(BLOCK_BYTES + DIGEST_BYTES);
  pad(inner, block, INNER_PAD);
  pad(outer, block, OUTER_PAD);
  inner.write(text, BLOCK_BYTES);
  outer.write(crypto.hash("sha256", inner, "hex"), BLOCK_BYTES, "hex");
  const digest = crypto.hash("sha256", outer, "base64url");
  inner.fill(0, 0, BLOCK_BYTES);
  outer.fill(0, 0, BLOCK_BYTES);
  return digest;
}

function portableHmac(block: Uint8Array, text: string): string {
  const message = encodeUtf8(text);
  const inner = new Uint8Array(BLOCK_BYTES + message.length);
  const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);
  pad(inner, block, INNER_PAD);
  pad(outer, block, OUTER_PAD);
  inner.set(message, BLOCK_BYTES);
  outer.set(portableSha256(inner), BLOCK_BYTES);
  const digest = encodeBase64url(portableSha256(outer));
  inner.fill(0, 0, BLOCK_BYTES);
  outer.fill(0, 0, BLOCK_BYTES);
  return digest;
}

function pad(into: Uint8Array, key: Uint8Array, value: number): void {
  into.fill(value, key.length, BLOCK_BYTES);
  for (let index = 0; index < key.length; index += 1) into[index] = (key[index] ?? 0) ^ value;
}

function encodeHash(native: string | undefined, portable: () => Uint8Array): Hash {
  return (native ?? encodeBase64url(portable())) as Hash;
}
