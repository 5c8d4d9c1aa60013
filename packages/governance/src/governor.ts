import type { ApprovalPool, ApprovalQuestion, Decision, DecisionRequest, Governor, RuleReason } from "@aura/mission";
import type { Hash } from "@aura/trust";
import { resolveApprovers } from "./authority/resolve-approvers.ts";
import { isStricter } from "./policy/combine.ts";
import { decide, denial, requestDigest, UNREADABLE } from "./policy/decide.ts";
import { releaseDigest, type Release } from "./policy/release.ts";
import { ruleReasons } from "./policy/rule-reasons.ts";

/**
 * Decides by the stricter of a mission's frozen release and the current one, both evaluated. The answer is one of the two
 * decisions whole, so anybody can compute it again from the release it names; when neither is stricter it is the frozen
 * one's. Holds releases and nothing else: publishing makes a new governor.
 */
export function createGovernor(releases: {
  readonly current: Release;
  readonly known: readonly Release[];
  readonly firstApprovers?: readonly string[];
}): Governor {
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
      return isStricter(byCurrent, byFrozen) ? byCurrent : byFrozen;
    },
    resolve(question: ApprovalQuestion): ApprovalPool {
      const release = known.get(question.release);
      if (release === undefined) return { kind: "unreachable", reason: "NO_OWNER", passed: [] };
      return resolveApprovers(release, question, firstApprovers);
    },
    reasons: (rules: readonly string[], release: Hash): readonly RuleReason[] => ruleReasons(rules, known.get(release)),
  };
}
