import { notBase64url } from "./trust-error.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const FOREIGN = 64;
const VALUE_OF = valueByCharCode();

/** Base64url without padding (RFC 4648 section 5). O(length). */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = "";
  let index = 0;
  for (; index + 2 < bytes.length; index += 3) {
    const group = (byteAt(bytes, index) << 16) | (byteAt(bytes, index + 1) << 8) | byteAt(bytes, index + 2);
    text += charOf(group >> 18) + charOf(group >> 12) + charOf(group >> 6) + charOf(group);
  }
  const left = bytes.length - index;
  if (left === 1) {
    const group = byteAt(bytes, index) << 4;
    text += charOf(group >> 6) + charOf(group);
  } else if (left === 2) {
    const group = (byteAt(bytes, index) << 10) | (byteAt(bytes, index + 1) << 2);
    text += charOf(group >> 12) + charOf(group >> 6) + charOf(group);
  }
  return text;
}

/**
 * The bytes of the one spelling that {@link encodeBase64url} gives them; no padding, no white space, no spare bits, no
 * other alphabet. So two different texts never decode to the same bytes. O(length). @throws `trust/not_base64url`
 */
export function decodeBase64url(text: string): Uint8Array {
  if (typeof text !== "string") throw notBase64url();
  return decodeNatively(text) ?? decodePortably(text);
}

/** The lenient decoder of Node answers for the one spelling alone: encoding again must give the text. */
function decodeNatively(text: string): Uint8Array | undefined {
  if (typeof globalThis.Buffer !== "function") return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? new Uint8Array(bytes) : undefined; // not a Buffer over a shared pool
}

/** Where there is no Node; for tests everywhere. @internal */
export function decodePortably(text: string): Uint8Array {
  const left = text.length % 4;
  if (left === 1) throw notBase64url();
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  let group = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUE_OF[text.charCodeAt(index)] ?? FOREIGN;
    if (value === FOREIGN) throw notBase64url();
    group = ((group << 6) | value) & 0xffffff;
    if (index % 4 !== 0) {
      bytes[length] = group >> (6 - 2 * (index % 4));
      length += 1;
    }
  }
  const spareBits = left === 2 ? 0b1111 : left === 3 ? 0b11 : 0;
  if ((group & spareBits) !== 0) throw notBase64url();
  return bytes;
}

function charOf(value: number): string {
  return ALPHABET.charAt(value & 63);
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function valueByCharCode(): Uint8Array {
  const values = new Uint8Array(128).fill(FOREIGN);
  for (let value = 0; value < ALPHABET.length; value += 1) values[ALPHABET.charCodeAt(value)] = value;
  return values;
}
