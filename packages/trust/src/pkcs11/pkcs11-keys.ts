import type { PublicKey } from "../public-key.ts";
import type { Random } from "../random.ts";
import { isAuraError } from "../aura-error.ts";
import { fromHex, toHex } from "../hex.ts";
import { systemRandom } from "../system-random.ts";
import type { TrustErrorCode } from "../trust-error.ts";
import { CKA, CKK_EC_EDWARDS, CKM, CKO, type Handle } from "./cryptoki.ts";
import { admitTokenKey, nameOfKey } from "./find-token-key.ts";
import { pkcs11KeyExists, pkcs11KeyUnusable } from "./token-error.ts";
import { CURVE_UNKNOWN, returnValueOf, tokenFault } from "./token-fault.ts";
import { EDWARDS25519, type TokenKey, tokenKeys } from "./token-key.ts";
import { type TokenModule, tokenModule } from "./token-module.ts";
import { openSession, type Pkcs11Token, type TokenSession } from "./token-session.ts";
import { proveTokenKey, requireMechanism } from "./token-signature.ts";

/** An Ed25519 key on a token. */
export interface Pkcs11Key {
  readonly label: string;
  /** CKA_ID as lower-case hex. */
  readonly id: string;
  /** `undefined` where the token shows none, or several. */
  readonly publicKey: PublicKey | undefined;
  /** The code with which `openPkcs11Signer` would refuse it; `undefined` for a key that it would open. */
  readonly refusal: TrustErrorCode | undefined;
}

/** The bytes of an id that is not given. */
export const PKCS11_ID_BYTES = 16;

/**
 * Makes an Ed25519 key on the token that no one can take off it: CKA_SENSITIVE, not CKA_EXTRACTABLE. The key exists on this
 * one token only: a backup is a second key on a second token, enrolled beside it. It has signed once when this resolves.
 * A label is used once on a token; of two who take one at the same time both may be refused, and never two keys are left.
 * @throws `trust/pkcs11_key_exists`, `trust/pkcs11_key_unusable`, and what `openPkcs11Signer` throws
 */
export async function createPkcs11Key(
  token: Pkcs11Token,
  key: { readonly label: string; readonly id?: string },
  random: Random = systemRandom,
): Promise<Pkcs11Key & { readonly publicKey: PublicKey }> {
  return createKeyOn(await tokenModule(token.modulePath), token, {
    label: key.label,
    id: key.id ?? toHex(random.bytes(PKCS11_ID_BYTES)),
  });
}

/** The Ed25519 keys that the PIN shows, at most `PKCS11_KEYS_MAX`, in the token's order. @throws what `openPkcs11Signer` throws of the token */
export async function listPkcs11Keys(token: Pkcs11Token): Promise<readonly Pkcs11Key[]> {
  return listKeysOn(await tokenModule(token.modulePath), token);
}

/** {@link listPkcs11Keys} on a module that is loaded. @internal */
export async function listKeysOn(module: TokenModule, token: Pkcs11Token): Promise<readonly Pkcs11Key[]> {
  return during(module, token, "read", async (session) => tokenKeys(session).map((key) => factsOf(session.token, key)));
}

/** {@link createPkcs11Key} on a module that is loaded. @internal */
export async function createKeyOn(
  module: TokenModule,
  token: Pkcs11Token,
  name: { readonly label: string; readonly id: string },
): Promise<Pkcs11Key & { readonly publicKey: PublicKey }> {
  const words = nameOfKey(name);
  return during(module, token, "write", async (session) => {
    if (name.label === "" || !/^(?:[0-9a-f]{2})+$/.test(name.id))
      throw pkcs11KeyUnusable(session.token, words, "has no label, or an id that is not hex");
    requireMechanism(session, "generate");
    requireMechanism(session, "sign");
    if (isTaken(session, name)) throw pkcs11KeyExists(session.token, words);
    const pair = await generatePair(session, name);
    try {
      const made = tokenKeys(session, name);
      const [key] = made;
      if (key === undefined || made.length > 1 || tokenKeys(session, { label: name.label }).length > 1)
        throw pkcs11KeyExists(session.token, words); // somebody made one meanwhile
      const { publicKey } = admitTokenKey(session.token, key, words);
      await proveTokenKey(session, { handle: key.handle, publicKey }, words);
      return { ...factsOf(session.token, key), publicKey };
    } catch (error) {
      for (const handle of pair) session.cryptoki.C_DestroyObject(session.handle, handle);
      throw error;
    }
  });
}

async function during<Result>(
  module: TokenModule,
  token: Pkcs11Token,
  access: "read" | "write",
  act: (session: TokenSession) => Promise<Result>,
): Promise<Result> {
  module.enter();
  try {
    return await module.exclusively(async () => {
      const session = await openSession(module, token, access);
      try {
        return await act(session);
      } catch (error) {
        throw tokenFault(session.token, error);
      } finally {
        session.end();
      }
    });
  } finally {
    module.leave();
  }
}

function isTaken(session: TokenSession, { label, id }: { readonly label: string; readonly id: string }): boolean {
  return tokenKeys(session, { label }).length + tokenKeys(session, { id }).length > 0;
}

/** Tokens differ in how they spell the curve: the first spelling that this one takes. */
async function generatePair(
  session: TokenSession,
  name: { readonly label: string; readonly id: string },
): Promise<readonly Handle[]> {
  let refused: unknown;
  for (const parameters of EDWARDS25519) {
    try {
      return await generateOn(session, name, parameters);
    } catch (error) {
      if (!CURVE_UNKNOWN.has(returnValueOf(error) ?? 0)) throw error;
      refused = error;
    }
  }
  throw refused;
}

async function generateOn(
  { cryptoki, handle }: TokenSession,
  { label, id }: { readonly label: string; readonly id: string },
  parameters: string,
): Promise<readonly Handle[]> {
  const both = [
    { type: CKA.TOKEN, value: true },
    { type: CKA.KEY_TYPE, value: CKK_EC_EDWARDS },
    { type: CKA.LABEL, value: label },
    { type: CKA.ID, value: Buffer.from(fromHex(id)) },
  ];
  const { publicKey, privateKey } = await cryptoki.C_GenerateKeyPairAsync(
    handle,
    { mechanism: CKM.EC_EDWARDS_KEY_PAIR_GEN },
    [
      ...both,
      { type: CKA.CLASS, value: CKO.PUBLIC_KEY },
      { type: CKA.PRIVATE, value: false },
      { type: CKA.VERIFY, value: true },
      { type: CKA.EC_PARAMS, value: Buffer.from(fromHex(parameters)) },
    ],
    [
      ...both,
      { type: CKA.CLASS, value: CKO.PRIVATE_KEY },
      { type: CKA.PRIVATE, value: true },
      { type: CKA.SENSITIVE, value: true },
      { type: CKA.EXTRACTABLE, value: false },
      { type: CKA.SIGN, value: true },
    ],
  );
  return [privateKey, publicKey];
}

function factsOf(token: string, key: TokenKey): Pkcs11Key {
  const { label, id, publicKeys } = key;
  return { label, id, publicKey: publicKeys.length === 1 ? publicKeys[0] : undefined, refusal: refusalOf(token, key) };
}

function refusalOf(token: string, key: TokenKey): TrustErrorCode | undefined {
  try {
    admitTokenKey(token, key, nameOfKey({ label: key.label, id: key.id }));
    return undefined;
  } catch (error) {
    if (isAuraError<TrustErrorCode>(error)) return error.code;
    throw error;
  }
}
