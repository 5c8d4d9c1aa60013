import { canonicalJson, hashText } from "@aura/trust";
import { RUNTIME, advance } from "./advance.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";

/**
 * CREATED to PLANNING: freezes the context, which is who does what for which definition, and records its digest.
 * One unit. @throws as `advance`
 */
export function planMission(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "plan", async ({ fold: mission }) => ({
    draft: () => ({ type: "mission.planned", actor: RUNTIME, data: { context: contextDigest(world, mission) } }),
  }));
}

/** Over names and a commitment, never over a text: a digest in the log must not confirm a guess. */
function contextDigest(world: MissionWorld, mission: Mission): string {
  return hashText(
    canonicalJson({
      format: "aura-context-1",
      namespace: world.context.namespace,
      mission: mission.id,
      agent: mission.agent,
      definition: mission.definition,
    }),
  );
}
