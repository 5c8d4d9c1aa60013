import type { ApprovalPool, ApprovalQuestion, Decision, DecisionRequest, Governor, RuleReason } from "@aura/mission";
import type { Hash } from "@aura/trust";
import { graphOf } from "./authority/graph.ts";
import { resolveApprovers } from "./authority/resolve-approvers.ts";
import { mergeReservations } from "./budget/reserve.ts";
import { isStricter } from "./policy/combine.ts";
import { decide, denial, requestDigest, UNREADABLE } from "./policy/decide.ts";
import { releaseDigest, type Release } from "./policy/release.ts";
import { ruleReasons } from "./policy/rule-reasons.ts";

/** What a governor is made of. */
export interface GovernorReleases {
  /** In force now. */
  readonly current: Release;
  /** Every release that a mission may be bound by. */
  readonly known: readonly Release[];
  /** Persons of the founding: they hold every level until a release seats people. */
  readonly firstApprovers?: readonly string[];
}

/**
 * Decides by the stricter of a mission's frozen release and the current one, both evaluated. The answer is one of the two
 * decisions whole, so anybody can compute it again from the release it names; when neither is stricter it is the frozen
 * one's. Where both permit, the intent must fit under the budgets of both: the reservations are those of either, and the
 * lower ceiling where they share a counter. Who answers is asked of the question's release, but nobody whom the current one
 * does not let answer. Holds releases and nothing else: publishing makes a new governor.
 */
export function createGovernor(releases: GovernorReleases): Governor {
  const { current, firstApprovers = [] } = releases;
  const currentDigest = releaseDigest(current);
  const known = new Map<Hash, Release>([...releases.known, current].map((one) => [releaseDigest(one), one]));
  return {
    current: () => currentDigest,
    decide(request: DecisionRequest, frozen: Hash): Decision {
      const bound = known.get(frozen);
      if (bound === undefined) return denial("release/unknown", frozen, requestDigest(request) ?? UNREADABLE);
      const byFrozen = decide(bound, request);
      if (frozen === currentDigest) return byFrozen;
      const byCurrent = decide(current, request);
      if (isStricter(byCurrent, byFrozen)) return byCurrent;
      return byFrozen.kind === "PERMIT" ? withReservations(byFrozen, byCurrent) : byFrozen;
    },
    resolve(question: ApprovalQuestion): ApprovalPool {
      const release = known.get(question.release);
      if (release === undefined) return { kind: "unreachable", reason: "NO_OWNER", passed: [] };
      try {
        return resolveApprovers(release, question, { firstApprovers, barred: barredBy(current) });
      } catch {
        return { kind: "unreachable", reason: "QUORUM_UNREACHABLE", passed: [] };
      }
    },
    reasons: (rules: readonly string[], release: Hash): readonly RuleReason[] => ruleReasons(rules, known.get(release)),
  };
}

function withReservations(decision: Decision, other: Decision): Decision {
  const reservations = mergeReservations(decision.reservations ?? [], other.reservations ?? []);
  return reservations.length === 0 ? decision : { ...decision, reservations };
}

/** Who has left or was suspended since a mission froze its release answers for it no longer. */
function barredBy(current: Release): (person: string) => boolean {
  const { people, seatsPeople } = graphOf(current);
  return (person) => people.get(person)?.suspended === true || (seatsPeople && !people.has(person));
}
