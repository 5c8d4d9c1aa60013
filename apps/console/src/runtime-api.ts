/** What the runtime's HTTP interface (`/v1`) answers, as far as the page reads it. Shapes only: the page believes none of it. */
import type { Entry, Hash, JsonObject, JsonValue } from "@aura/trust";

export type Level = "L1" | "L2" | "L3" | "L4";

export const MISSION_STATES = [
  "CREATED",
  "PLANNING",
  "WAITING_APPROVAL",
  "APPROVED",
  "PENDING_EXECUTION",
  "IN_PROGRESS",
  "EXECUTED",
  "CLOSED",
] as const;
export type MissionState = (typeof MISSION_STATES)[number];

export interface Health {
  readonly status: "ok" | "degraded" | "stopping";
  readonly namespace: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly version: string;
}

export interface SignedCheckpoint {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
  readonly atMs: number;
}

export interface Now {
  readonly namespace: string;
  readonly origin: string;
  readonly quorum: number;
  readonly egress: string;
  readonly custody: string;
  readonly missions: {
    readonly open: number;
    readonly waiting: number;
    readonly failed: number;
    readonly byState: { readonly [state: string]: number };
  };
  readonly approvals: { readonly pending: number; readonly oldestMs: number | null };
  /** In the last 24 hours. */
  readonly denied: number;
  readonly missedBeats: number;
  readonly log: { readonly size: number; readonly checkpoint: SignedCheckpoint | null };
  readonly nowMs: number;
  readonly demo: boolean;
}

/** Why a text that is kept beside the log is not shown. */
export type Lost = "erased" | "altered";

export interface MissionSummary {
  readonly id: string;
  readonly agent: string;
  readonly objective: string | null;
  readonly authority: Level;
  readonly state: MissionState;
  readonly outcome: { readonly kind: string; readonly code: string | null } | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly waitsFor: "approval" | "person" | "tool" | "compensation" | null;
  readonly calls: { readonly total: number; readonly denied: number; readonly open: number };
  readonly lost: { readonly definition?: Lost };
}

export interface TimelineItem {
  readonly seq: number;
  readonly timeMs: number;
  readonly stream: string;
  readonly type: string;
  readonly actor: { readonly id: string; readonly custody: string };
  readonly summary: string;
}

export interface DecisionView {
  readonly kind: "PERMIT" | "DENY" | "ESCALATE";
  readonly level: Level | null;
  readonly rules: readonly { readonly id: string; readonly reason: string; readonly effect?: string }[];
  readonly unknown: readonly string[];
}

export interface CallSummary {
  readonly key: string;
  readonly tool: string;
  readonly class: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly attemptMax: number | null;
  readonly nextMs: number | null;
  readonly decision: DecisionView | null;
  readonly arguments: JsonObject | null;
  readonly facts: JsonObject;
  readonly end: {
    readonly kind: string;
    readonly code: string | null;
    readonly message: string | null;
    readonly result: JsonValue;
  } | null;
  readonly sentAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly compensates: string | null;
  readonly compensatedBy: string | null;
  readonly missedBeat: boolean;
  readonly lost: { readonly arguments?: Lost; readonly result?: Lost; readonly message?: Lost };
}

/** `calls` are the calls themselves here; their numbers are counted from them. */
export interface MissionView extends Omit<MissionSummary, "calls" | "lost"> {
  readonly definition: JsonObject | null;
  readonly boundary: { readonly hash: Hash; readonly release: Hash } | null;
  readonly timeline: readonly TimelineItem[];
  readonly calls: readonly CallSummary[];
  readonly approval: ApprovalView | null;
  readonly rest: { readonly reason: string; readonly detail: string; readonly untilMs?: number } | null;
  readonly result: JsonValue;
  readonly deadlineMs: number | null;
  readonly lost: { readonly definition?: Lost; readonly result?: Lost };
}

export interface Seat {
  readonly person: string;
  readonly name: string | null;
  readonly position: string;
  readonly delegation: string | null;
}

/** What is signed once a choice is added: the members of `aura-vote-1`. */
export type UnsignedVote = JsonObject & {
  readonly shown: Hash;
  readonly expiresMs: number;
};

export interface ApprovalView {
  readonly id: string;
  readonly mission: string;
  readonly call: string | null;
  readonly agent: string;
  readonly objective: string | null;
  readonly tool: string | null;
  readonly arguments: JsonObject | null;
  readonly level: Level;
  readonly rules: readonly { readonly id: string; readonly reason: string }[];
  readonly shown: string;
  readonly vote: UnsignedVote;
  readonly pool:
    | { readonly level: Level; readonly quorum: number; readonly seats: readonly Seat[] }
    | { readonly unreachable: JsonValue };
  readonly votes: readonly { readonly person: string; readonly choice: "APPROVE" | "REJECT"; readonly atMs: number }[];
  readonly requestedAtMs: number;
  readonly untilMs: number;
  readonly lost: { readonly definition?: Lost };
}

export interface Approvers {
  readonly items: readonly {
    readonly person: string;
    readonly name: string | null;
    readonly kid: string;
    readonly enrolledAtMs: number;
    readonly revoked: boolean;
  }[];
  readonly pending: readonly {
    readonly code: string;
    readonly person: string;
    readonly kid: string;
    readonly expiresMs: number;
  }[];
}

export interface LoggedEntry {
  readonly seq: number;
  readonly leaf: Hash;
  readonly entry: Entry;
}

export interface LedgerRow {
  readonly id: string | number;
  readonly key: string;
  readonly payee: string;
  readonly amount: string | number;
  readonly currency: string;
  readonly kind: string;
  readonly atMs: number;
  readonly note?: string;
}

export interface DemoScene {
  readonly n: number;
  readonly title: string;
  readonly state: string;
  readonly missions: readonly string[];
  readonly said: readonly string[];
}

export interface Demo {
  readonly scenes: readonly DemoScene[];
  readonly ledger: readonly LedgerRow[];
  readonly without: readonly LedgerRow[];
}
