import { abandonMission } from "./abandon-mission.ts";
import { RUNTIME } from "./advance.ts";
import { finishMission } from "./finish-mission.ts";
import { missionStanding } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { settleCalls } from "./settle-call.ts";

/**
 * Does what time asks of a mission: one whose approval window has passed is abandoned as EXPIRED, one past its deadline has
 * its open calls settled and finishes as EXPIRED if it did nothing that must be undone (it still has to be sealed); what did
 * is for `endMission`. A mission in time is answered unchanged.
 * @throws `mission/calls_open` while an outcome is not known, `mission/compensation_open`, and as `advance`
 */
export async function expireMission(world: MissionWorld, id: string): Promise<Mission> {
  const { fold: mission, head } = await missionStanding(world, id);
  const nowMs = Math.max(world.store.nowMs(), head.timeMs);
  if (mission.state === "WAITING_APPROVAL" && nowMs >= (mission.approvalUntilMs ?? 0)) {
    return abandonMission(world, id, { kind: "EXPIRED", cause: "mission/approval_expired", actor: RUNTIME });
  }
  if (mission.state === "IN_PROGRESS" && nowMs >= (mission.deadlineMs ?? 0)) {
    await settleCalls(world, id);
    return finishMission(world, id, { kind: "EXPIRED", code: "mission/deadline_passed" });
  }
  return mission;
}
