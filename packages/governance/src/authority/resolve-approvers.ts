import type { ApprovalPool, ApprovalQuestion } from "@aura/mission";
import type { Release } from "../policy/release.ts";

/**
 * Who may answer what was escalated, by the authority graph of one release. Pure: absences and delegations are judged at
 * `question.nowMs`. `firstApprovers` hold every level as long as the release seats nobody.
 */
export function resolveApprovers(
  release: Release,
  question: ApprovalQuestion,
  firstApprovers: readonly string[] = [],
): ApprovalPool {
  void release;
  const persons = [...new Set(firstApprovers)].filter((person) => !question.excluded.includes(person)).toSorted();
  if (persons.length === 0) return { kind: "unreachable", reason: "NO_OWNER", passed: [] };
  const seats = persons.map((person) => ({
    person,
    position: FIRST_APPROVERS,
    level: question.level,
    delegation: null,
  }));
  return { kind: "pool", level: question.level, quorum: 1, seats, passed: [] };
}

/** The position that the founding's approvers answer for, until a release seats people. No release can name one like it. */
export const FIRST_APPROVERS = "founding/approvers";
