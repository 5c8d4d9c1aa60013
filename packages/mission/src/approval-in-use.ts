import { approversStanding } from "./approver-log.ts";
import { poolFor } from "./asked-approval.ts";
import type { Call } from "./call.ts";
import type { DecisionRequest } from "./governor.ts";
import type { Level } from "./level.ts";
import { reaches } from "./level.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { countVotes } from "./vote-count.ts";

/** What people said that a call may lean on now. */
export interface ApprovalInUse {
  /** The fact `approval.level`; `undefined` if nobody approved. */
  readonly level: Level | undefined;
  /** Versions, in the call's own stream, of the votes that the intent uses. */
  readonly votes: readonly number[];
}

/** Nobody approved anything. */
export const NO_APPROVAL: ApprovalInUse = { level: undefined, votes: [] };

/**
 * The higher of two approvals: the mission's own, if it was approved by people at an authority above L1, and the votes over
 * this very call that count now. Those are of its exact request, within their window, by persons who are in the pool under
 * today's release with keys that were not revoked. They are used by this call and no other: an attempt that is made again
 * (as the tool's class allows, so nothing happens twice) counts them anew. One head of `control` if anybody voted, else none.
 */
export async function approvalInUse(
  world: MissionWorld,
  mission: Mission,
  call: Call | undefined,
  /** The call as the rules are asked about it; not asked for if nobody voted. */
  question: () => DecisionRequest,
): Promise<ApprovalInUse> {
  const own = approvalOfMission(mission);
  const asked = call?.asked;
  if (asked === undefined || asked.votes.length === 0 || world.store.nowMs() >= asked.untilMs) return own;
  if (own.level !== undefined && reaches(own.level, asked.level)) return own;
  const { fold: approvers } = await approversStanding(world);
  const pool = poolFor(world, { request: question(), level: asked.level, createdBy: mission.createdBy });
  const { versions, reached } = countVotes(asked.votes, pool, approvers);
  return reached ? { level: asked.level, votes: versions } : own;
}

function approvalOfMission({ approvedBy, authority }: Mission): ApprovalInUse {
  const level = approvedBy?.kind === "votes" && authority !== "L1" ? authority : undefined;
  return { level, votes: [] };
}
