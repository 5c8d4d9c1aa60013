import type { EntryDraft, Payload } from "@aura/store";
import { chainEntries, headAfter } from "@aura/store";
import type { Actor, JsonObject } from "@aura/trust";
import { invariant, uuidv7, verifyJws } from "@aura/trust";
import { abandonedDraft } from "./abandon-mission.ts";
import type { CastVote, Seat } from "./approval.ts";
import * as refusal from "./approval-error.ts";
import type { ApprovalKey, WaitingApproval } from "./approval-waiting.ts";
import { findWaiting, poolOf } from "./approval-waiting.ts";
import type { Approver } from "./approver.ts";
import { keysOf } from "./approver.ts";
import { approversStanding } from "./approver-log.ts";
import { excludedBy } from "./asked-approval.ts";
import { CALL_CODES } from "./call-code.ts";
import { inTurn } from "./call-turn.ts";
import { appendRefused, unsettled } from "./mission-error.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { CONTROL_STREAM, callStream, missionStream } from "./stream-name.ts";
import { isTimeOff } from "./time-off.ts";
import type { Vote } from "./vote.ts";
import { voteDigest } from "./vote.ts";
import { countVotes } from "./vote-count.ts";
import { VOTE_TYP, parseVote } from "./vote-jws.ts";

/** Votes that land on one stream at once, from several processes: more do not race by chance. */
const TURNS_MAX = 64;

/** One person's answer, as it is handed in. */
export interface VoteOrder extends ApprovalKey {
  readonly person: string;
  /** A compact JWS of type `aura-vote+jwt` over the canonical {@link Vote}. */
  readonly jws: string;
}

/** A vote that stands in the log, and what it did. */
export type VoteCast = CastVote & {
  /** `approved`: with it the votes that count are enough; the call goes on when it is presented again. */
  readonly outcome: "counted" | "approved" | "rejected";
};

/**
 * Records one person's answer to one exact request. The first rejection ends it, in the same unit: the call is denied, the
 * mission abandoned, as `mission/rejected`. Whatever is refused leaves nothing behind.
 *
 * Checked in this order, so nobody learns of a request what its own signature does not entitle it to: the form of the vote;
 * the person's enrolled keys; the signature, by the strict rule of `@aura/trust`; what it speaks of; that this waits, and
 * still may be answered; that every member is the one of the request as it stands; the creator; the pool of now; that this
 * person has not answered. One unit; it reads control, so a key that is revoked meanwhile signs nothing.
 *
 * @throws `mission/vote_malformed`, `mission/vote_unknown_approver`, `mission/vote_forged`, `mission/vote_mismatch`,
 * `mission/vote_not_waiting`, `mission/vote_expired`, `mission/vote_own_mission`, `mission/vote_not_in_pool`,
 * `mission/vote_already_cast`, `mission/payload_missing`, `mission/unsettled`, `mission/append_refused`
 */
export function castVote(world: MissionWorld, order: VoteOrder): Promise<VoteCast> {
  const { mission, call } = order;
  return inTurn(world, call === null ? missionStream(mission) : callStream(mission, call), async () => {
    requireForm(order.jws);
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      const cast = await tryToCast(world, order);
      if (cast !== undefined) return cast;
    }
    throw unsettled(call === null ? missionStream(mission) : callStream(mission, call));
  });
}

/** `undefined`: something moved; everything is judged again. */
async function tryToCast(world: MissionWorld, order: VoteOrder): Promise<VoteCast | undefined> {
  const { fold: approvers, head: controlHead } = await approversStanding(world);
  const signed = verified(approvers, order);
  requireSubject(world, order, signed.vote);
  const waiting = await findWaiting(world, order);
  if (waiting === undefined) throw refusal.voteNotWaiting();
  const timeMs = Math.max(world.store.nowMs(), waiting.head.timeMs);
  if (timeMs >= waiting.asked.untilMs) throw refusal.voteExpired(waiting.asked.untilMs);
  const { choice } = signed.vote;
  if (voteDigest({ ...waiting.vote, choice }) !== voteDigest(signed.vote)) throw refusal.voteMismatch();
  const seat = seatOf(world, order.person, waiting);
  return record(world, { order, ...signed, waiting, seat, approvers, controlHead });
}

/** Everything but whose signature it is: whoever sends what is no vote learns just that. */
function requireForm(jws: string): void {
  const read = verifyJws(jws, VOTE_TYP, []);
  if (!read.ok && read.reason !== "unknown_key") throw refusal.voteMalformed(`its JWS is refused (${read.reason})`);
}

function verified(
  approvers: readonly Approver[],
  { person, jws }: VoteOrder,
): { readonly vote: Vote; readonly kid: string } {
  const keys = keysOf(approvers, person);
  if (keys.length === 0) throw refusal.voteUnknownApprover(person);
  const verification = verifyJws(jws, VOTE_TYP, keys);
  if (!verification.ok) {
    if (verification.reason === "payload") throw refusal.voteMalformed("its payload is not canonical JSON");
    throw refusal.voteForged(person);
  }
  const vote = parseVote(verification.payload);
  if (vote === undefined) throw refusal.voteMalformed("its payload has not the members of aura-vote-1");
  return { vote, kid: verification.kid };
}

function requireSubject(world: MissionWorld, { mission, call }: VoteOrder, vote: Vote): void {
  const isThis = vote.namespace === world.context.namespace && vote.mission === mission && vote.call === call;
  if (!isThis) throw refusal.voteMismatch();
}

function seatOf(world: MissionWorld, person: string, waiting: WaitingApproval): Seat {
  if (excludedBy(waiting.mission.fold.createdBy).includes(person)) throw refusal.voteOwnMission();
  const pool = poolOf(world, waiting);
  const seat = pool.kind === "pool" ? pool.seats.find((one) => one.person === person) : undefined;
  if (seat === undefined) throw refusal.voteNotInPool(person);
  if (waiting.asked.votes.some((vote) => vote.person === person)) throw refusal.voteAlreadyCast(person);
  return seat;
}

interface Recording {
  readonly order: VoteOrder;
  readonly vote: Vote;
  readonly kid: string;
  readonly waiting: WaitingApproval;
  readonly seat: Seat;
  readonly approvers: readonly Approver[];
  readonly controlHead: { readonly version: number };
}

async function record(world: MissionWorld, recording: Recording): Promise<VoteCast | undefined> {
  const { waiting, vote, seat, controlHead } = recording;
  const { head, stream } = waiting;
  const timeMs = Math.max(world.store.nowMs(), head.timeMs);
  const unit = uuidv7(world.store.nowMs(), world.random);
  const { namespace } = world.context;
  const chain = (drafts: readonly EntryDraft[]) => chainEntries({ namespace, stream, head, unit, timeMs, drafts });
  const payload = sealPayload(world, recording.order.jws);
  const voted = votedDraft(recording, payload);
  const end =
    vote.choice === "REJECT" ? await rejection(world, recording, headAfter(head, chain([voted])), timeMs) : NO_END;
  const entries = chain([voted, ...end.drafts]);
  const [answer] = await world.store.append(world.context, [
    {
      id: unit,
      writes: [{ stream, after: head.version, fence: head.fence, entries }],
      reads: [{ stream: CONTROL_STREAM, version: controlHead.version }],
      payloads: [payload, ...end.payloads],
    },
  ]);
  invariant(answer !== undefined, "a store answers every unit");
  if (answer.kind === "refused" && !isTimeOff(answer)) {
    if (answer.code === "mission/not_in_progress") throw refusal.voteNotWaiting();
    throw appendRefused(stream, answer.code);
  }
  if (answer.kind !== "appended") return undefined;
  const cast: CastVote = {
    version: head.version + 1,
    person: recording.order.person,
    choice: vote.choice,
    level: seat.level,
    position: seat.position,
    delegation: seat.delegation,
    kid: recording.kid,
    atMs: timeMs,
  };
  return { ...cast, outcome: outcomeOf(world, recording, cast) };
}

function votedDraft({ order, vote, kid, waiting, seat }: Recording, payload: Payload): EntryDraft {
  const data: JsonObject = {
    choice: vote.choice,
    level: seat.level,
    position: seat.position,
    delegation: seat.delegation,
    release: vote.release,
    boundary: vote.boundary,
    shown: vote.shown,
    expiresMs: vote.expiresMs,
    kid,
  };
  return {
    type: waiting.call === undefined ? "mission.voted" : "call.voted",
    actor: actorOf(order),
    data,
    payloads: { vote: payload.commitment, shown: waiting.asked.text },
  };
}

interface End {
  readonly drafts: readonly EntryDraft[];
  readonly payloads: readonly Payload[];
}

const NO_END: End = { drafts: [], payloads: [] };

/** One REJECT ends it, in the unit of the vote: the call is denied; the mission is abandoned over the head that the vote left. */
async function rejection(
  world: MissionWorld,
  { order, waiting }: Recording,
  head: WaitingApproval["head"],
  timeMs: number,
): Promise<End> {
  const code = "mission/rejected";
  const actor = actorOf(order);
  if (waiting.call === undefined) {
    const end = { kind: "DENIED", cause: code, actor } as const;
    const before = { stream: waiting.stream, head };
    return { drafts: [await abandonedDraft(world, waiting.mission.fold, { end, before, timeMs })], payloads: [] };
  }
  const { fold: call } = waiting.call;
  const message = sealPayload(world, CALL_CODES[code]);
  const denied: EntryDraft = {
    type: "call.denied",
    actor,
    data: { tool: call.tool, code, parked: true },
    payloads: { arguments: call.arguments, message: message.commitment },
  };
  return { drafts: [denied], payloads: [message] };
}

function outcomeOf(world: MissionWorld, { waiting, approvers }: Recording, cast: CastVote): VoteCast["outcome"] {
  if (cast.choice === "REJECT") return "rejected";
  const votes = [...waiting.asked.votes, cast];
  return countVotes(votes, poolOf(world, waiting), approvers).reached ? "approved" : "counted";
}

function actorOf({ person }: VoteOrder): Actor {
  return { id: person, custody: "person" };
}
