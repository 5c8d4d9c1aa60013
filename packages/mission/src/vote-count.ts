import type { ApprovalPool, CastVote } from "./approval.ts";
import type { Approver } from "./approver.ts";
import { mayAnswer } from "./approver.ts";

/** The votes that count now, and whether they are enough. */
export interface VoteCount {
  /** Versions of the entries of the approvals that count, one a person, ascending. */
  readonly versions: readonly number[];
  /** `quorum` persons of the pool approved and nobody rejected. */
  readonly reached: boolean;
}

/**
 * Counts the approvals of one exact request: of persons who are in the pool now, with keys that count now, each once. A
 * rejection ends it, whoever gave it. Pure and monotone: fewer votes, seats or keys never reach what more did not.
 */
export function countVotes(votes: readonly CastVote[], pool: ApprovalPool, approvers: readonly Approver[]): VoteCount {
  if (pool.kind === "unreachable") return { versions: [], reached: false };
  const seated = new Set(pool.seats.map(({ person }) => person));
  const counted = new Map<string, number>();
  for (const { person, kid, choice, version } of votes) {
    if (choice !== "APPROVE") continue;
    if (seated.has(person) && mayAnswer(approvers, person, kid)) counted.set(person, version);
  }
  const rejected = votes.some(({ choice }) => choice === "REJECT");
  const versions = [...counted.values()].toSorted((left, right) => left - right);
  return { versions, reached: !rejected && versions.length >= pool.quorum };
}
