import type { Custody } from "./entry.ts";
import type { JwsRefusal } from "./jws.ts";
import type { LogFinding } from "./log-finding.ts";
import type { VoteProblem } from "./receipt-votes.ts";

/** The first thing found that stands against a receipt: what can stand against a log, or what only a receipt can get wrong. */
export type ReceiptFinding =
  | LogFinding
  | ({ readonly ok: false } & (
      | { readonly reason: "malformed_receipt" | "not_sealed" }
      | (AtEntry & { readonly reason: "foreign_entry"; readonly problem: "namespace" | "mission" | "after_outcome" })
      | (AtEntry & { readonly reason: "outcome_forged"; readonly problem: JwsRefusal | "members" | "mission" })
      | (AtEntry & { readonly reason: "outcome_contradicted"; readonly problem: "boundary" | "checkpoint" })
      | { readonly reason: "incomplete"; readonly problem: "entries" | "heads" }
      /** `version` of a stream is missing before entry `before`. */
      | { readonly reason: "incomplete"; readonly stream: string; readonly version: number; readonly before: number }
      | { readonly reason: "payload_altered"; readonly problem: "boundary" | "unnamed" | "text" }
      | {
          readonly reason: "custody_misstated";
          readonly custody: readonly string[];
          readonly actual: readonly Custody[];
        }
      | { readonly reason: "custody_misstated"; readonly quorum: number; readonly founded: number }
      | (AtEntry & { readonly reason: "vote_missing"; readonly problem: "entry" | "closed" | "quorum" })
      | (AtEntry & { readonly reason: "vote_forged"; readonly problem: VoteProblem })
    ));

interface AtEntry {
  /** Position in the log. */
  readonly seq: number;
}
