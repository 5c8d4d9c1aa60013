import { approversStanding } from "./approver-log.ts";
import { poolFor } from "./asked-approval.ts";
import type { Call } from "./call.ts";
import type { DecisionRequest } from "./governor.ts";
import type { Level } from "./level.ts";
import type { Mission } from "./mission.ts";
import type { MissionWorld } from "./mission-world.ts";
import { countVotes } from "./vote-count.ts";

/** What people said that a call may lean on now. */
export interface ApprovalInUse {
  /** The fact `approval.level`; `undefined` if nobody approved. */
  readonly level: Level | undefined;
  /** Versions, in the call's own stream, of the votes that the intent uses. */
  readonly votes: readonly number[];
  /** How many had to agree, by the pool that they were counted against; only of votes over the call itself. */
  readonly quorum?: number;
  /** Who gave the mission's own approval: a rule may find that one of them may not answer for this very call. */
  readonly voters?: Voters;
}

/** The persons whose votes were used, and the delegations by which some of them sat. Distinct, sorted. */
export interface Voters {
  readonly persons: readonly string[];
  readonly delegations: readonly string[];
}

/** Nobody approved anything. */
export const NO_APPROVAL: ApprovalInUse = { level: undefined, votes: [] };

/**
 * The votes over this very call that count now; where they are not enough, the mission's own approval, if people approved it at an
 * authority above L1, with their names: it was given before anybody knew this call, and does not stand for one whom a voter is in
 * conflict with (the governor says so, by the facts `approval.voters` and `approval.delegations`). Votes over the call are of its exact request, within their window, by persons who are in the pool under
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
  const { fold: approvers } = await approversStanding(world);
  const pool = poolFor(world, { request: question(), level: asked.level, createdBy: mission.createdBy });
  const { versions, reached } = countVotes(asked.votes, pool, approvers);
  return reached && pool.kind === "pool" ? { level: asked.level, votes: versions, quorum: pool.quorum } : own;
}

function approvalOfMission({ approvedBy, authority, asked }: Mission): ApprovalInUse {
  if (approvedBy?.kind !== "votes" || authority === "L1") return NO_APPROVAL;
  const used = (asked?.votes ?? []).filter(({ version }) => approvedBy.votes.includes(version));
  const delegations = used.flatMap(({ delegation }) => (delegation === null ? [] : [delegation]));
  const voters = { persons: distinct(used.map(({ person }) => person)), delegations: distinct(delegations) };
  return { level: authority, votes: [], voters };
}

function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)].toSorted();
}
