import { invariant } from "@aura/trust";
import { RUNTIME, advance } from "./advance.ts";
import { missionHeads } from "./mission-heads.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { headsRoot, signOutcome } from "./outcome.ts";
import { missionStream } from "./stream-name.ts";

/**
 * EXECUTED to CLOSED: signs the outcome after a checkpoint over `finish`. From `finish` on nothing can be added to the
 * mission's streams, so the heads that it names are its last. One unit. @throws as `advance`
 */
export function sealMission(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "seal", async ({ fold: mission, head }) => {
    const { namespace } = world.context;
    const finish = await world.store.position(world.context, missionStream(id), head.version);
    invariant(finish !== undefined, "the newest entry of a stream has a position");
    const { size, root } = await world.checkpoints.covering(namespace, finish);
    invariant(size > finish, "the checkpoint covers finish");
    const heads = await missionHeads(world, id);
    const { outcomeKind, outcomeCode, endedBy } = mission;
    invariant(outcomeKind !== undefined && endedBy !== undefined, "an executed mission came out somehow");
    const cameOut = {
      format: "aura-outcome-1",
      namespace,
      mission: id,
      kind: outcomeKind,
      cause: outcomeCode ?? null,
      actor: endedBy,
      boundary: mission.boundary ?? null,
      result: mission.result ?? null,
      heads: headsRoot(heads),
      streams: heads.length,
      checkpoint: { size, root },
    } as const;
    return {
      draft: async (timeMs) => {
        const outcome = await signOutcome(world.outcomeSigner, { ...cameOut, timeMs });
        return { type: "mission.sealed", actor: RUNTIME, data: { outcome } };
      },
    };
  });
}
