import { isAuraError } from "./aura-error.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { isObject } from "./json-object.ts";
import { readKeyFile, writeKeyFile } from "./key-file-disk.ts";
import { keyFileForeign } from "./key-file-error.ts";
import { newSeed, SEED_BYTES, signerFromSeed } from "./key-signer.ts";
import type { Random } from "./random.ts";
import type { Signer } from "./signer.ts";

/** Every key file has this size: a canonical private JWK (RFC 8037 section 2) with kid, and a line feed. */
export const KEY_FILE_BYTES = 182;

export {
  createSealedKeyFile,
  loadSealedKeyFile,
  type Passphrase,
  PASSPHRASE_BYTES_MAX,
  PASSPHRASE_BYTES_MIN,
  resealKeyFile,
} from "./key-file-sealed.ts";
export type { SealCost } from "./key-file-box.ts";
export { passphraseFromDescriptor } from "./passphrase.ts";

/**
 * Makes a key and writes it to a new file of mode 0600; both the file and its folder entry are on disk when this
 * resolves. An existing file is never touched, and a file that could not be written whole is removed.
 * @throws `trust/key_file_exists`, `trust/key_file_unusable`, `trust/random_failed`
 */
export async function createKeyFile(path: string, random: Random): Promise<Signer> {
  const seed = newSeed(random);
  const signer = signerFromSeed(seed);
  await writeKeyFile(path, keyText(signer, seed));
  return signer;
}

/**
 * Reads a key that {@link createKeyFile} wrote. The checks look at the opened file, so nobody can change it in between;
 * a symbolic link is not followed.
 * @throws `trust/key_file_missing`, `trust/key_file_exposed` (others may read it), `trust/key_file_foreign` (not a key
 * file, damaged, or another user's), `trust/key_file_unusable`
 */
export async function loadKeyFile(path: string): Promise<Signer> {
  const signer = readKeyText(await readKeyFile(path, KEY_FILE_BYTES));
  if (signer === undefined) throw keyFileForeign(path, "does not hold a key as it was written");
  return signer;
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
