import type { Commitment, Hash } from "@aura/trust";
import { canonicalJson, hashText } from "@aura/trust";
import type { Level } from "./level.ts";

/** One person's answer to one exact request, and what was shown when it was given. */
export interface Vote {
  readonly format: "aura-vote-1";
  readonly namespace: string;
  readonly mission: string;
  /** `null` for a vote on the mission as a whole; then `tool` and `arguments` are `null` as well. */
  readonly call: string | null;
  readonly tool: string | null;
  readonly arguments: Commitment | null;
  readonly boundary: Hash;
  readonly level: Level;
  /** SHA-256 over the text that the person was shown. */
  readonly shown: Hash;
  readonly release: Hash;
  readonly choice: "APPROVE" | "REJECT";
  readonly expiresMs: number;
}

/** What a person signs: SHA-256 over the canonical vote. Pure. */
export function voteDigest(vote: Vote): Hash {
  const { format, namespace, mission, call, tool, boundary, level, shown, release, choice, expiresMs } = vote;
  return hashText(
    canonicalJson({
      format,
      namespace,
      mission,
      call,
      tool,
      arguments: vote.arguments,
      boundary,
      level,
      shown,
      release,
      choice,
      expiresMs,
    }),
  );
}
