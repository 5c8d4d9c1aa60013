import type { Decision, DecisionRequest, Governor } from "@aura/mission";
import type { Hash } from "@aura/trust";
import { isStricter } from "./policy/combine.ts";
import { decide, denial, requestDigest, UNREADABLE } from "./policy/decide.ts";
import { releaseDigest, type Release } from "./policy/release.ts";

/**
 * Decides by the stricter of a mission's frozen release and the current one, both evaluated. The answer is one of the two
 * decisions whole, so anybody can compute it again from the release it names; when neither is stricter it is the frozen
 * one's. Holds releases and nothing else: publishing makes a new governor.
 */
export function createGovernor(releases: { readonly current: Release; readonly known: readonly Release[] }): Governor {
  const { current } = releases;
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
  };
}
