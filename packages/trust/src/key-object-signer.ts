import type { KeyObject } from "node:crypto";
import { POINT_BYTES } from "./ed25519-bytes.ts";
import { soundSignature } from "./key-signer.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { publicKeyFromBytes } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { privateKeyRefused } from "./trust-error.ts";

/** A `KeyObject` of `node:crypto`, in words that need no types of Node.js. */
export interface NodeKeyObject {
  readonly type: string;
  readonly asymmetricKeyType?: string | undefined;
}

/**
 * A signer over a private key that `node:crypto` holds (also in Bun and Deno): one that a program got from elsewhere. It is never
 * exported here; its public half is derived inside the engine. Each signature is verified before it is released. Signs on the
 * calling thread, some 50 us. @throws `trust/private_key_refused` unless it is a private Ed25519 key, `trust/key_refused` if its
 * public half is not admitted; `sign` rejects with `trust/signature_fault`
 */
export function signerFromKeyObject(privateKey: NodeKeyObject): Signer {
  const crypto = nodeCrypto();
  if (crypto === undefined) throw privateKeyRefused("is a KeyObject, and this runtime has no node:crypto");
  if (privateKey.type !== "private") throw privateKeyRefused(`is a ${privateKey.type} key`);
  if (privateKey.asymmetricKeyType !== "ed25519")
    throw privateKeyRefused(`is of the kind ${String(privateKey.asymmetricKeyType)}, not Ed25519`);
  const key = privateKey as KeyObject;
  const spki = crypto.createPublicKey(key).export({ format: "der", type: "spki" }); // the key is its last 32 bytes
  const publicKey = publicKeyFromBytes(Uint8Array.from(spki.subarray(-POINT_BYTES)));
  return Object.freeze({
    publicKey,
    async sign(message: Uint8Array) {
      return soundSignature(publicKey, message, Uint8Array.from(crypto.sign(null, message, key)));
    },
  });
}
