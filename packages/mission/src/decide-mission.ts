import type { Read } from "@aura/store";
import type { Hash, JsonObject } from "@aura/trust";
import type { DecisionRecord } from "./decision-record.ts";
import { recordOf } from "./decision-record.ts";
import { evidenceOn, governedReads } from "./evidence.ts";
import type { Decision } from "./governor.ts";
import type { Standing } from "./mission-log.ts";
import { definitionOf } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";

/** Asks the rules about the mission as a whole. The answer stands only while `reads` do. @throws `mission/payload_missing` */
export async function decideMission(
  world: MissionWorld,
  standing: Standing<Mission>,
  frozen: Hash,
): Promise<{
  readonly decision: Decision;
  readonly record: DecisionRecord & JsonObject;
  readonly reads: readonly Read[];
}> {
  const { id, agent, authority, tools } = standing.fold;
  const { nonce, objectiveDigest } = await definitionOf(world, standing.fold);
  const evidence = await evidenceOn(world, standing, world.store.nowMs());
  const decision = world.governor.decide(
    {
      kind: "mission",
      namespace: world.context.namespace,
      agent: { id: agent, custody: "runtime" },
      mission: { id, objectiveDigest, authority, tools },
      facts: {},
    },
    frozen,
  );
  return { decision, record: recordOf(decision, nonce), reads: governedReads(evidence) };
}
