import { TrustError } from "../trust-error.ts";

/** `pkcs11js` cannot be loaded: it is absent, or its native half was never built, or does not fit this runtime. */
export function pkcs11Missing(how: "absent" | "unbuilt", cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_missing",
    what:
      how === "absent"
        ? "The package pkcs11js is not installed."
        : "The package pkcs11js is installed, but its native half is not built for this runtime.",
    why: "A PKCS #11 token is reached through native code, which @aura/trust does not bring.",
    fix:
      how === "absent"
        ? "Install pkcs11js beside @aura/trust (a compiler and Python are needed once), and let its install script run."
        : "Let its install script run (pnpm: allowBuilds in pnpm-workspace.yaml; npm: npm rebuild pkcs11js).",
    cause,
  });
}

export function pkcs11ModuleUnusable(path: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_module_unusable",
    what: `The PKCS #11 module ${path} ${problem}.`,
    why: "Without the module of its vendor a token cannot be reached.",
    fix: "Give the absolute path of the vendor's module, and see that its own configuration is found.",
    cause,
  });
}

export function pkcs11TokenNotFound(token: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_token_not_found",
    what: `The ${token} ${problem}.`,
    why: "A key is used on exactly the token that is named.",
    fix: "Plug the token in, or name it by the label and the serial number that it shows.",
    cause,
  });
}

export function pkcs11PinRefused(token: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_pin_refused",
    what: `The PIN for the ${token} ${problem}.`,
    why: "The token opens its keys to nobody else. The PIN is not tried again: a few wrong ones lock the token.",
    fix: "Correct where the PIN comes from, and open the signer again.",
    cause,
  });
}

export function pkcs11PinLocked(token: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_pin_locked",
    what: `The PIN of the ${token} ${problem}.`,
    why: "A token that was shown wrong PINs protects its keys from who guesses.",
    fix: "Find out who tried. Unlock it with the vendor's tool, or log in there once with the right PIN if one try is left.",
    cause,
  });
}

export function pkcs11KeyNotFound(token: string, key: string): TrustError {
  return new TrustError({
    code: "trust/pkcs11_key_not_found",
    what: `There is no Ed25519 key ${key} on the ${token}.`,
    why: "Without the key nothing can be signed.",
    fix: "See what is there with listPkcs11Keys, or make the key with createPkcs11Key.",
  });
}

export function pkcs11KeyAmbiguous(token: string, key: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/pkcs11_key_ambiguous",
    what: `The key ${key} on the ${token} ${problem}.`,
    why: "A guess could sign with a key that was meant for something else.",
    fix: "Name the key by its id or its kid as well, or take the other one off the token.",
  });
}

export function pkcs11KeyExists(token: string, key: string): TrustError {
  return new TrustError({
    code: "trust/pkcs11_key_exists",
    what: `There is a key ${key} on the ${token} already.`,
    why: "Two keys of one name would be taken for each other, and a key is never overwritten.",
    fix: "Open that key with openPkcs11Signer, or choose another label.",
  });
}

export function pkcs11KeyExtractable(token: string, key: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/pkcs11_key_extractable",
    what: `The key ${key} on the ${token} ${problem}.`,
    why: "A key that can leave the token, or once was outside, may be in other hands as well.",
    fix: "Make a new key on the token with createPkcs11Key, and enrol that one.",
  });
}

export function pkcs11KeyUnusable(token: string, key: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_key_unusable",
    what: `The key ${key} on the ${token} ${problem}.`,
    why: "Only an Ed25519 key with its public half, allowed to sign without asking again, makes signatures for AURA.",
    fix: "Make a key on the token with createPkcs11Key.",
    cause,
  });
}

export function pkcs11MechanismMissing(token: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_mechanism_missing",
    what: `The ${token} ${problem}.`,
    why: "AURA signs with Ed25519 (CKM_EDDSA on edwards25519) and with nothing else.",
    fix: "Update the token's firmware and module, or use a token that has Ed25519.",
    cause,
  });
}

export function pkcs11TokenLost(token: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_token_lost",
    what: `The ${token} was removed, or ended its session, and could not be opened again.`,
    why: "The key lives on the token alone.",
    fix: "Plug the token in again. The next signature opens it anew.",
    cause,
  });
}

/** `name` is that of the return value, like `CKR_DEVICE_MEMORY`. */
export function pkcs11TokenFailed(token: string, name: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/pkcs11_token_failed",
    what: `The ${token} failed with ${name}.`,
    why: "The token or its module could not do what it was asked.",
    fix: `Look up ${name} in the vendor's documentation, and try again.`,
    cause,
  });
}

export function pkcs11Closed(token: string): TrustError {
  return new TrustError({
    code: "trust/pkcs11_closed",
    what: `The signer on the ${token} is closed.`,
    why: "Who closes it gives its session back.",
    fix: "Open the key again with openPkcs11Signer.",
  });
}
