import { constants } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { isAuraError } from "./aura-error.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { isObject } from "./json-object.ts";
import { keyFileExists, keyFileExposed, keyFileForeign, keyFileMissing, keyFileUnusable } from "./key-file-error.ts";
import { newSeed, SEED_BYTES, signerFromSeed } from "./key-signer.ts";
import type { Random } from "./random.ts";
import type { Signer } from "./signer.ts";

/** Every key file has this size: a canonical private JWK (RFC 8037 section 2) with kid, and a line feed. */
export const KEY_FILE_BYTES = 182;

/** Reading, writing or running by group or others. */
const OTHERS_MODE = 0o077;
/** Windows has no such modes; there the folder's access list guards the file. */
const HAS_MODES = process.platform !== "win32";

/**
 * Makes a key and writes it to a new file of mode 0600; both the file and its folder entry are on disk when this
 * resolves. An existing file is never touched, and a file that could not be written whole is removed.
 * @throws `trust/key_file_exists`, `trust/key_file_unusable`, `trust/random_failed`
 */
export async function createKeyFile(path: string, random: Random): Promise<Signer> {
  const seed = newSeed(random);
  const signer = signerFromSeed(seed);
  const file = await openNew(path);
  try {
    await file.writeFile(keyText(signer, seed));
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined); // the write's failure is the one to tell
    throw keyFileUnusable(path, error);
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
  return signer;
}

/**
 * Reads a key that {@link createKeyFile} wrote. The checks look at the opened file, so nobody can change it in between;
 * a symbolic link is not followed.
 * @throws `trust/key_file_missing`, `trust/key_file_exposed` (others may read it), `trust/key_file_foreign` (not a key
 * file, damaged, or another user's), `trust/key_file_unusable`
 */
export async function loadKeyFile(path: string): Promise<Signer> {
  const file = await openExisting(path);
  try {
    await refuseUnsafe(path, file);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(KEY_FILE_BYTES + 1), 0, KEY_FILE_BYTES + 1, 0);
    const signer = bytesRead === KEY_FILE_BYTES ? readKeyText(buffer.subarray(0, bytesRead)) : undefined;
    if (signer === undefined) throw keyFileForeign(path, "does not hold a key as it was written");
    return signer;
  } catch (error) {
    throw isAuraError(error) ? error : keyFileUnusable(path, error);
  } finally {
    await file.close();
  }
}

function keyText(signer: Signer, seed: Uint8Array): string {
  const { kty, crv, x, kid } = signer.publicKey;
  return `${canonicalJson({ crv, d: encodeBase64url(seed), kid, kty, x })}\n`;
}

/** The public half must be the seed's: a flipped bit in either shows. */
function readKeyText(bytes: Uint8Array): Signer | undefined {
  try {
    const jwk = parseCanonicalJson(bytes.subarray(0, -1));
    const seed = decodeBase64url(isObject(jwk) && typeof jwk["d"] === "string" ? jwk["d"] : "");
    if (seed.length !== SEED_BYTES) return undefined;
    const signer = signerFromSeed(seed);
    return Buffer.from(keyText(signer, seed)).equals(bytes) ? signer : undefined;
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}

async function refuseUnsafe(path: string, file: FileHandle): Promise<void> {
  const facts = await file.stat();
  if (!facts.isFile()) throw keyFileForeign(path, "is not a regular file");
  if (HAS_MODES && process.getuid?.() !== facts.uid) throw keyFileForeign(path, "belongs to another user");
  if (HAS_MODES && (facts.mode & OTHERS_MODE) !== 0) throw keyFileExposed(path);
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    throw hasCode(error, "EEXIST") ? keyFileExists(path) : keyFileUnusable(path, error);
  }
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK a pipe in the key's place would hold the process for ever.
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw keyFileMissing(path);
    if (hasCode(error, "ELOOP")) throw keyFileForeign(path, "is a symbolic link");
    throw keyFileUnusable(path, error);
  }
}

/** A new name is on disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  if (!HAS_MODES) return; // Windows neither allows nor needs it
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw keyFileUnusable(path, error);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
