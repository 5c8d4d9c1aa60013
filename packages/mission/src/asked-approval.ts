import type { Actor, Commitment, Entry, Hash, JsonValue } from "@aura/trust";
import type { ApprovalPool, ApprovalQuestion, CastVote } from "./approval.ts";
import type { Voters } from "./approval-in-use.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { commitmentIn, numberIn, textIn } from "./entry-data.ts";
import type { DecisionRequest } from "./governor.ts";
import type { Level } from "./level.ts";
import { LEVELS } from "./level.ts";
import { logUnreadable } from "./mission-error.ts";
import type { MissionWorld } from "./mission-world.ts";

/** What people were asked, and what they answered, as the log has it. */
export interface AskedApproval {
  readonly level: Level;
  /** SHA-256 over the text that people are shown. */
  readonly shown: Hash;
  /** Commitment to that text. */
  readonly text: Commitment;
  /** The release of the decision that asks. */
  readonly release: Hash;
  readonly askedAtMs: number;
  /** When silence becomes a DENY. */
  readonly untilMs: number;
  /** Votes over this very request, in the order of the log. */
  readonly votes: readonly CastVote[];
}

/**
 * What an entry asks of people: `call.parked`, `call.raised`, `mission.approval_requested`. @param before what was asked
 * until then: the time it was asked at stays. @throws `mission/log_unreadable`
 */
export function askedIn(entry: Entry, decision: DecisionRecord, before?: AskedApproval): AskedApproval {
  return {
    level: levelIn(entry, entry.data["level"]),
    shown: textIn(entry, "shown") as Hash,
    text: commitmentIn(entry, "shown"),
    release: decision.release,
    askedAtMs: before?.askedAtMs ?? entry.timeMs,
    untilMs: numberIn(entry, "untilMs"),
    votes: [],
  };
}

/** The same with the vote that an entry adds: `call.voted`, `mission.voted`. @throws `mission/log_unreadable` */
export function withVoteIn(asked: AskedApproval | undefined, entry: Entry): AskedApproval {
  if (asked === undefined) throw logUnreadable(entry.stream, entry.version, "nobody was asked");
  const choice = textIn(entry, "choice");
  if (choice !== "APPROVE" && choice !== "REJECT") {
    throw logUnreadable(entry.stream, entry.version, "it is neither an approval nor a rejection");
  }
  const { delegation } = entry.data;
  const vote: CastVote = {
    version: entry.version,
    person: entry.actor.id,
    choice,
    level: levelIn(entry, entry.data["level"]),
    position: textIn(entry, "position"),
    delegation: typeof delegation === "string" ? delegation : null,
    kid: textIn(entry, "kid"),
    atMs: entry.timeMs,
  };
  return { ...asked, votes: [...asked.votes, vote] };
}

/** Who may answer now, under today's release; never who created the mission. */
export function poolFor(
  world: MissionWorld,
  asked: Pick<ApprovalQuestion, "request" | "level"> & { readonly createdBy: Actor },
): ApprovalPool {
  return world.governor.resolve({
    request: asked.request,
    level: asked.level,
    release: world.governor.current(),
    nowMs: world.store.nowMs(),
    excluded: excludedBy(asked.createdBy),
  });
}

/** A person who created a mission answers for none of it. */
export function excludedBy(createdBy: Actor): readonly string[] {
  return createdBy.custody === "person" ? [createdBy.id] : [];
}

/**
 * Why nobody ever can answer: the owner's chain ends below what is asked for, or those who could are too few.
 */
export function unreachableCode(
  pool: Extract<ApprovalPool, { kind: "unreachable" }>,
): "mission/authority_exceeded" | "mission/quorum_unreachable" {
  const tooLow = pool.passed.length > 0 && pool.passed.every(({ reason }) => TOO_LOW.has(reason));
  return tooLow ? "mission/authority_exceeded" : "mission/quorum_unreachable";
}

const TOO_LOW: ReadonlySet<string> = new Set(["LEVEL_TOO_LOW", "LIMIT_TOO_LOW"]);

/** The request with an approval as a fact: its level, and for a mission's own also who gave it. */
export function withApproval(
  request: DecisionRequest,
  { level, voters }: { readonly level: Level | undefined; readonly voters?: Voters },
): DecisionRequest {
  if (level === undefined) return request;
  const { persons = [], delegations = [] } = voters ?? {};
  const facts = {
    ...request.facts,
    "approval.level": level,
    ...(persons.length === 0 ? {} : { "approval.voters": persons }),
    ...(delegations.length === 0 ? {} : { "approval.delegations": delegations }),
  };
  return { ...request, facts };
}

function levelIn(entry: Entry, value: JsonValue | undefined): Level {
  const level = LEVELS.find((one) => one === value);
  if (level === undefined) throw logUnreadable(entry.stream, entry.version, "it names no level");
  return level;
}
