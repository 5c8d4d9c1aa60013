import { abandonMission } from "./abandon-mission.ts";
import type { Detour } from "./advance.ts";
import { RUNTIME, advance } from "./advance.ts";
import { approvalRequired } from "./mission-error.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";

/**
 * WAITING_APPROVAL to APPROVED: at L1 the PERMIT that the rules gave when the boundary was frozen is recorded; it is not an
 * approval. A DENY abandons the mission as DENIED, a window that has passed as EXPIRED: silence never grants.
 * @throws `mission/approval_required` while people have to decide (above L1, or ESCALATE): it stays in WAITING_APPROVAL; and
 * as `advance`
 */
export function approveMission(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "approve", async ({ fold: mission, head }) => {
    const { decision, approvalUntilMs = 0 } = mission;
    if (Math.max(world.store.nowMs(), head.timeMs) >= approvalUntilMs) {
      return instead(world, id, { kind: "EXPIRED", cause: "mission/approval_expired" });
    }
    if (decision === undefined || decision.kind === "DENY") {
      return instead(world, id, { kind: "DENIED", cause: "mission/denied" });
    }
    if (decision.kind === "ESCALATE") {
      throw approvalRequired(id, `the rules ask for ${decision.level ?? "a person"}`, approvalUntilMs);
    }
    if (mission.authority !== "L1") {
      throw approvalRequired(id, `it asks for authority ${mission.authority}`, approvalUntilMs);
    }
    const { rules } = decision;
    return { draft: () => ({ type: "mission.approved", actor: RUNTIME, data: { by: { kind: "rule", rules } } }) };
  });
}

function instead(
  world: MissionWorld,
  id: string,
  end: { readonly kind: "EXPIRED" | "DENIED"; readonly cause: string },
): Detour {
  return { instead: () => abandonMission(world, id, { ...end, actor: RUNTIME }) };
}

/** APPROVED to PENDING_EXECUTION: the grant is recorded, by the digest of the boundary. One unit. @throws as `advance` */
export function queueMission(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "queue", async ({ fold: { boundary = null } }) => ({
    draft: () => ({ type: "mission.queued", actor: RUNTIME, data: { boundary } }),
  }));
}
