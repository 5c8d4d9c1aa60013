import type { Read } from "@aura/store";
import type { Hash } from "@aura/trust";
import { evidenceOn, governedReads } from "./evidence.ts";
import type { Decision } from "./governor.ts";
import type { Standing } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";

/** Asks the rules about the mission as a whole. The answer stands only while `reads` do. */
export async function decideMission(
  world: MissionWorld,
  standing: Standing<Mission>,
  frozen: Hash,
): Promise<{ readonly decision: Decision; readonly reads: readonly Read[] }> {
  const evidence = await evidenceOn(world, standing, world.store.nowMs());
  const { id, agent, objective, authority, tools } = standing.fold;
  const decision = world.governor.decide(
    {
      kind: "mission",
      namespace: world.context.namespace,
      agent: { id: agent, custody: "runtime" },
      mission: { id, objectiveDigest: objective, authority, tools },
      facts: {},
    },
    frozen,
  );
  return { decision, reads: governedReads(evidence) };
}
