/** An Ed25519 public key as a JWK (RFC 8037 section 2). `kid` is its RFC 7638 SHA-256 thumbprint. */
export interface PublicKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** 32 bytes, base64url without padding. */
  readonly x: string;
  readonly kid: string;
}
