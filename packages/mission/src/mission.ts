import type { Actor, Commitment, Entry, Hash } from "@aura/trust";
import type { AskedApproval } from "./asked-approval.ts";
import { askedIn, withVoteIn } from "./asked-approval.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { decisionIn } from "./decision-record.ts";
import { commitmentIn, numberIn, objectIn, textIn, textsIn } from "./entry-data.ts";
import type { Level } from "./level.ts";
import { logUnreadable } from "./mission-error.ts";
import { partsOfStream, undoKey } from "./stream-name.ts";
import type { Stop } from "./stop-order.ts";
import { foldStop } from "./stop-order.ts";
import type { ApprovedBy, MissionEvent, MissionState, OutcomeKind } from "./transition.ts";
import { transition } from "./transition.ts";

/** The fold of `mission/<id>`: where the mission stands and what was frozen on the way. Times are store time. */
export interface Mission {
  readonly id: string;
  readonly state: MissionState;
  /** Entries in its stream. */
  readonly version: number;
  readonly agent: string;
  readonly createdBy: Actor;
  readonly authority: Level;
  readonly timeoutMs: number;
  /** Names, sorted. */
  readonly tools: readonly string[];
  /** Commitment to the canonical definition, objective and all: nothing else in the log speaks of its text. */
  readonly definition: Commitment;
  /** How often the mission's authority was taken back; tokens of an earlier epoch are void. */
  readonly epoch: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Digest of the frozen context, from PLANNING on. */
  readonly context?: Hash;
  /** Digest of the frozen boundary, from WAITING_APPROVAL on. */
  readonly boundary?: Hash;
  readonly boundaryText?: Commitment;
  /** The frozen release. */
  readonly release?: Hash;
  /** The mission-level decision that was taken when the boundary was frozen. */
  readonly decision?: DecisionRecord;
  /** When waiting for approval becomes EXPIRED. */
  readonly approvalUntilMs?: number;
  /** What people were asked about it as a whole, if its authority or its rules need them. */
  readonly asked?: AskedApproval;
  /** Why nobody could ever answer that. */
  readonly unreachable?: string;
  readonly approvedBy?: ApprovedBy;
  /** When a running mission becomes EXPIRED. */
  readonly deadlineMs?: number;
  /** The stop that was ordered of this mission, if one was. */
  readonly stop?: Stop;
  /** How it will end, once it only undoes what it did. */
  readonly ending?: RecordedEnding;
  /** What a person said of the undo of calls, by the keys of those. */
  readonly undoSaid?: { readonly [key: string]: UndoSaid };
  /** The newest try at undoing calls, by the keys of those, where a person said to try again: from 2. */
  readonly undoTries?: { readonly [key: string]: number };
  readonly outcomeKind?: OutcomeKind;
  readonly outcomeCode?: string;
  readonly endedBy?: Actor;
  readonly result?: Commitment;
  /** The sealed outcome, a JWS. */
  readonly outcome?: string;
}

/**
 * How long after its deadline, or after compensation was ordered if that is later, a mission's compensator may send: longer
 * than any person is waited for. Its tokens live for minutes all the same. What is left after it is a person's.
 */
export const COMPENSATION_GRACE_MS = 30 * 86_400_000;

/** Why a mission undoes what it did: from then on no call of its agent is sent. */
export interface RecordedEnding {
  readonly kind: Exclude<OutcomeKind, "SUCCEEDED" | "DENIED">;
  readonly code?: string;
  readonly cause?: Commitment;
  readonly actor: Actor;
  /** Store time from which nothing more is sent to undo it: what is left then is a person's. */
  readonly untilMs: number;
}

/** `undone`: by hand. `stands`: it stays as it is. */
export type UndoSaid = "undone" | "stands";

/** Applies one entry of `mission/<id>` to what the entries before it gave. Pure. @throws `mission/log_unreadable` */
export function foldMission(mission: Mission | undefined, entry: Entry): Mission {
  if (entry.version !== (mission?.version ?? 0) + 1) {
    throw logUnreadable(entry.stream, entry.version, `it follows version ${mission?.version ?? 0}`);
  }
  if (mission === undefined) return createdBy(entry);
  const remark = remarkIn(mission, entry);
  if (remark !== undefined) return { ...mission, ...remark, version: entry.version, updatedAtMs: entry.timeMs };
  return transition(mission, missionEvent(entry));
}

/** What an entry says that takes no edge; `undefined` for every other, and for one that the state does not allow. */
function remarkIn(mission: Mission, entry: Entry): Partial<Mission> | undefined {
  if (mission.state === "EXECUTED" || mission.state === "CLOSED") return undefined;
  if (entry.type === "epoch.raised") return { epoch: mission.epoch + 1 };
  if (entry.type === "mission.voted" && mission.state === "WAITING_APPROVAL") {
    return { asked: withVoteIn(mission.asked, entry) };
  }
  if (entry.type === "stop.ordered") {
    const stop = foldStop(mission.stop, entry);
    return stop.compensation === "run" ? { stop, ...longer(mission.ending, entry) } : { stop };
  }
  if (mission.state !== "IN_PROGRESS") return undefined;
  if (entry.type === "compensation.started" && mission.ending === undefined) return { ending: endingIn(entry) };
  if (entry.type === "compensation.resolved") {
    return { undoSaid: { ...mission.undoSaid, [textIn(entry, "call")]: textIn(entry, "as") as UndoSaid } };
  }
  if (entry.type === "compensation.retried") {
    const undoTries = { ...mission.undoTries, [textIn(entry, "call")]: numberIn(entry, "attempt") };
    return { undoTries, ...longer(mission.ending, entry) };
  }
  return undefined;
}

/** The key of the newest try at undoing the call `key`: the only one that may still be made. */
export function newestUndoKey({ undoTries }: Pick<Mission, "undoTries">, key: string): string {
  return undoKey(key, undoTries?.[key] ?? 1);
}

/** What was held, or is tried again, is given its whole time once it may be undone. */
function longer(ending: RecordedEnding | undefined, { timeMs }: Entry): Pick<Mission, "ending"> {
  if (ending === undefined) return {};
  return { ending: { ...ending, untilMs: Math.max(ending.untilMs, timeMs + COMPENSATION_GRACE_MS) } };
}

function endingIn(entry: Entry): RecordedEnding {
  const { cause } = entry.payloads;
  return {
    kind: textIn(entry, "kind") as RecordedEnding["kind"],
    actor: entry.actor,
    untilMs: numberIn(entry, "untilMs"),
    ...(entry.data["code"] === undefined ? {} : { code: textIn(entry, "code") }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function createdBy(entry: Entry): Mission {
  const id = partsOfStream(entry.stream)?.mission;
  if (id === undefined || entry.type !== "mission.created") {
    throw logUnreadable(entry.stream, entry.version, "a mission begins with mission.created");
  }
  return {
    id,
    state: "CREATED",
    version: entry.version,
    agent: textIn(entry, "agent"),
    createdBy: entry.actor,
    authority: textIn(entry, "authority") as Level,
    timeoutMs: numberIn(entry, "timeoutMs"),
    tools: textsIn(entry, "tools"),
    definition: commitmentIn(entry, "definition"),
    epoch: 0,
    createdAtMs: entry.timeMs,
    updatedAtMs: entry.timeMs,
  };
}

function missionEvent(entry: Entry): MissionEvent {
  const { timeMs } = entry;
  switch (entry.type) {
    case "mission.planned":
      return { type: "plan", timeMs, context: textIn(entry, "context") as Hash };
    case "mission.approval_requested":
      return {
        type: "request_approval",
        timeMs,
        boundary: textIn(entry, "boundary") as Hash,
        boundaryText: commitmentIn(entry, "boundary"),
        release: textIn(entry, "release") as Hash,
        decision: decisionIn(entry),
        untilMs: numberIn(entry, "untilMs"),
        ...askedOfPeople(entry),
      };
    case "mission.approved":
      return { type: "approve", timeMs, by: approvedBy(entry) };
    case "mission.queued":
      return { type: "queue", timeMs, boundary: textIn(entry, "boundary") as Hash };
    case "mission.started":
      return { type: "start", timeMs, deadlineMs: numberIn(entry, "deadlineMs"), decision: decisionIn(entry) };
    case "mission.finished":
      return {
        type: "finish",
        timeMs,
        kind: textIn(entry, "kind") as OutcomeKind,
        actor: entry.actor,
        code: entry.data["code"] === undefined ? undefined : textIn(entry, "code"),
        result: entry.payloads["result"],
      };
    case "mission.sealed":
      return { type: "seal", timeMs, outcome: textIn(entry, "outcome") };
    case "mission.abandoned":
      return {
        type: "abandon",
        timeMs,
        outcome: textIn(entry, "outcome"),
        kind: textIn(entry, "kind") as OutcomeKind,
        actor: entry.actor,
        code: textIn(entry, "code"),
      };
    default:
      throw logUnreadable(entry.stream, entry.version, `"${entry.type}" is not an event of a mission`);
  }
}

function approvedBy(entry: Entry): ApprovedBy {
  const { kind, rules, votes, level } = objectIn(entry, "by");
  if (kind === "rule" && Array.isArray(rules)) return { kind, rules: rules as readonly string[] };
  if (kind === "votes" && Array.isArray(votes) && typeof level === "string") {
    return { kind, votes: votes as readonly number[], level: level as Level };
  }
  throw logUnreadable(entry.stream, entry.version, "it was approved in a way that is not known here");
}

function askedOfPeople(entry: Entry): Pick<Mission, "asked" | "unreachable"> {
  const { level, unreachable } = entry.data;
  if (typeof unreachable === "string") return { unreachable };
  return typeof level === "string" ? { asked: askedIn(entry, decisionIn(entry)) } : {};
}
