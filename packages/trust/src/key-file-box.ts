import { createCipheriv, createDecipheriv, scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { hasExactMembers, isObject, isWhole } from "./json-object.ts";
import { SEED_BYTES } from "./key-signer.ts";
import type { Random } from "./random.ts";
import { randomFailed } from "./trust-error.ts";

export const SEALED_KEY_FORMAT = "aura-key-1";
/** scrypt (RFC 7914): N = 2^17, r = 8, p = 1 takes 128 MiB and a good part of a second for each guess. */
export const SCRYPT_LOG_N = 17;
/** Each step doubles memory and time. */
export type SealCost = 15 | 16 | 17 | 18;
/** What a file may ask for, at least and at most: less is soon guessed, more would let a file exhaust the machine. */
export const SCRYPT_LOG_N_MIN = 15;
export const SCRYPT_LOG_N_MAX = 18;
/** A sealed key file is smaller than this. */
export const SEALED_KEY_BYTES_MAX = 1_024;

const derive = promisify<Uint8Array, Uint8Array, number, ScryptOptions, Uint8Array>(scrypt);
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Everything but the box; authenticated with it. */
interface Head {
  readonly format: "aura-key-1";
  readonly kid: string;
  readonly logN: number;
  readonly nonce: string;
  readonly salt: string;
}

/** A sealed key as it was read; nothing in it is secret but what `box` hides. @internal */
export interface SealedKey extends Head {
  readonly box: string;
}

/** Seals a seed: AES-256-GCM under a key that scrypt makes of the passphrase and a salt of its own, the rest as its associated data. @internal */
export async function sealSeed(
  seed: Uint8Array,
  terms: { readonly kid: string; readonly passphrase: Uint8Array; readonly logN: number; readonly random: Random },
): Promise<string> {
  const salt = draw(terms.random, SALT_BYTES);
  const nonce = draw(terms.random, NONCE_BYTES);
  const { kid, logN } = terms;
  const head: Head = {
    format: SEALED_KEY_FORMAT,
    kid,
    logN,
    nonce: encodeBase64url(nonce),
    salt: encodeBase64url(salt),
  };
  const key = await deriveKey(terms.passphrase, salt, logN);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(canonicalJson({ ...head })));
  const box = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  return `${canonicalJson({ ...head, box: encodeBase64url(box) })}\n`;
}

/** The seed; `undefined` for a wrong passphrase and for a file that was changed: nobody can tell the two apart. @internal */
export async function openSeed(sealed: SealedKey, passphrase: Uint8Array): Promise<Uint8Array | undefined> {
  const { box: text, ...head } = sealed;
  const box = decodeBase64url(text);
  const key = await deriveKey(passphrase, decodeBase64url(sealed.salt), sealed.logN);
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv("aes-256-gcm", key, decodeBase64url(sealed.nonce), options);
  decipher.setAAD(Buffer.from(canonicalJson({ ...head })));
  decipher.setAuthTag(box.subarray(SEED_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(0, SEED_BYTES)), decipher.final()]);
  } catch {
    return undefined; // the tag does not fit
  } finally {
    key.fill(0);
  }
}

/** Reads a sealed key file whole, or throws what its parsers throw; `undefined` for another file. @internal */
export function readSealedKey(bytes: Uint8Array): SealedKey | undefined {
  const value = bytes.at(-1) === 0x0a ? parseCanonicalJson(bytes.subarray(0, -1)) : undefined; // ends as it was written
  if (!isObject(value) || !hasExactMembers(value, ["box", "format", "kid", "logN", "nonce", "salt"])) return undefined;
  const { box, format, kid, logN, nonce, salt } = value;
  if (format !== SEALED_KEY_FORMAT || typeof kid !== "string") return undefined;
  if (!isWhole(logN) || logN < SCRYPT_LOG_N_MIN || logN > SCRYPT_LOG_N_MAX) return undefined;
  if (!isBytes(box, SEED_BYTES + TAG_BYTES) || !isBytes(nonce, NONCE_BYTES) || !isBytes(salt, SALT_BYTES)) {
    return undefined;
  }
  return { box, format: SEALED_KEY_FORMAT, kid, logN, nonce, salt };
}

function deriveKey(passphrase: Uint8Array, salt: Uint8Array, logN: number): Promise<Uint8Array> {
  // Off the main thread: a signer that serves others goes on meanwhile.
  return derive(passphrase, salt, 32, { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** (logN + 11) });
}

function draw(random: Random, length: number): Uint8Array {
  const bytes = random.bytes(length);
  if (bytes.length !== length) throw randomFailed();
  return bytes;
}

function isBytes(value: unknown, length: number): value is string {
  return typeof value === "string" && decodeBase64url(value).length === length;
}
