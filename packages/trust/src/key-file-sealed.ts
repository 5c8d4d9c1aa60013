import { isAuraError, orNothing } from "./aura-error.ts";
import {
  openSeed,
  readSealedKey,
  SCRYPT_LOG_N,
  type SealCost,
  SEALED_KEY_BYTES_MAX,
  sealSeed,
} from "./key-file-box.ts";
import { readKeyFile, writeKeyFile } from "./key-file-disk.ts";
import { keyFileForeign, keyFileLocked, passphraseRefused } from "./key-file-error.ts";
import { newSeed, signerFromSeed } from "./key-signer.ts";
import type { Random } from "./random.ts";
import type { Signer } from "./signer.ts";

/** In bytes of UTF-8. Shorter ones are guessed whatever the cost of a guess. */
export const PASSPHRASE_BYTES_MIN = 12;
export const PASSPHRASE_BYTES_MAX = 1_024;

/** Gives the passphrase when it is needed: from a terminal, a file descriptor, a keeper. Never from the command line, which everybody may read. */
export type Passphrase = () => Uint8Array | Promise<Uint8Array>;

/**
 * Makes a key and writes it, encrypted under a passphrase, to a new file of mode 0600: scrypt and AES-256-GCM. As durable, and as
 * careful with what is there, as `createKeyFile`. At cost 17, the usual one: near a second and 128 MiB, for you and for each guess.
 * @throws `trust/passphrase_refused`, `trust/key_file_exists`, `trust/key_file_unusable`, `trust/random_failed`
 */
export async function createSealedKeyFile(
  path: string,
  random: Random,
  passphrase: Passphrase,
  cost: SealCost = SCRYPT_LOG_N,
): Promise<Signer> {
  return writeSealed(newSeed(random), { path, passphrase, random, cost });
}

/**
 * Loads a key that {@link createSealedKeyFile} wrote, with the checks of `loadKeyFile`.
 * @throws `trust/key_file_locked` (wrong passphrase, or the file was changed), `trust/passphrase_refused`, and what `loadKeyFile` throws
 */
export async function loadSealedKeyFile(path: string, passphrase: Passphrase): Promise<Signer> {
  return signerFromSeed(await unseal(path, passphrase));
}

/**
 * Writes the key of a sealed file to a new one under another passphrase: a backup, or a passphrase that changes. Both files
 * hold one key; the old one is left as it is.
 * @throws what {@link loadSealedKeyFile} and {@link createSealedKeyFile} throw
 */
export async function resealKeyFile(
  from: { readonly path: string; readonly passphrase: Passphrase },
  to: { readonly path: string; readonly passphrase: Passphrase; readonly random: Random; readonly cost?: SealCost },
): Promise<Signer> {
  return writeSealed(await unseal(from.path, from.passphrase), to);
}

async function writeSealed(
  seed: Uint8Array,
  to: { readonly path: string; readonly passphrase: Passphrase; readonly random: Random; readonly cost?: SealCost },
): Promise<Signer> {
  const signer = signerFromSeed(seed);
  const passphrase = await asked(to.passphrase);
  const terms = { kid: signer.publicKey.kid, passphrase, logN: to.cost ?? SCRYPT_LOG_N, random: to.random };
  await writeKeyFile(to.path, await sealSeed(seed, terms));
  return signer;
}

async function unseal(path: string, ask: Passphrase): Promise<Uint8Array> {
  const bytes = await readKeyFile(path, SEALED_KEY_BYTES_MAX);
  const sealed = orNothing(() => readSealedKey(bytes));
  if (sealed === undefined) throw keyFileForeign(path, "does not hold a sealed key as it was written");
  const seed = await openSeed(sealed, await asked(ask));
  if (seed === undefined || signerFromSeed(seed).publicKey.kid !== sealed.kid) throw keyFileLocked(path);
  return seed;
}

async function asked(ask: Passphrase): Promise<Uint8Array> {
  let passphrase: Uint8Array;
  try {
    passphrase = await ask();
  } catch (error) {
    throw isAuraError(error) ? error : passphraseRefused("could not be asked for", error);
  }
  const { length } = passphrase;
  if (length < PASSPHRASE_BYTES_MIN) throw passphraseRefused(`has fewer than ${PASSPHRASE_BYTES_MIN} bytes`);
  if (length > PASSPHRASE_BYTES_MAX) throw passphraseRefused(`has more than ${PASSPHRASE_BYTES_MAX} bytes`);
  return passphrase;
}
