import { isAuraError } from "../aura-error.ts";
import { SEALED_KEY_FORMAT } from "../key-file-box.ts";
import { loadKeyFile, loadSealedKeyFile, type Passphrase, passphraseFromDescriptor } from "../key-file.ts";
import type { Signer } from "../signer.ts";
import { type Command, wrong } from "./arguments.ts";
import { usage } from "./command-error.ts";
import { readWhole } from "./evidence-file.ts";

const KEY_FILE_BYTES_MAX = 1_024;

/** `--passphrase-fd`: whence the passphrase comes, without its being asked yet. @throws `trust/usage` */
export function givenPassphrase(command: Pick<Command, "usage">, text: string | undefined): Passphrase | undefined {
  if (text === undefined) return undefined;
  if (!/^(?:0|[3-9]|[1-9][0-9]{1,3})$/.test(text))
    throw wrong(
      command,
      "--passphrase-fd is not the number of an open file to read from, like 3 in 3< passphrase.txt.",
    );
  return passphraseFromDescriptor(Number(text));
}

/** A private key from a key file, sealed if there is a passphrase. @throws `trust/usage`, `trust/key_file_*`, `trust/passphrase_refused` */
export async function givenSigner(path: string, passphrase: Passphrase | undefined): Promise<Signer> {
  try {
    return passphrase === undefined ? await loadKeyFile(path) : await loadSealedKeyFile(path, passphrase);
  } catch (error) {
    if (isAuraError(error, "trust/key_file_foreign") && (await isSealed(path)) === (passphrase === undefined))
      throw passphrase === undefined ? passphraseMissing(path, error) : notSealed(path, error);
    throw error;
  }
}

async function isSealed(path: string): Promise<boolean> {
  const bytes = await readWhole(path, KEY_FILE_BYTES_MAX);
  return bytes !== undefined && Buffer.from(bytes).includes(`"format":"${SEALED_KEY_FORMAT}"`);
}

function passphraseMissing(path: string, cause: unknown): Error {
  return usage(
    `The key in ${path} is sealed under a passphrase, and none is given.`,
    "Without it nobody can sign with this key.",
    "Add --passphrase-fd 3 and 3< FILE, where the first line of FILE is the passphrase; never put it on the command line.",
    cause,
  );
}

function notSealed(path: string, cause: unknown): Error {
  return usage(
    `The key in ${path} is not sealed, or is no key, and a passphrase is given.`,
    "Who gives a passphrase relies on the key being sealed.",
    "Leave --passphrase-fd out, or name the sealed key file.",
    cause,
  );
}
