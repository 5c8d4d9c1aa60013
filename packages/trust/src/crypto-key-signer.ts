import { isAuraError } from "./aura-error.ts";
import { soundSignature } from "./key-signer.ts";
import { admitPublicKey, type PublicKey, publicKeyFromBytes } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { privateKeyRefused } from "./trust-error.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Signed once when a key is taken. It is no signing input of any format of ours, and cannot be read as one. */
const PROBE = encodeUtf8("aura-crypto-key-probe-1");

/** A `CryptoKey`, in the words that the types of browsers and of Node.js share. */
export interface WebCryptoKey {
  readonly type: string;
  readonly algorithm: { readonly name: string };
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

/** What `crypto.subtle` takes here: the types of browsers and of Node.js differ in the usages that they know. */
type GlobalKey = Parameters<typeof crypto.subtle.sign>[1];

/**
 * A signer over a private key that WebCrypto holds, in a browser and elsewhere, which need not be extractable. WebCrypto derives no
 * public key from a private one, so its public half is given, as a `CryptoKey` that can be exported or as we write it; a first
 * signature shows that the two are one key's. Each signature is verified before it is released.
 * @throws `trust/private_key_refused` unless it is a private Ed25519 key that may sign and the public half is its own,
 * `trust/key_refused` if that is not admitted; `sign` rejects with `trust/signature_fault`
 */
export async function signerFromCryptoKey(
  privateKey: WebCryptoKey,
  publicHalf: WebCryptoKey | PublicKey,
): Promise<Signer> {
  requireEd25519(privateKey, "private");
  if (!privateKey.usages.includes("sign")) throw privateKeyRefused("may not be used to sign");
  const publicKey = "kty" in publicHalf ? admitPublicKey(publicHalf) : await readPublicKey(publicHalf);
  const signer: Signer = Object.freeze({
    publicKey,
    async sign(message: Uint8Array) {
      const bytes = Uint8Array.from(message); // WebCrypto takes no shared memory, and the caller may write to its own meanwhile
      const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey as GlobalKey, bytes));
      return soundSignature(publicKey, bytes, signature);
    },
  });
  await requireOneKey(signer);
  return signer;
}

async function readPublicKey(key: WebCryptoKey): Promise<PublicKey> {
  requireEd25519(key, "public");
  return publicKeyFromBytes(new Uint8Array(await crypto.subtle.exportKey("raw", key as GlobalKey)));
}

function requireEd25519({ type, algorithm }: WebCryptoKey, half: "private" | "public"): void {
  if (type !== half) throw privateKeyRefused(`or its public half is a ${type} key where a ${half} one is due`);
  if (algorithm.name !== "Ed25519") throw privateKeyRefused(`or its public half is of ${algorithm.name}, not Ed25519`);
}

async function requireOneKey(signer: Signer): Promise<void> {
  try {
    await signer.sign(PROBE);
  } catch (error) {
    if (!isAuraError(error, "trust/signature_fault")) throw error;
    throw privateKeyRefused("is not the one whose public half was given", error);
  }
}
