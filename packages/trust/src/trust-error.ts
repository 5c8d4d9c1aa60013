import { AuraError } from "./aura-error.ts";

/** Every expected failure of this package. A code is API for ever. */
export type TrustErrorCode =
  | "trust/not_json"
  | "trust/not_canonical"
  | "trust/not_base64url"
  | "trust/not_unicode"
  | "trust/nonce_refused"
  | "trust/key_refused"
  | "trust/seed_refused"
  | "trust/signature_fault"
  | "trust/claims_refused"
  | "trust/parent_refused"
  | "trust/challenge_refused"
  | "trust/enrolment_spent"
  | "trust/key_set_refused"
  | "trust/constraint_malformed"
  | "trust/random_failed"
  | "trust/key_file_exists"
  | "trust/key_file_missing"
  | "trust/key_file_exposed"
  | "trust/key_file_foreign"
  | "trust/key_file_unusable"
  | "trust/key_file_locked"
  | "trust/passphrase_refused"
  | "trust/private_key_refused"
  | "trust/pkcs11_missing"
  | "trust/pkcs11_module_unusable"
  | "trust/pkcs11_token_not_found"
  | "trust/pkcs11_pin_refused"
  | "trust/pkcs11_pin_locked"
  | "trust/pkcs11_key_not_found"
  | "trust/pkcs11_key_ambiguous"
  | "trust/pkcs11_key_exists"
  | "trust/pkcs11_key_extractable"
  | "trust/pkcs11_key_unusable"
  | "trust/pkcs11_mechanism_missing"
  | "trust/pkcs11_token_lost"
  | "trust/pkcs11_token_failed"
  | "trust/pkcs11_closed"
  | "trust/not_an_entry"
  | "trust/origin_refused"
  | "trust/verifier_key_malformed"
  | "trust/founding_malformed"
  | "trust/tree_refused"
  | "trust/log_line_too_long"
  | "trust/log_line_unended"
  | "trust/log_not_utf8"
  | "trust/chain_foreign"
  | "trust/chain_owned"
  | "trust/chain_full"
  | "trust/chain_damaged"
  | "trust/chain_unsure"
  | "trust/chain_unusable"
  | "trust/chain_closed"
  | "trust/entry_too_large"
  | "trust/outcome_unrecorded"
  | "trust/cosignature_refused"
  | "trust/witness_state_damaged"
  | "trust/namespace_refused"
  | "trust/not_anchored"
  | "trust/org_log_damaged"
  | "trust/tick_refused";

/** Thrown by `@aura/trust` and by nothing else. Match on `code`. */
export class TrustError extends AuraError<TrustErrorCode> {}

/** `where` is a path like `$.tools[2].name`; the value itself never appears in a message. */
export function notJson(where: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/not_json",
    what: `The value at ${where} ${problem}.`,
    why: "Only what JSON carries without loss may be hashed or signed.",
    fix: "Pass null, booleans, finite numbers, well-formed text, plain arrays and objects; send money as text.",
    cause,
  });
}

export function notCanonical(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/not_canonical",
    what: `The text ${problem}.`,
    why: "What is hashed or signed has exactly one spelling (RFC 8785).",
    fix: "Write it with canonicalJson, and pass it on as it is.",
    cause,
  });
}

export function notBase64url(): TrustError {
  return new TrustError({
    code: "trust/not_base64url",
    what: "The text is not base64url.",
    why: "Bytes have exactly one spelling (RFC 4648 section 5), without padding or spare bits.",
    fix: "Write it with encodeBase64url, and pass it on as it is.",
  });
}

export function notUnicode(): TrustError {
  return new TrustError({
    code: "trust/not_unicode",
    what: "The text holds half of a surrogate pair.",
    why: "It has no UTF-8 form.",
    fix: "Pass well-formed text.",
  });
}

export function nonceRefused(): TrustError {
  return new TrustError({
    code: "trust/nonce_refused",
    what: "The nonce is not 32 bytes of base64url.",
    why: "A shorter nonce could be guessed, and the text with it.",
    fix: "Make it with newNonce.",
  });
}

export function keyRefused(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/key_refused",
    what: `The public key ${problem}.`,
    why: "With such a key verifiers would disagree about signatures.",
    fix: "Use an Ed25519 public key as a JWK with kty, crv and x, as generateKey makes it.",
    cause,
  });
}

export function seedRefused(): TrustError {
  return new TrustError({
    code: "trust/seed_refused",
    what: "The seed is not 32 bytes.",
    why: "An Ed25519 private key is exactly 32 bytes (RFC 8032 section 5.1.5).",
    fix: "Pass the 32 bytes, or let generateKey make them.",
  });
}

export function privateKeyRefused(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/private_key_refused",
    what: `The private key ${problem}.`,
    why: "AURA signs with Ed25519 keys and with nothing else, and a signer's two halves are one key's.",
    fix: "Pass the private half of an Ed25519 key that may sign, with its own public half where one is asked for.",
    cause,
  });
}

export function signatureFault(kid: string): TrustError {
  return new TrustError({
    code: "trust/signature_fault",
    what: `The signature just made by the key ${kid} does not verify.`,
    why: "A faulty signature can give the private key away, so it is never released.",
    fix: "Treat the machine or the token as faulty and replace the key.",
  });
}

export function claimsRefused(claim: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/claims_refused",
    what: `The claim ${claim} ${problem}.`,
    why: "Nothing is signed that a verifier would refuse.",
    fix: `Correct ${claim} and issue again.`,
  });
}

export function parentRefused(problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/parent_refused",
    what: `The parent of the delegation ${problem}.`,
    why: "Only the holder of a valid execution token can hand on a part of it.",
    fix: "Sign with the key that its last link is bound to, and pass it on as it was received.",
    cause,
  });
}

export function challengeRefused(problem: string): TrustError {
  return new TrustError({
    code: "trust/challenge_refused",
    what: `The challenge ${problem}.`,
    why: "Who answers any challenge can be enrolled as somebody else.",
    fix: "Ask the agent's own issuer for a new challenge and answer that one.",
  });
}

export function enrolmentSpent(): TrustError {
  return new TrustError({
    code: "trust/enrolment_spent",
    what: "The enrolment gives no credential: it has given one, its challenge has expired, or it was not verified here.",
    why: "One proof of possession stands for one credential, right after it.",
    fix: "Hand out a new challenge and pass on what verifyEnrolment answers.",
  });
}

export function keySetRefused(problem: string): TrustError {
  return new TrustError({
    code: "trust/key_set_refused",
    what: `The key set ${problem}.`,
    why: "Nothing is signed that a verifier would refuse.",
    fix: "Give each key one purpose and a life, name the namespace's origin, and pass the set before as it was opened.",
  });
}

export function constraintMalformed(where: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/constraint_malformed",
    what: `The constraint at ${where} ${problem}.`,
    why: "A limit that is misread is a limit that does not hold.",
    fix: "Write it as the table of constraint types in @aura/trust shows, with exactly those members.",
  });
}

export function randomFailed(): TrustError {
  return new TrustError({
    code: "trust/random_failed",
    what: "The source of random bytes gave the wrong number of bytes.",
    why: "Keys and nonces rest on it.",
    fix: "Use systemRandom, or repair the Random that was passed.",
  });
}
