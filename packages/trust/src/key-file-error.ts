import { TrustError } from "./trust-error.ts";

export function keyFileExists(path: string): TrustError {
  return new TrustError({
    code: "trust/key_file_exists",
    what: `${path} exists already.`,
    why: "A key is never overwritten: what it signed could not be continued.",
    fix: "Load it with loadKeyFile, or choose another path.",
  });
}

export function keyFileMissing(path: string): TrustError {
  return new TrustError({
    code: "trust/key_file_missing",
    what: `There is no key file at ${path}.`,
    why: "Without the key nothing can be signed.",
    fix: "Correct the path, restore the file from its backup, or make a new key with createKeyFile.",
  });
}

export function keyFileExposed(path: string): TrustError {
  return new TrustError({
    code: "trust/key_file_exposed",
    what: `The key file ${path} can be used by other users of this machine.`,
    why: "Whoever has read the key can sign as its owner.",
    fix: `Find out who may have read it. If nobody has, run: chmod 600 ${path}. Otherwise replace the key.`,
  });
}

export function keyFileForeign(path: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/key_file_foreign",
    what: `The key file ${path} ${problem}.`,
    why: "Only a file that createKeyFile wrote, unchanged and owned by this user, is taken for a key.",
    fix: "Correct the path, or restore the file from its backup.",
  });
}

export function keyFileUnusable(path: string, cause: unknown): TrustError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  return new TrustError({
    code: "trust/key_file_unusable",
    what: `The key file ${path} cannot be read or written (${code}).`,
    why: "The operating system refused.",
    fix: "Check that the folder exists, that this user may use it, and that the disk has room.",
    cause,
  });
}

export function keyFileLocked(path: string): TrustError {
  return new TrustError({
    code: "trust/key_file_locked",
    what: `The key file ${path} does not open under this passphrase.`,
    why: "The passphrase is another one, or the file was changed: the two look alike.",
    fix: "Try the passphrase again; if it is right, restore the file from its backup.",
  });
}

export function passphraseRefused(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/passphrase_refused",
    what: `The passphrase ${problem}.`,
    why: "It is all that keeps the key from who has the file.",
    fix: "Give 12 to 1024 bytes, by a file descriptor or a callback, never on the command line.",
    cause,
  });
}
