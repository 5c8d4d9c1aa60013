import type { Actor, Commitment, Hash } from "@aura/trust";
import type { DecisionRecord } from "./decision-record.ts";
import type { AskedApproval } from "./asked-approval.ts";
import type { Level } from "./level.ts";
import type { Mission } from "./mission.ts";
import { illegalTransition } from "./mission-error.ts";

export type MissionState =
  | "CREATED"
  | "PLANNING"
  | "WAITING_APPROVAL"
  | "APPROVED"
  | "PENDING_EXECUTION"
  | "IN_PROGRESS"
  | "EXECUTED"
  | "CLOSED";

/** How a mission came out: done; gave up; refused by a rule or person; ended by its owner, by time, by an operator. */
export type OutcomeKind = "SUCCEEDED" | "FAILED" | "DENIED" | "CANCELLED" | "EXPIRED" | "STOPPED";

/** Who let the mission pass WAITING_APPROVAL. At L1 a rule's PERMIT stands here; it is not an approval. */
export type ApprovedBy =
  | { readonly kind: "rule"; readonly rules: readonly string[] }
  /** Versions, in the mission's own stream, of the votes that were used; the level that they were asked at. */
  | { readonly kind: "votes"; readonly votes: readonly number[]; readonly level: Level };

export type MissionEvent = { readonly timeMs: number } & (
  | { readonly type: "plan"; readonly context: Hash }
  | {
      readonly type: "request_approval";
      readonly boundary: Hash;
      readonly boundaryText: Commitment;
      readonly release: Hash;
      readonly decision: DecisionRecord;
      readonly untilMs: number;
      readonly asked?: AskedApproval;
      readonly unreachable?: string;
    }
  | { readonly type: "approve"; readonly by: ApprovedBy }
  | { readonly type: "queue"; readonly boundary: Hash }
  | { readonly type: "start"; readonly deadlineMs: number; readonly decision: DecisionRecord }
  | {
      readonly type: "finish";
      readonly kind: OutcomeKind;
      readonly actor: Actor;
      readonly code: string | undefined;
      readonly result: Commitment | undefined;
    }
  | { readonly type: "seal"; readonly outcome: string }
  | {
      readonly type: "abandon";
      readonly outcome: string;
      readonly kind: OutcomeKind;
      readonly actor: Actor;
      readonly code: string;
    }
);

/** The whole machine. A pair that is not here is illegal; CLOSED has no way out. */
export const NEXT_STATE: Readonly<Record<MissionState, Partial<Record<MissionEvent["type"], MissionState>>>> = {
  CREATED: { plan: "PLANNING", abandon: "CLOSED" },
  PLANNING: { request_approval: "WAITING_APPROVAL", abandon: "CLOSED" },
  WAITING_APPROVAL: { approve: "APPROVED", abandon: "CLOSED" },
  APPROVED: { queue: "PENDING_EXECUTION", abandon: "CLOSED" },
  PENDING_EXECUTION: { start: "IN_PROGRESS", abandon: "CLOSED" },
  IN_PROGRESS: { finish: "EXECUTED" },
  EXECUTED: { seal: "CLOSED" },
  CLOSED: {},
};

/** Applies one event. Pure: a mission is the fold of its events. @throws `mission/illegal_transition` */
export function transition(mission: Mission, event: MissionEvent): Mission {
  const state = NEXT_STATE[mission.state][event.type];
  if (state === undefined) throw illegalTransition(mission, event);
  return { ...mission, ...recordedBy(event), state, version: mission.version + 1, updatedAtMs: event.timeMs };
}

/** @throws `mission/illegal_transition` unless `mission` may take `type` now */
export function requireEdge(mission: Mission, type: MissionEvent["type"]): void {
  if (NEXT_STATE[mission.state][type] === undefined) throw illegalTransition(mission, { type });
}

function recordedBy(event: MissionEvent): Partial<Mission> {
  switch (event.type) {
    case "plan":
      return { context: event.context };
    case "request_approval":
      return {
        boundary: event.boundary,
        boundaryText: event.boundaryText,
        release: event.release,
        decision: event.decision,
        approvalUntilMs: event.untilMs,
        ...(event.asked === undefined ? {} : { asked: event.asked }),
        ...(event.unreachable === undefined ? {} : { unreachable: event.unreachable }),
      };
    case "approve":
      return { approvedBy: event.by };
    case "queue":
      return {};
    case "start":
      return { deadlineMs: event.deadlineMs };
    case "finish":
      return {
        outcomeKind: event.kind,
        endedBy: event.actor,
        ...(event.code === undefined ? {} : { outcomeCode: event.code }),
        ...(event.result === undefined ? {} : { result: event.result }),
      };
    case "seal":
      return { outcome: event.outcome };
    case "abandon":
      return { outcome: event.outcome, outcomeKind: event.kind, outcomeCode: event.code, endedBy: event.actor };
  }
}
