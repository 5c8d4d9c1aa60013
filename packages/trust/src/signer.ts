import type { PublicKey } from "./public-key.ts";

/** A private key that signs and never shows itself: a key file, a KeyObject, a hardware token. */
export interface Signer {
  /** The Ed25519 public key, admitted by the strict rule. Its `kid` is the RFC 7638 thumbprint. */
  readonly publicKey: PublicKey;
  /** A 64-byte Ed25519 signature (RFC 8032 section 5.1.6) over `message`. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
