import { invariant } from "@aura/trust";
import { abandonMission } from "./abandon-mission.ts";
import { RUNTIME, advance } from "./advance.ts";
import { decideMission } from "./decide-mission.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";

/**
 * PENDING_EXECUTION to IN_PROGRESS: decided again, under the stricter of the frozen release and today's; the timeout clock
 * starts. The votes that approved it are a fact; anything but PERMIT (a DENY, a higher level due now) abandons it as DENIED. One unit; reads agent and control. @throws as `advance`
 */
export function startMission(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "start", async (standing) => {
    const { release, timeoutMs, approvedBy } = standing.fold;
    invariant(release !== undefined, "a queued mission has a frozen release");
    const approval = approvedBy?.kind === "votes" ? approvedBy.level : undefined;
    const { decision, record, reads } = await decideMission(world, standing, { frozen: release, approval });
    if (decision.kind !== "PERMIT") {
      const cause = decision.kind === "DENY" ? "mission/denied" : "mission/approval_required";
      return { instead: () => abandonMission(world, id, { kind: "DENIED", cause, actor: RUNTIME }) };
    }
    return {
      draft: (timeMs) => ({
        type: "mission.started",
        actor: RUNTIME,
        data: { deadlineMs: timeMs + timeoutMs, decision: record },
      }),
      reads,
    };
  });
}
