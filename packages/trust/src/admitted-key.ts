import type * as NodeCrypto from "node:crypto";
import { orNothing } from "./aura-error.ts";
import { decodeBase64url } from "./base64url.ts";
import { isCanonicalY, isSmallOrder, POINT_BYTES } from "./ed25519-bytes.ts";
import { isPoint } from "./ed25519-points.ts";
import { hashText } from "./hash.ts";
import type { PublicKey } from "./public-key.ts";
import { keyRefused } from "./trust-error.ts";

/** Keys that stay prepared. A runtime sees a handful of issuers and one key an agent instance. */
export const ADMITTED_KEYS_MAX = 1_024;

/** A key that passed admission, with what verifying needs at hand. */
export interface AdmittedKey {
  readonly publicKey: PublicKey;
  readonly bytes: Uint8Array;
  nativeKey(crypto: typeof NodeCrypto): NodeCrypto.KeyObject;
}

/** Insertion order is use order, kept while half or more is taken: the oldest goes when the cache is full. */
const admitted = new Map<string, AdmittedKey>();

/** Admits the key whose `x` is given, from the cache if it was seen lately. @throws `trust/key_refused` */
export function admitKey(x: string): AdmittedKey {
  let key = admitted.get(x);
  if (key === undefined || admitted.size >= ADMITTED_KEYS_MAX / 2) {
    key ??= prepare(x);
    admitted.delete(x);
    admitted.set(x, key);
    if (admitted.size > ADMITTED_KEYS_MAX) admitted.delete(admitted.keys().next().value ?? x);
  }
  return key;
}

/** The admitted form of a key, or undefined if it would be refused or its `kid` is not its thumbprint. */
export function findAdmittedKey(key: PublicKey): AdmittedKey | undefined {
  const found = orNothing(() => admitKey(key.x));
  return found?.publicKey.kid === key.kid ? found : undefined;
}

/** How many keys are prepared now; for tests of the bound. @internal */
export function admittedKeyCount(): number {
  return admitted.size;
}

function prepare(x: string): AdmittedKey {
  const bytes = admitBytes(x);
  const publicKey: PublicKey = Object.freeze({ kty: "OKP", crv: "Ed25519", x, kid: thumbprint(x) });
  let native: NodeCrypto.KeyObject | undefined;
  return {
    publicKey,
    bytes,
    nativeKey: (crypto) =>
      (native ??= crypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })),
  };
}

function admitBytes(x: string): Uint8Array {
  const bytes = orNothing(() => decodeBase64url(x));
  if (bytes?.length !== POINT_BYTES) throw keyRefused("is not 32 bytes in the one spelling of base64url");
  if (!isCanonicalY(bytes)) throw keyRefused("is not the canonical encoding of a point");
  if (isSmallOrder(bytes)) throw keyRefused("is a point of small order, under which anything verifies");
  if (!isPoint(bytes)) throw keyRefused("is not a point of the curve");
  return bytes;
}

/** RFC 7638 section 3 over the members that RFC 8037 section 2 requires, in that order. */
function thumbprint(x: string): string {
  return hashText(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`);
}
