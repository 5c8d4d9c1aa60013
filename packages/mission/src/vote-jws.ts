import type { JsonObject, Signer } from "@aura/trust";
import { isCommitment, isHash, signJws } from "@aura/trust";
import { LEVELS } from "./level.ts";
import type { Vote } from "./vote.ts";

/** Media type of a signed vote, without `application/`. */
export const VOTE_TYP = "aura-vote+jwt";

/**
 * A person's signed answer: a compact JWS (RFC 7515 section 7.1), Ed25519, whose payload is the canonical vote.
 * @throws `trust/not_json`, `trust/signature_fault`
 */
export function signVote(signer: Signer, vote: Vote): Promise<string> {
  return signJws(signer, VOTE_TYP, vote as unknown as JsonObject);
}

/** The vote that a verified payload is; `undefined` unless it has exactly the members of the format. Pure. */
export function parseVote(payload: JsonObject): Vote | undefined {
  const isVote =
    Object.keys(payload).length === Object.keys(MEMBERS).length &&
    Object.entries(MEMBERS).every(([name, is]) => Object.hasOwn(payload, name) && is(payload[name]));
  return isVote ? (payload as unknown as Vote) : undefined;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isTextOrNull: Check = (value) => value === null || typeof value === "string";

const MEMBERS: { readonly [Member in keyof Vote]: Check } = {
  format: (value) => value === "aura-vote-1",
  namespace: isText,
  mission: isText,
  call: isTextOrNull,
  tool: isTextOrNull,
  arguments: (value) => value === null || isCommitment(value),
  boundary: (value) => isHash(value),
  level: (value) => LEVELS.some((level) => level === value),
  shown: (value) => isHash(value),
  release: (value) => isHash(value),
  choice: (value) => value === "APPROVE" || value === "REJECT",
  expiresMs: (value) => Number.isSafeInteger(value),
};
