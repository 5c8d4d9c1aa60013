import type { Hash, JsonObject } from "@aura/trust";
import type { DecisionRequest } from "./governor.ts";
import type { Level } from "./level.ts";
import type { Vote } from "./vote.ts";

/** Who may answer an escalated request? */
export interface ApprovalQuestion {
  readonly request: DecisionRequest;
  /** What the deciding rules ask for: L2 to L4. */
  readonly level: Level;
  readonly release: Hash;
  /** Store time: absences and delegations have windows. */
  readonly nowMs: number;
  /** Persons who may not answer, whoever they are: the mission's creator. */
  readonly excluded: readonly string[];
}

/** One way in which one person may answer. */
export interface Seat {
  readonly person: string;
  readonly position: string;
  /** The level that this person answers at. */
  readonly level: Level;
  /** Id of the delegation that seats this person; `null` for a holder. */
  readonly delegation: string | null;
}

/** A position that was passed over on the way up, and why. */
export interface PassedOver {
  readonly position: string;
  readonly reason: "VACANT" | "ABSENT" | "LEVEL_TOO_LOW" | "LIMIT_TOO_LOW" | "CONFLICT" | "QUORUM_TOO_SMALL";
}

/** The persons who may answer, each counted once, and how many must agree; or why nobody ever can: DENY at once. */
export type ApprovalPool =
  | {
      readonly kind: "pool";
      readonly level: Level;
      readonly quorum: number;
      readonly seats: readonly Seat[];
      readonly passed: readonly PassedOver[];
    }
  | {
      readonly kind: "unreachable";
      readonly reason: "NO_OWNER" | "GRAPH_CYCLE" | "QUORUM_UNREACHABLE";
      readonly passed: readonly PassedOver[];
    };

/** A vote that stands in the log. */
export interface CastVote {
  /** Of its entry, in the stream it stands on. */
  readonly version: number;
  readonly person: string;
  readonly choice: Vote["choice"];
  readonly level: Level;
  readonly position: string;
  readonly delegation: string | null;
  readonly kid: string;
  readonly atMs: number;
}

/** What a person is asked: one exact action, as it would be sent, and the text that is shown and signed. */
export interface ApprovalRequest {
  readonly mission: string;
  /** `null`: the mission as a whole. */
  readonly call: string | null;
  readonly agent: string;
  readonly tool: string | null;
  readonly arguments: JsonObject | null;
  readonly level: Level;
  readonly rules: readonly { readonly rule: string; readonly reason: string }[];
  /** Rendered from the very bytes that the vote is bound to; `vote.shown` is its SHA-256. */
  readonly shown: string;
  /** What is signed once a choice is added. */
  readonly vote: Omit<Vote, "choice">;
  readonly pool: ApprovalPool;
  readonly votes: readonly CastVote[];
  readonly requestedAtMs: number;
  /** When silence becomes a DENY. */
  readonly untilMs: number;
}
