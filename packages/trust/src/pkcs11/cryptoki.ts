import type { PKCS11 } from "pkcs11js";

/** What of PKCS #11 is called here, as `pkcs11js` gives it; tests give a token that fails on purpose. @internal */
export type Cryptoki = Pick<
  PKCS11,
  | "C_CloseSession"
  | "C_DestroyObject"
  | "C_Finalize"
  | "C_FindObjects"
  | "C_FindObjectsFinal"
  | "C_FindObjectsInit"
  | "C_GenerateKeyPairAsync"
  | "C_GetAttributeValue"
  | "C_GetMechanismInfo"
  | "C_GetSlotList"
  | "C_GetTokenInfo"
  | "C_Initialize"
  | "C_Login"
  | "C_OpenSession"
  | "C_SignAsync"
  | "C_SignInit"
>;

/** A handle of a session or an object, opaque. @internal */
export type Handle = Buffer;

// The numbers are those of PKCS #11 v3.1, appendix A; `pkcs11js` names those of v2.40, which knew no Ed25519.

/** @internal */
export const CKF = {
  OS_LOCKING_OK: 0x02,
  RW_SESSION: 0x02,
  SERIAL_SESSION: 0x04,
  TOKEN_INITIALIZED: 0x400,
  USER_PIN_FINAL_TRY: 0x2_0000,
  USER_PIN_LOCKED: 0x4_0000,
  SIGN: 0x800,
  GENERATE_KEY_PAIR: 0x1_0000,
} as const;

/** @internal */
export const CKA = {
  CLASS: 0x00,
  TOKEN: 0x01,
  PRIVATE: 0x02,
  LABEL: 0x03,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SENSITIVE: 0x103,
  SIGN: 0x108,
  VERIFY: 0x10a,
  EXTRACTABLE: 0x162,
  NEVER_EXTRACTABLE: 0x164,
  ALWAYS_SENSITIVE: 0x165,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
  ALWAYS_AUTHENTICATE: 0x202,
} as const;

/** @internal */
export const CKO = { PUBLIC_KEY: 2, PRIVATE_KEY: 3 } as const;
/** @internal */
export const CKK_EC_EDWARDS = 0x40;
/** @internal */
export const CKM = { EC_EDWARDS_KEY_PAIR_GEN: 0x1055, EDDSA: 0x1057 } as const;
/** @internal */
export const CKU_USER = 1;
