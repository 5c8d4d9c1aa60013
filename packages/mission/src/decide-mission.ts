import type { Read } from "@aura/store";
import type { Hash, JsonObject } from "@aura/trust";
import { withApproval } from "./asked-approval.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { recordOf } from "./decision-record.ts";
import { evidenceOn, governedReads } from "./evidence.ts";
import type { Decision, DecisionRequest } from "./governor.ts";
import type { Level } from "./level.ts";
import type { OpenedDefinition, Standing } from "./mission-log.ts";
import { definitionOf } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";

/**
 * Asks the rules about the mission as a whole; `approval` is the level of the one in use. The answer stands only while
 * `reads` do. @throws `mission/payload_missing`
 */
export async function decideMission(
  world: MissionWorld,
  standing: Standing<Mission>,
  under: { readonly frozen: Hash; readonly approval: Level | undefined },
): Promise<{
  readonly decision: Decision;
  readonly record: DecisionRecord & JsonObject;
  readonly reads: readonly Read[];
  /** What was asked, but for the approval. */
  readonly request: DecisionRequest;
}> {
  const opened = await definitionOf(world, standing.fold);
  const evidence = await evidenceOn(world, standing, world.store.nowMs());
  const request = missionQuestion(world, standing.fold, opened);
  const decision = world.governor.decide(withApproval(request, { level: under.approval }), under.frozen);
  return { decision, record: recordOf(decision, opened.nonce), reads: governedReads(evidence), request };
}

/** A mission as a whole as the rules see it, and whoever resolves who may answer: one and the same request. */
export function missionQuestion(
  world: MissionWorld,
  { id, agent, authority, tools }: Mission,
  { objectiveDigest }: OpenedDefinition,
): DecisionRequest {
  return {
    kind: "mission",
    namespace: world.context.namespace,
    agent: { id: agent, custody: "runtime" },
    mission: { id, objectiveDigest, authority, tools },
    facts: {},
  };
}
