import type { ApprovalRequest } from "@aura/mission";

/** Which mission or call an approval is about: `call` is `null` for the mission as a whole. */
export interface ApprovalPlace {
  readonly mission: string;
  readonly call: string | null;
}

/** What waits for people, and how they answer. */
export interface ApprovalDesk {
  /** Oldest first. */
  list(): AsyncIterable<ApprovalRequest>;
  load(place: ApprovalPlace): Promise<ApprovalRequest | undefined>;
  /** @throws `mission/vote_*`; nothing is recorded for a vote that is refused */
  cast(vote: ApprovalPlace & { readonly person: string; readonly jws: string }): Promise<{
    readonly outcome: "counted" | "approved" | "rejected";
  }>;
}
