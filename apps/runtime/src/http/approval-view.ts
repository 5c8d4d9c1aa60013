import { approvalId, listApprovals, loadApproval } from "@aura/mission";
import type { ApprovalPool, ApprovalRequest } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import type { Desk } from "./desk.ts";
import { requireMission } from "./mission-view.ts";
import { lostIn, objectiveIn, openJson } from "./opened.ts";
import type { LostMembers } from "./opened.ts";

/** What a person is asked; see the schema `Approval`. */
export interface ApprovalView {
  readonly id: string;
  readonly mission: string;
  readonly call: string | null;
  readonly agent: string;
  readonly objective: string | null;
  readonly tool: string | null;
  readonly arguments: JsonValue;
  readonly level: string;
  readonly rules: readonly { readonly id: string; readonly reason: string }[];
  readonly shown: string;
  readonly vote: ApprovalRequest["vote"];
  readonly pool: PoolView;
  readonly votes: readonly { readonly person: string; readonly choice: string; readonly atMs: number }[];
  readonly requestedAtMs: number;
  readonly untilMs: number;
  /** Of the mission's `definition`, and so of the objective. */
  readonly lost: LostMembers;
}

export type PoolView =
  | {
      readonly level: string;
      readonly quorum: number;
      readonly seats: readonly {
        readonly person: string;
        readonly name: string | null;
        readonly position: string;
        readonly delegation: string | null;
      }[];
    }
  | { readonly unreachable: string };

export async function approvalView(desk: Desk, asked: ApprovalRequest): Promise<ApprovalView> {
  const { mission, call, agent, tool, level, rules, shown, vote, votes, requestedAtMs, untilMs } = asked;
  const definition = await openJson(desk.world, (await requireMission(desk.world, mission)).definition);
  return {
    id: approvalId(asked),
    mission,
    call,
    agent,
    objective: objectiveIn(definition),
    tool,
    arguments: asked.arguments,
    level,
    rules: rules.map(({ rule, reason }) => ({ id: rule, reason })),
    shown,
    vote,
    pool: await poolView(desk, asked.pool, vote.release),
    votes: votes.map(({ person, choice, atMs }) => ({ person, choice, atMs })),
    requestedAtMs,
    untilMs,
    lost: lostIn({ definition }),
  };
}

/** How many approvals wait, and since when the oldest does. */
export async function pendingApprovals({
  world,
}: Desk): Promise<{ readonly pending: number; readonly oldestMs: number | null }> {
  let pending = 0;
  let oldestMs: number | null = null;
  for await (const { requestedAtMs } of listApprovals(world)) {
    pending += 1;
    oldestMs = Math.min(oldestMs ?? requestedAtMs, requestedAtMs);
  }
  return { pending, oldestMs };
}

/** What a mission waits for people with: the mission itself, else the first of its calls. */
export async function missionApproval(
  desk: Desk,
  mission: {
    readonly id: string;
    readonly state: string;
    readonly calls: readonly { readonly key: string; readonly state: string }[];
  },
): Promise<ApprovalView | null> {
  const parked = mission.calls.find(({ state }) => state === "parked");
  const call = mission.state === "WAITING_APPROVAL" ? null : parked?.key;
  if (call === undefined) return null;
  const asked = await loadApproval(desk.world, { mission: mission.id, call });
  return asked === undefined ? null : approvalView(desk, asked);
}

async function poolView(
  desk: Desk,
  pool: ApprovalPool,
  release: ApprovalRequest["vote"]["release"],
): Promise<PoolView> {
  if (pool.kind === "unreachable") return { unreachable: pool.reason };
  const names = await personNames(desk, release);
  const { level, quorum, seats } = pool;
  return {
    level,
    quorum,
    seats: seats.map(({ person, position, delegation }) => ({
      person,
      name: names.get(person) ?? null,
      position,
      delegation,
    })),
  };
}

/** Names of persons stand in the release's payload and in no entry. */
export async function personNames(
  { releases }: Pick<Desk, "releases">,
  release: ApprovalRequest["vote"]["release"],
): Promise<ReadonlyMap<string, string>> {
  const found = await releases.find(release);
  return new Map((found?.people ?? []).flatMap(({ id, name }) => (name === undefined ? [] : [[id, name] as const])));
}
