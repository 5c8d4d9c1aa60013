import type { Actor, Commitment, Hash, Signer } from "@aura/trust";
import { canonicalJson, leafHash, merkleRoot, signJws } from "@aura/trust";
import type { OutcomeKind } from "./transition.ts";

export const OUTCOME_TYP = "aura-outcome+jwt";

/** Where one stream of a mission ended. */
export interface StreamHead {
  readonly stream: string;
  readonly version: number;
  readonly hash: Hash;
}

/** The payload of the outcome JWS: how a mission came out and everything that it wrote, in one signature. */
export interface Outcome {
  readonly format: "aura-outcome-1";
  readonly namespace: string;
  readonly mission: string;
  readonly kind: OutcomeKind;
  /** A code; `null` when there is nothing to explain. */
  readonly cause: string | null;
  readonly actor: Actor;
  /** `null` if the mission ended before its boundary was frozen. */
  readonly boundary: Hash | null;
  readonly result: Commitment | null;
  /** {@link headsRoot} of every stream of the mission, as it stands before the entry that carries this outcome. */
  readonly heads: Hash;
  readonly streams: number;
  /** A signed tree that covers `finish`; `null` for an abandoned mission. */
  readonly checkpoint: { readonly size: number; readonly root: Hash } | null;
  readonly timeMs: number;
}

/**
 * RFC 6962 section 2.1 root over the heads, sorted by stream; a leaf is the canonical JSON of one head.
 * A receipt that lists the heads proves by it that no stream of the mission is missing. O(streams).
 */
export function headsRoot(heads: readonly StreamHead[]): Hash {
  const sorted = heads.toSorted((left, right) => (left.stream < right.stream ? -1 : 1));
  return merkleRoot(sorted.map(({ hash, stream, version }) => leafHash(canonicalJson({ hash, stream, version }))));
}

/** Compact JWS of the canonical outcome (RFC 7515 section 3.1), by the outcome key. */
export function signOutcome(signer: Signer, outcome: Outcome): Promise<string> {
  const { actor, checkpoint } = outcome;
  return signJws(signer, OUTCOME_TYP, {
    ...outcome,
    actor: { id: actor.id, custody: actor.custody },
    checkpoint: checkpoint && { size: checkpoint.size, root: checkpoint.root },
  });
}
