import { isAuraError } from "../aura-error.ts";
import { decodeUtf8 } from "../utf8.ts";
import { CKF, CKU_USER, type Cryptoki, type Handle } from "./cryptoki.ts";
import { pkcs11PinLocked, pkcs11PinRefused, pkcs11TokenNotFound } from "./token-error.ts";
import { CKR, returnValueOf, tokenFault } from "./token-fault.ts";
import type { TokenModule } from "./token-module.ts";

/** In bytes of UTF-8. */
export const PKCS11_PIN_BYTES_MAX = 255;

/** Gives the PIN when it is needed: from a terminal, a file descriptor, a keeper. Never from the command line, which everybody may read. */
export type Pkcs11Pin = () => Uint8Array | Promise<Uint8Array>;

/** Which token, and how it is reached. At least one of `label` and `serial` is given, and each that is given must hold. */
export interface Pkcs11Token {
  /** The vendor's PKCS #11 module, an absolute path. It is native code and runs in this process: trust it as you trust your own. */
  readonly modulePath: string;
  readonly label?: string;
  /** As the token shows it. Two tokens may have one label, and no two of a vendor one serial number. */
  readonly serial?: string;
  readonly pin: Pkcs11Pin;
}

/** A session of the logged-in user. @internal */
export interface TokenSession {
  readonly cryptoki: Cryptoki;
  readonly slot: Handle;
  readonly handle: Handle;
  /** In words, for messages. */
  readonly token: string;
  end(): void;
}

/**
 * Opens a session on the named token and logs in. The PIN is asked for once, after the token was found, and tried once; a token
 * with one try left is not tried at all.
 * @throws `trust/pkcs11_token_not_found`, `trust/pkcs11_pin_refused`, `trust/pkcs11_pin_locked`, what `tokenFault` makes. @internal
 */
export async function openSession(
  module: TokenModule,
  token: Pkcs11Token,
  access: "read" | "write",
): Promise<TokenSession> {
  const { cryptoki } = module;
  const name = nameOfToken(token);
  try {
    const slot = findSlot(cryptoki, token);
    const flags = CKF.SERIAL_SESSION | (access === "write" ? CKF.RW_SESSION : 0);
    const handle = cryptoki.C_OpenSession(slot, flags);
    try {
      await logIn(cryptoki, { slot, handle, token });
    } catch (error) {
      closeSession(cryptoki, handle);
      throw error;
    }
    module.sessionOpened();
    return { cryptoki, slot, handle, token: name, end: once(() => endSession(module, handle)) };
  } catch (error) {
    throw tokenFault(name, error);
  }
}

/** @internal */
export function nameOfToken({ label, serial }: Pick<Pkcs11Token, "label" | "serial">): string {
  const names = [label === undefined ? [] : [JSON.stringify(label)], serial === undefined ? [] : [`serial ${serial}`]];
  return ["token", ...names.flat()].join(" ");
}

function findSlot(cryptoki: Cryptoki, token: Pkcs11Token): Handle {
  const name = nameOfToken(token);
  if (token.label === undefined && token.serial === undefined)
    throw pkcs11TokenNotFound(name, "is named neither by a label nor by a serial number");
  const slots = cryptoki.C_GetSlotList(true).filter((slot) => isToken(cryptoki, slot, token));
  const [slot] = slots;
  if (slot === undefined) throw pkcs11TokenNotFound(name, "is not there");
  if (slots.length > 1) throw pkcs11TokenNotFound(name, `is there ${slots.length} times`);
  return slot;
}

function isToken(cryptoki: Cryptoki, slot: Handle, { label, serial }: Pkcs11Token): boolean {
  try {
    const info = cryptoki.C_GetTokenInfo(slot);
    if ((info.flags & CKF.TOKEN_INITIALIZED) === 0) return false;
    return (
      (label === undefined || unpadded(info.label) === label) &&
      (serial === undefined || unpadded(info.serialNumber) === serial)
    );
  } catch (error) {
    if (returnValueOf(error) === undefined) throw error;
    return false; // a token that was just pulled out of its slot
  }
}

async function logIn(
  cryptoki: Cryptoki,
  { slot, handle, token }: { readonly slot: Handle; readonly handle: Handle; readonly token: Pkcs11Token },
): Promise<void> {
  const name = nameOfToken(token);
  const { flags } = cryptoki.C_GetTokenInfo(slot);
  if ((flags & CKF.USER_PIN_LOCKED) !== 0) throw pkcs11PinLocked(name, "is locked");
  if ((flags & CKF.USER_PIN_FINAL_TRY) !== 0) throw pkcs11PinLocked(name, "has one try left, which is not spent here");
  const pin = await readPin(name, token.pin);
  try {
    cryptoki.C_Login(handle, CKU_USER, pin);
  } catch (error) {
    // The login is the process's, not the session's: whoever is here already is as far as a right PIN would get.
    if (returnValueOf(error) !== CKR.USER_ALREADY_LOGGED_IN) throw error;
  }
}

async function readPin(token: string, source: Pkcs11Pin): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await source();
  } catch (error) {
    throw isAuraError(error) ? error : pkcs11PinRefused(token, "was not given", error);
  }
  if (bytes.length === 0) throw pkcs11PinRefused(token, "is empty");
  if (bytes.length > PKCS11_PIN_BYTES_MAX) throw pkcs11PinRefused(token, `has more than ${PKCS11_PIN_BYTES_MAX} bytes`);
  const pin = decodeUtf8(bytes);
  if (pin === undefined) throw pkcs11PinRefused(token, "is not UTF-8");
  return pin;
}

function endSession(module: TokenModule, handle: Handle): void {
  module.sessionEnded();
  closeSession(module.cryptoki, handle);
}

function closeSession(cryptoki: Cryptoki, handle: Handle): void {
  try {
    cryptoki.C_CloseSession(handle);
  } catch {
    // It is gone already.
  }
}

/** Labels and serial numbers are padded with blanks to 32 and 16 characters. */
function unpadded(text: string): string {
  return text.replace(/[ \0]+$/, "");
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
