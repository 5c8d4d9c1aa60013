import type { ApprovalRequest } from "./approval.ts";
import { APPROVAL_TABLE } from "./approval-row.ts";
import type { ApprovalKey } from "./approval-waiting.ts";
import { findWaiting, poolOf } from "./approval-waiting.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openText } from "./payload.ts";

const PAGE_ROWS = 200;

/**
 * What people are asked about one call, or about a mission as a whole (`call: null`); `undefined` if nobody is asked.
 * `shown` is the text whose SHA-256 a vote signs; the pool is the one of now, so it may be unreachable by now.
 * @throws `mission/payload_missing`, `mission/log_unreadable`
 */
export async function loadApproval(world: MissionWorld, key: ApprovalKey): Promise<ApprovalRequest | undefined> {
  const waiting = await findWaiting(world, key);
  if (waiting === undefined) return undefined;
  const { asked, decision, vote } = waiting;
  return {
    mission: key.mission,
    call: key.call,
    agent: waiting.agent,
    tool: vote.tool,
    arguments: waiting.arguments,
    level: asked.level,
    rules: world.governor.reasons(decision.rules, decision.release),
    shown: await openText(world, asked.text, "shown"),
    vote,
    pool: poolOf(world, waiting),
    votes: asked.votes,
    requestedAtMs: asked.askedAtMs,
    untilMs: asked.untilMs,
  };
}

/**
 * Every request that waits for people, oldest first. Each is loaded when it is reached; one that was answered meanwhile is
 * left out. O(requests that wait). @throws as {@link loadApproval}
 */
export async function* listApprovals(world: MissionWorld): AsyncGenerator<ApprovalRequest> {
  for (const { mission, call } of await waitingRows(world)) {
    const request = await loadApproval(world, { mission, call });
    if (request !== undefined) yield request;
  }
}

interface WaitingRow extends ApprovalKey {
  readonly requestedAtMs: number;
}

async function waitingRows(world: MissionWorld): Promise<readonly WaitingRow[]> {
  const rows: WaitingRow[] = [];
  for (let after = ""; ;) {
    const page = await world.store.rows(world.context, APPROVAL_TABLE, { after, limit: PAGE_ROWS });
    for (const { members } of page) rows.push(members as unknown as WaitingRow);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) break;
    after = last.key;
  }
  // Sorting is stable: requests of one moment stay in the order of their ids.
  return rows.toSorted((left, right) => left.requestedAtMs - right.requestedAtMs);
}
