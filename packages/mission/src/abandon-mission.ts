import type { Actor } from "@aura/trust";
import { advance } from "./advance.ts";
import { missionHeads } from "./mission-heads.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { headsRoot, signOutcome } from "./outcome.ts";
import type { OutcomeKind } from "./transition.ts";

/**
 * Ends a mission that never ran: from each of the five states before IN_PROGRESS to CLOSED, with a signed outcome that
 * names the heads before it: its own stream only, for nothing stands below it before `start`. One unit. @throws as `advance`
 */
export function abandonMission(
  world: MissionWorld,
  id: string,
  end: { readonly kind: Exclude<OutcomeKind, "SUCCEEDED">; readonly cause: string; readonly actor: Actor },
): Promise<Mission> {
  const { kind, cause, actor } = end;
  return advance(world, id, "abandon", async ({ fold: mission }) => {
    const heads = await missionHeads(world, id);
    const cameOut = {
      format: "aura-outcome-1",
      namespace: world.context.namespace,
      mission: id,
      kind,
      cause,
      actor,
      boundary: mission.boundary ?? null,
      result: null,
      heads: headsRoot(heads),
      streams: heads.length,
      checkpoint: null,
    } as const;
    return {
      draft: async (timeMs) => {
        const outcome = await signOutcome(world.outcomeSigner, { ...cameOut, timeMs });
        return { type: "mission.abandoned", actor, data: { outcome, kind, code: cause } };
      },
    };
  });
}
