export { AuraError, isAuraError, type ErrorText } from "./aura-error.ts";
export { decodeBase64url, encodeBase64url } from "./base64url.ts";
export type { Brand } from "./brand.ts";
export {
  canonicalJson,
  JSON_BYTES_MAX,
  JSON_DEPTH_MAX,
  type JsonLimits,
  parseCanonicalJson,
} from "./canonical-json.ts";
export type { Clock } from "./clock.ts";
export { commit, newNonce } from "./commitment.ts";
export { type Constraint, CONSTRAINT_DEPTH_MAX, CONSTRAINT_ITEMS_MAX, type Constraints } from "./constraint.ts";
export { type Answer, evaluateConstraint, evaluateConstraints } from "./evaluate-constraint.ts";
export { parseConstraint, parseConstraints } from "./parse-constraint.ts";
export { subsumes, subsumesConstraints } from "./subsumes.ts";
export { type Actor, type Commitment, type Custody, ENTRY_BYTES_MAX, type Entry, type Hash } from "./entry.ts";
export { hashBytes, hashText, sha256 } from "./hash.ts";
export { invariant, InvariantViolation, unreachable } from "./invariant.ts";
export type { JsonObject, JsonValue } from "./json-value.ts";
export { verifyEd25519 } from "./ed25519.ts";
export { JWS_CHARS_MAX, type JwsRefusal, type JwsVerification, signJws, verifyJws } from "./jws.ts";
export { generateKey, signerFromSeed } from "./key-signer.ts";
export { admitPublicKey, admitTrustAnchor, type PublicKey, publicKeyBytes, publicKeyFromBytes } from "./public-key.ts";
export type { Random } from "./random.ts";
export type { Signer } from "./signer.ts";
export { systemClock } from "./system-clock.ts";
export { systemRandom } from "./system-random.ts";
export { TrustError, type TrustErrorCode } from "./trust-error.ts";
export { uuidv7 } from "./uuid.ts";
