/** Ed25519 keys that never leave a PKCS #11 token. Needs `pkcs11js`, an optional peer of this package, and Node.js. */
export { createPkcs11Key, listPkcs11Keys, type Pkcs11Key, PKCS11_ID_BYTES } from "./pkcs11/pkcs11-keys.ts";
export { openPkcs11Signer, type Pkcs11Signer } from "./pkcs11/pkcs11-signer.ts";
export { type Pkcs11KeyName, PKCS11_KEYS_MAX } from "./pkcs11/token-key.ts";
export { type Pkcs11Pin, PKCS11_PIN_BYTES_MAX, type Pkcs11Token } from "./pkcs11/token-session.ts";
