import type { Actor, Commitment, Entry, Hash } from "@aura/trust";
import type { DecisionRecord } from "./decision-record.ts";
import { decisionIn } from "./decision-record.ts";
import { commitmentIn, numberIn, objectIn, textIn, textsIn } from "./entry-data.ts";
import type { Level } from "./level.ts";
import { logUnreadable } from "./mission-error.ts";
import { partsOfStream } from "./stream-name.ts";
import type { ApprovedBy, MissionEvent, MissionState, OutcomeKind } from "./transition.ts";
import { transition } from "./transition.ts";

/** The fold of `mission/<id>`: where the mission stands and what was frozen on the way. Times are store time. */
export interface Mission {
  readonly id: string;
  readonly state: MissionState;
  /** Entries in its stream. */
  readonly version: number;
  readonly agent: string;
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
  readonly approvedBy?: ApprovedBy;
  /** When a running mission becomes EXPIRED. */
  readonly deadlineMs?: number;
  readonly outcomeKind?: OutcomeKind;
  readonly outcomeCode?: string;
  readonly endedBy?: Actor;
  readonly result?: Commitment;
  /** The sealed outcome, a JWS. */
  readonly outcome?: string;
}

/** Applies one entry of `mission/<id>` to what the entries before it gave. Pure. @throws `mission/log_unreadable` */
export function foldMission(mission: Mission | undefined, entry: Entry): Mission {
  if (entry.version !== (mission?.version ?? 0) + 1) {
    throw logUnreadable(entry.stream, entry.version, `it follows version ${mission?.version ?? 0}`);
  }
  if (mission === undefined) return createdBy(entry);
  if (entry.type === "epoch.raised" && mission.state !== "EXECUTED" && mission.state !== "CLOSED") {
    return { ...mission, epoch: mission.epoch + 1, version: entry.version, updatedAtMs: entry.timeMs };
  }
  return transition(mission, missionEvent(entry));
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
  const by = objectIn(entry, "by");
  const rules = by["rules"];
  if (by["kind"] !== "rule" || !Array.isArray(rules)) {
    throw logUnreadable(entry.stream, entry.version, "it was approved in a way that is not known here");
  }
  return { kind: "rule", rules: rules as readonly string[] };
}
