import { orNothing } from "../aura-error.ts";
import { fromHex, toHex } from "../hex.ts";
import { type PublicKey, publicKeyFromBytes } from "../public-key.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { CKA, CKK_EC_EDWARDS, CKO, type Cryptoki, type Handle } from "./cryptoki.ts";
import { CKR, returnValueOf } from "./token-fault.ts";
import type { TokenSession } from "./token-session.ts";

/** Which key of a token. At least one member is given, and each that is given must hold. */
export interface Pkcs11KeyName {
  readonly label?: string;
  /** CKA_ID as lower-case hex, as the tools of tokens print it. */
  readonly id?: string;
  /** The `kid` of its public key: names one key, whatever else is on the token. */
  readonly kid?: string;
}

/** More keys than this are not looked through. */
export const PKCS11_KEYS_MAX = 1_024;

/** An Ed25519 key pair of a token, as the token describes it. @internal */
export interface TokenKey {
  readonly handle: Handle;
  readonly label: string;
  readonly id: string;
  /** The public keys that the token shows for it: one, unless the token is set up wrong. */
  readonly publicKeys: readonly PublicKey[];
  /** Why it is no key that the token alone can have; `undefined` if it is one. */
  readonly exposure: string | undefined;
  /** Why it cannot sign for us; `undefined` if it can. */
  readonly obstacle: string | undefined;
}

/** The spellings of edwards25519 in CKA_EC_PARAMS: its object identifier (RFC 8410), its name, and the OID of PKCS #11 v3.0. @internal */
export const EDWARDS25519: readonly string[] = [
  "06032b6570",
  `130c${toHex(encodeUtf8("edwards25519"))}`,
  "06092b06010401da470f01",
];

/** The Ed25519 keys of the token whose private half the logged-in user sees. About ten short calls each. @internal */
export function tokenKeys({ cryptoki, handle }: TokenSession, name: Pkcs11KeyName = {}): readonly TokenKey[] {
  const given = [
    ...(name.label === undefined ? [] : [{ type: CKA.LABEL, value: name.label }]),
    ...(name.id === undefined ? [] : [{ type: CKA.ID, value: Buffer.from(fromHex(name.id)) }]),
  ];
  return findObjects(cryptoki, handle, [{ type: CKA.CLASS, value: CKO.PRIVATE_KEY }, ...given])
    .flatMap((key) => describeOrNothing(cryptoki, handle, key))
    .filter(({ publicKeys }) => name.kid === undefined || publicKeys.some(({ kid }) => kid === name.kid));
}

/** An object that another process destroyed since it was found is not there. */
function describeOrNothing(cryptoki: Cryptoki, session: Handle, key: Handle): readonly TokenKey[] {
  try {
    return [describe(cryptoki, session, key)];
  } catch (error) {
    if (returnValueOf(error) === CKR.OBJECT_HANDLE_INVALID) return [];
    throw error;
  }
}

function describe(cryptoki: Cryptoki, session: Handle, key: Handle): TokenKey {
  const read = (attribute: number) => attributeOf(cryptoki, session, key, attribute);
  const id = read(CKA.ID) ?? Buffer.alloc(0);
  const label = read(CKA.LABEL) ?? Buffer.alloc(0);
  const publicKeys = publicKeysOf(cryptoki, session, { key, id, label });
  return {
    handle: key,
    label: decodeUtf8(label) ?? "",
    id: toHex(id),
    publicKeys,
    exposure: exposureOf(read),
    obstacle: obstacleOf(read, publicKeys),
  };
}

type AttributeReader = (attribute: number) => Buffer | undefined;

/** Each of the four must be said by the token; what it does not say counts against the key. */
function exposureOf(read: AttributeReader): string | undefined {
  if (!isTrue(read(CKA.SENSITIVE))) return "can be read off the token";
  if (!isFalse(read(CKA.EXTRACTABLE))) return "can be taken off the token";
  const stayed = isTrue(read(CKA.ALWAYS_SENSITIVE)) && isTrue(read(CKA.NEVER_EXTRACTABLE));
  return stayed ? undefined : "was brought from elsewhere, or could leave the token once";
}

function obstacleOf(read: AttributeReader, publicKeys: readonly PublicKey[]): string | undefined {
  const parameters = read(CKA.EC_PARAMS);
  if (parameters !== undefined && !EDWARDS25519.includes(toHex(parameters))) return "is not on the curve edwards25519";
  if (!isTrue(read(CKA.SIGN))) return "may not sign";
  if (isTrue(read(CKA.ALWAYS_AUTHENTICATE))) return "asks for the PIN at each signature";
  return publicKeys.length === 0 ? "has no public half on the token that is an Ed25519 key" : undefined;
}

/** From the private object itself, where a token keeps it there, or from the public objects of the same id (or label, without one). */
function publicKeysOf(
  cryptoki: Cryptoki,
  session: Handle,
  { key, id, label }: { readonly key: Handle; readonly id: Buffer; readonly label: Buffer },
): readonly PublicKey[] {
  const own = attributeOf(cryptoki, session, key, CKA.EC_POINT);
  const same = id.length > 0 ? { type: CKA.ID, value: id } : { type: CKA.LABEL, value: label };
  const points =
    own === undefined
      ? findObjects(cryptoki, session, [{ type: CKA.CLASS, value: CKO.PUBLIC_KEY }, same]).map((object) =>
          attributeOf(cryptoki, session, object, CKA.EC_POINT),
        )
      : [own];
  const keys = points.flatMap((point) => (point === undefined ? [] : (readPoint(point) ?? [])));
  return [...new Map(keys.map((one) => [one.kid, one])).values()];
}

/** CKA_EC_POINT: 32 bytes (RFC 8032), bare or in a DER OCTET STRING or BIT STRING; tokens do each. Admitted by the strict rule. @internal */
export function readPoint(point: Uint8Array): PublicKey | undefined {
  const hex = toHex(point);
  const [, bytes] = /^(?:0420|032100)?([0-9a-f]{64})$/.exec(hex) ?? [];
  return bytes === undefined ? undefined : orNothing(() => publicKeyFromBytes(fromHex(bytes)));
}

/** `undefined` where the object has no such attribute, or does not show it. */
function attributeOf(cryptoki: Cryptoki, session: Handle, object: Handle, attribute: number): Buffer | undefined {
  try {
    const [found] = cryptoki.C_GetAttributeValue(session, object, [{ type: attribute }]);
    return found === undefined || found.value.length === 0 ? undefined : Buffer.from(found.value);
  } catch (error) {
    const value = returnValueOf(error);
    if (value === CKR.ATTRIBUTE_TYPE_INVALID || value === CKR.ATTRIBUTE_SENSITIVE) return undefined;
    throw error;
  }
}

function findObjects(
  cryptoki: Cryptoki,
  session: Handle,
  template: readonly { readonly type: number; readonly value: number | string | Buffer }[],
): readonly Handle[] {
  cryptoki.C_FindObjectsInit(session, [...template, { type: CKA.KEY_TYPE, value: CKK_EC_EDWARDS }]);
  try {
    return cryptoki.C_FindObjects(session, PKCS11_KEYS_MAX);
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

function isTrue(value: Buffer | undefined): boolean {
  return value?.length === 1 && value[0] === 1;
}

function isFalse(value: Buffer | undefined): boolean {
  return value?.length === 1 && value[0] === 0;
}
