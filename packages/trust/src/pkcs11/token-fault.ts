import { isAuraError } from "../aura-error.ts";
import {
  pkcs11MechanismMissing,
  pkcs11PinLocked,
  pkcs11PinRefused,
  pkcs11TokenFailed,
  pkcs11TokenLost,
} from "./token-error.ts";

/** What a PKCS #11 function returned instead of CKR_OK (PKCS #11 v3.1, section 5.1 and appendix A). @internal */
export const CKR = {
  SLOT_ID_INVALID: 0x03,
  GENERAL_ERROR: 0x05,
  CANT_LOCK: 0x0a,
  ATTRIBUTE_SENSITIVE: 0x11,
  ATTRIBUTE_TYPE_INVALID: 0x12,
  ATTRIBUTE_VALUE_INVALID: 0x13,
  DEVICE_ERROR: 0x30,
  DEVICE_REMOVED: 0x32,
  FUNCTION_NOT_SUPPORTED: 0x54,
  KEY_HANDLE_INVALID: 0x60,
  MECHANISM_INVALID: 0x70,
  MECHANISM_PARAM_INVALID: 0x71,
  OBJECT_HANDLE_INVALID: 0x82,
  OPERATION_ACTIVE: 0x90,
  OPERATION_NOT_INITIALIZED: 0x91,
  PIN_INCORRECT: 0xa0,
  PIN_INVALID: 0xa1,
  PIN_LEN_RANGE: 0xa2,
  PIN_EXPIRED: 0xa3,
  PIN_LOCKED: 0xa4,
  SESSION_CLOSED: 0xb0,
  SESSION_HANDLE_INVALID: 0xb3,
  TEMPLATE_INCONSISTENT: 0xd1,
  TOKEN_NOT_PRESENT: 0xe0,
  TOKEN_NOT_RECOGNIZED: 0xe1,
  USER_ALREADY_LOGGED_IN: 0x100,
  USER_NOT_LOGGED_IN: 0x101,
  USER_PIN_NOT_INITIALIZED: 0x102,
  DOMAIN_PARAMS_INVALID: 0x130,
  CURVE_NOT_SUPPORTED: 0x140,
  CRYPTOKI_NOT_INITIALIZED: 0x190,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
} as const;

/** The parameters of a curve that a token does not know. @internal */
export const CURVE_UNKNOWN: ReadonlySet<number> = new Set([
  CKR.ATTRIBUTE_VALUE_INVALID,
  CKR.CURVE_NOT_SUPPORTED,
  CKR.DOMAIN_PARAMS_INVALID,
  CKR.TEMPLATE_INCONSISTENT,
]);

const MECHANISM_UNKNOWN: ReadonlySet<number> = new Set([
  ...CURVE_UNKNOWN,
  CKR.FUNCTION_NOT_SUPPORTED,
  CKR.MECHANISM_INVALID,
  CKR.MECHANISM_PARAM_INVALID,
]);

/** A session that is no longer what it was: the token went, or somebody logged it out or ended the module. */
const SESSION_GONE: ReadonlySet<number> = new Set([
  CKR.SLOT_ID_INVALID,
  CKR.GENERAL_ERROR,
  CKR.DEVICE_ERROR,
  CKR.DEVICE_REMOVED,
  CKR.KEY_HANDLE_INVALID,
  CKR.OBJECT_HANDLE_INVALID,
  CKR.OPERATION_ACTIVE,
  CKR.OPERATION_NOT_INITIALIZED,
  CKR.SESSION_CLOSED,
  CKR.SESSION_HANDLE_INVALID,
  CKR.TOKEN_NOT_PRESENT,
  CKR.TOKEN_NOT_RECOGNIZED,
  CKR.USER_NOT_LOGGED_IN,
  CKR.CRYPTOKI_NOT_INITIALIZED,
]);

const PIN_PROBLEMS: ReadonlyMap<number, string> = new Map([
  [CKR.PIN_INCORRECT, "is wrong"],
  [CKR.PIN_INVALID, "is not one that the token can have"],
  [CKR.PIN_LEN_RANGE, "is shorter or longer than the token's can be"],
  [CKR.PIN_EXPIRED, "has expired and must be changed with the vendor's tool"],
  [CKR.USER_PIN_NOT_INITIALIZED, "was never set on the token"],
]);

/** The return value behind an error of `pkcs11js`; `undefined` for every other error. @internal */
export function returnValueOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "number" && error.code > 0 ? error.code : undefined;
}

/** Whether the session must be opened anew before anything else is asked of it. @internal */
export function isSessionGone(error: unknown): boolean {
  return SESSION_GONE.has(returnValueOf(error) ?? 0);
}

/** The typed error of what the token answered; an error of ours stays, and so does one that no token made. @internal */
export function tokenFault(token: string, error: unknown): unknown {
  const value = returnValueOf(error);
  if (value === undefined || isAuraError(error)) return error;
  const pinProblem = PIN_PROBLEMS.get(value);
  if (pinProblem !== undefined) return pkcs11PinRefused(token, pinProblem, error);
  if (value === CKR.PIN_LOCKED) return pkcs11PinLocked(token, "is locked", error);
  if (MECHANISM_UNKNOWN.has(value)) return pkcs11MechanismMissing(token, "has no Ed25519", error);
  if (SESSION_GONE.has(value)) return pkcs11TokenLost(token, error);
  return pkcs11TokenFailed(token, error instanceof Error ? error.message : String(value), error);
}
