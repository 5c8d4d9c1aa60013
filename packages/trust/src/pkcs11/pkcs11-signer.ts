import { type AuraError, isAuraError } from "../aura-error.ts";
import type { PublicKey } from "../public-key.ts";
import type { Signer } from "../signer.ts";
import { findTokenKey, nameOfKey } from "./find-token-key.ts";
import type { Handle } from "./cryptoki.ts";
import { pkcs11Closed, pkcs11TokenLost } from "./token-error.ts";
import { isSessionGone, tokenFault } from "./token-fault.ts";
import type { Pkcs11KeyName } from "./token-key.ts";
import { type TokenModule, tokenModule } from "./token-module.ts";
import { nameOfToken, openSession, type Pkcs11Token, type TokenSession } from "./token-session.ts";
import { proveTokenKey, requireMechanism, signOnToken } from "./token-signature.ts";

/** A {@link Signer} whose key never leaves a PKCS #11 token. */
export interface Pkcs11Signer extends Signer {
  /** Gives the session back once the signatures asked for before are made. Harmless when repeated; `sign` then rejects. */
  close(): Promise<void>;
}

/**
 * Opens the one key of that name on the token. It is opened only if the token says that the key is sensitive, cannot be extracted
 * and never could, and once a first signature verified under its public half, which the strict rule admitted.
 *
 * `sign` signs the bytes as they are when it is called. Signatures are made one after the other in one session, on another thread,
 * and each is verified before it is released. Looking for the token and the key, logging in and starting a signature call the
 * module on this thread: microseconds for a token in software, a round trip each for one across a network. A module that never
 * answers cannot be given up.
 *
 * If the session ends (the token was pulled, somebody logged out), the signature at hand opens a new one and is tried once more: the
 * PIN is asked for again. A PIN that is refused then is not tried again, and the signer refuses from there on.
 * @throws `trust/pkcs11_missing`, `trust/pkcs11_module_unusable`, `trust/pkcs11_token_not_found`, `trust/pkcs11_pin_refused`,
 * `trust/pkcs11_pin_locked`, `trust/pkcs11_key_not_found`, `trust/pkcs11_key_ambiguous`, `trust/pkcs11_key_extractable`,
 * `trust/pkcs11_key_unusable`, `trust/pkcs11_mechanism_missing`, `trust/pkcs11_token_lost`, `trust/pkcs11_token_failed`; `sign`
 * rejects with the last two, with `trust/signature_fault`, with `trust/pkcs11_closed`, and with what opening again throws
 */
export async function openPkcs11Signer(token: Pkcs11Token, key: Pkcs11KeyName): Promise<Pkcs11Signer> {
  return openSignerOn(await tokenModule(token.modulePath), token, key);
}

/** {@link openPkcs11Signer} on a module that is loaded. @internal */
export async function openSignerOn(
  module: TokenModule,
  token: Pkcs11Token,
  name: Pkcs11KeyName,
): Promise<Pkcs11Signer> {
  module.enter();
  try {
    const opened = await module.exclusively(() => openKey(module, token, name));
    return new TokenSigner({ module, token, name }, opened);
  } catch (error) {
    module.leave();
    throw error;
  }
}

const ABSENCES = ["trust/pkcs11_token_not_found", "trust/pkcs11_token_lost", "trust/pkcs11_module_unusable"] as const;

interface Place {
  readonly module: TokenModule;
  readonly token: Pkcs11Token;
  readonly name: Pkcs11KeyName;
}

interface OpenedKey {
  readonly session: TokenSession;
  readonly handle: Handle;
  readonly publicKey: PublicKey;
}

async function openKey(module: TokenModule, token: Pkcs11Token, name: Pkcs11KeyName): Promise<OpenedKey> {
  const session = await openSession(module, token, "read");
  try {
    requireMechanism(session, "sign");
    const { key, publicKey } = findTokenKey(session, name);
    await proveTokenKey(session, { handle: key.handle, publicKey }, nameOfKey(name));
    return { session, handle: key.handle, publicKey };
  } catch (error) {
    session.end();
    throw tokenFault(session.token, error);
  }
}

class TokenSigner implements Pkcs11Signer {
  readonly publicKey: PublicKey;
  readonly #place: Place;
  #opened: OpenedKey | undefined;
  #lane: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Why no session is opened again: each further try could lock the token. */
  #refused: AuraError | undefined;

  constructor({ module, token, name }: Place, opened: OpenedKey) {
    this.publicKey = opened.publicKey;
    this.#place = { module, token, name: { ...name, kid: opened.publicKey.kid } };
    this.#opened = opened;
    Object.freeze(this);
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (this.#closing !== undefined) throw pkcs11Closed(nameOfToken(this.#place.token));
    const bytes = Uint8Array.from(message);
    const signature = this.#lane.then(() => this.#signed(bytes));
    this.#lane = signature.catch(() => undefined);
    return signature;
  }

  close(): Promise<void> {
    this.#closing ??= this.#lane.then(() => {
      this.#endSession();
      this.#place.module.leave();
    });
    return this.#closing;
  }

  async #signed(bytes: Uint8Array): Promise<Uint8Array> {
    try {
      if (this.#opened !== undefined) return await signed(this.#opened, bytes);
    } catch (error) {
      if (!isSessionGone(error)) throw tokenFault(nameOfToken(this.#place.token), error);
      this.#endSession();
    }
    return this.#signedAnew(bytes);
  }

  async #signedAnew(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#refused !== undefined) throw this.#refused;
    try {
      this.#opened = await this.#place.module.exclusively(() => reopenKey(this.#place));
      return await signed(this.#opened, bytes);
    } catch (error) {
      this.#endSession();
      const fault = tokenFault(nameOfToken(this.#place.token), error);
      if (isAuraError(fault, "trust/pkcs11_pin_refused") || isAuraError(fault, "trust/pkcs11_pin_locked"))
        this.#refused = fault;
      throw fault;
    }
  }

  #endSession(): void {
    this.#opened?.session.end();
    this.#opened = undefined;
  }
}

async function signed({ session, handle, publicKey }: OpenedKey, bytes: Uint8Array): Promise<Uint8Array> {
  return signOnToken(session, { handle, publicKey }, bytes);
}

/** A token that came back is seen by some modules only after they were started anew. */
async function reopenKey({ module, token, name }: Place): Promise<OpenedKey> {
  try {
    return await openKey(module, token, name);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    try {
      if (module.restart()) return await openKey(module, token, name);
    } catch (again) {
      throw isAbsence(again) ? pkcs11TokenLost(nameOfToken(token), again) : again;
    }
    throw pkcs11TokenLost(nameOfToken(token), error);
  }
}

/** The token is not there, or gone again, or its module cannot start without it. */
function isAbsence(error: unknown): boolean {
  return ABSENCES.some((code) => isAuraError(error, code));
}
