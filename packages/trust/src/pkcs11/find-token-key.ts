import type { PublicKey } from "../public-key.ts";
import { pkcs11KeyAmbiguous, pkcs11KeyExtractable, pkcs11KeyNotFound, pkcs11KeyUnusable } from "./token-error.ts";
import { type Pkcs11KeyName, type TokenKey, tokenKeys } from "./token-key.ts";
import type { TokenSession } from "./token-session.ts";

/** A key that is alone under its name, lives on the token alone and can sign. @internal */
export interface SigningKey {
  readonly key: TokenKey;
  readonly publicKey: PublicKey;
}

/**
 * The one key of that name.
 * @throws `trust/pkcs11_key_not_found`, `trust/pkcs11_key_ambiguous`, `trust/pkcs11_key_extractable`, `trust/pkcs11_key_unusable`
 * @internal
 */
export function findTokenKey(session: TokenSession, name: Pkcs11KeyName): SigningKey {
  const { token } = session;
  const words = nameOfKey(name);
  if (Object.values(name).every((given) => given === undefined) || !/^(?:[0-9a-f]{2})*$/.test(name.id ?? ""))
    throw pkcs11KeyNotFound(token, words);
  const keys = tokenKeys(session, name);
  const [key] = keys;
  if (key === undefined) throw pkcs11KeyNotFound(token, words);
  if (keys.length > 1) throw pkcs11KeyAmbiguous(token, words, `is there ${keys.length} times`);
  return admitTokenKey(token, key, words);
}

/** @throws `trust/pkcs11_key_extractable`, `trust/pkcs11_key_unusable`, `trust/pkcs11_key_ambiguous`. @internal */
export function admitTokenKey(token: string, key: TokenKey, words: string): SigningKey {
  if (key.exposure !== undefined) throw pkcs11KeyExtractable(token, words, key.exposure);
  const [publicKey, ...others] = key.publicKeys;
  if (key.obstacle !== undefined || publicKey === undefined)
    throw pkcs11KeyUnusable(token, words, key.obstacle ?? "has no public half on the token");
  if (others.length > 0) throw pkcs11KeyAmbiguous(token, words, "has several public halves on the token");
  return { key, publicKey };
}

/** @internal */
export function nameOfKey({ label, id, kid }: Pkcs11KeyName): string {
  const names = [
    ...(label === undefined ? [] : [JSON.stringify(label)]),
    ...(id === undefined ? [] : [`with the id ${id}`]),
    ...(kid === undefined ? [] : [`with the kid ${kid}`]),
  ];
  return names.length === 0 ? "without a name" : names.join(" ");
}
