import { abandonMission } from "./abandon-mission.ts";
import type { Detour, Step } from "./advance.ts";
import { RUNTIME, advance } from "./advance.ts";
import { approversStanding } from "./approver-log.ts";
import type { AskedApproval } from "./asked-approval.ts";
import { poolFor } from "./asked-approval.ts";
import { missionQuestion } from "./decide-mission.ts";
import { approvalRequired } from "./mission-error.ts";
import { definitionOf } from "./mission-log.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { CONTROL_STREAM } from "./stream-name.ts";
import { countVotes } from "./vote-count.ts";

/**
 * WAITING_APPROVAL to APPROVED. At L1 the PERMIT that the rules gave when the boundary was frozen is recorded; it is not an
 * approval. Where people were asked, the votes that count now (the voter is still in the pool under today's release, the key
 * not revoked) are used, and the entry names them. A DENY and a request that nobody can ever answer abandon the mission as
 * DENIED, a window that has passed as EXPIRED: silence never grants. One unit; with votes it reads control.
 * @throws `mission/approval_required` while people have to decide: it stays in WAITING_APPROVAL; `mission/payload_missing`,
 * `mission/log_unreadable`, and as `advance`
 */
export function approveMission(world: MissionWorld, id: string): Promise<Mission> {
  return advance(world, id, "approve", async ({ fold: mission, head }) => {
    const { decision, approvalUntilMs = 0, unreachable, asked } = mission;
    if (Math.max(world.store.nowMs(), head.timeMs) >= approvalUntilMs) {
      return instead(world, id, { kind: "EXPIRED", cause: "mission/approval_expired" });
    }
    if (decision === undefined || decision.kind === "DENY") {
      return instead(world, id, { kind: "DENIED", cause: "mission/denied" });
    }
    if (unreachable !== undefined) return instead(world, id, { kind: "DENIED", cause: unreachable });
    if (asked !== undefined) return byVotes(world, mission, asked);
    const { rules } = decision;
    return { draft: () => ({ type: "mission.approved", actor: RUNTIME, data: { by: { kind: "rule", rules } } }) };
  });
}

async function byVotes(world: MissionWorld, mission: Mission, asked: AskedApproval): Promise<Step> {
  const { level, votes } = asked;
  const { fold: approvers, head: controlHead } = await approversStanding(world);
  const request = missionQuestion(world, mission, await definitionOf(world, mission));
  const pool = poolFor(world, { request, level, createdBy: mission.createdBy });
  const { versions, reached } = countVotes(votes, pool, approvers);
  if (!reached || pool.kind === "unreachable")
    throw approvalRequired(mission.id, whyWaiting(mission, asked), asked.untilMs);
  const by = { kind: "votes", votes: versions, level, quorum: pool.quorum } as const;
  return {
    draft: () => ({ type: "mission.approved", actor: RUNTIME, data: { by } }),
    reads: [{ stream: CONTROL_STREAM, version: controlHead.version }],
  };
}

function whyWaiting({ decision, authority }: Mission, { level }: AskedApproval): string {
  return decision?.kind === "ESCALATE" ? `the rules ask for ${level}` : `it asks for authority ${authority}`;
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
