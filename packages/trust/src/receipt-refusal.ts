import { DO_NOT_TRUST, refuseLog } from "./log-refusal.ts";
import type { LogRefusal, LogRefusalReason } from "./log-refusal.ts";

/** Why a receipt is not accepted: what can stand against a log, or what only a receipt can get wrong. */
export type ReceiptRefusalReason =
  | LogRefusalReason
  | "malformed_receipt"
  | "foreign_entry"
  | "not_sealed"
  | "outcome_forged"
  | "outcome_contradicted"
  | "incomplete"
  | "payload_altered"
  | "custody_misstated"
  | "vote_missing"
  | "vote_forged";

export type ReceiptRefusal = Omit<LogRefusal, "reason"> & { readonly reason: ReceiptRefusalReason };

export function refuseReceipt(refusal: {
  readonly reason: ReceiptRefusalReason;
  readonly seq?: number;
  readonly what: string;
  readonly why: string;
}): ReceiptRefusal {
  return { ok: false, ...refusal, fix: DO_NOT_TRUST };
}

export function malformedReceipt(): ReceiptRefusal {
  return {
    ok: false,
    reason: "malformed_receipt",
    what: "This is not a receipt.",
    why: "A receipt is one canonical JSON object with exactly the members of its format.",
    fix: "Write the receipt again and copy it without converting it; if it stays so, do not rely on this file.",
  };
}

export function notInTheLog(seq: number): LogRefusal {
  return refuseLog({
    reason: "entry_altered",
    seq,
    what: `Entry ${seq} is not at that place of the log that was signed.`,
    why: "Its hash and its proof do not lead to the signed root: the entry, its place or the proof was changed.",
    fix: DO_NOT_TRUST,
  });
}

export function foreignEntry(seq: number, what: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "foreign_entry",
    seq,
    what: `Entry ${seq} ${what}.`,
    why: "A receipt holds the entries of one mission, in the order of the log, and ends with its outcome.",
  });
}

export function notSealed(): ReceiptRefusal {
  return refuseReceipt({
    reason: "not_sealed",
    what: "The last entry does not carry the outcome of the mission.",
    why: "A receipt is written when a mission is CLOSED; before, nothing says that its entries are all there are.",
  });
}

export function outcomeForged(seq: number, problem: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "outcome_forged",
    seq,
    what: `The outcome in entry ${seq} ${problem}.`,
    why: "An outcome is signed by an outcome key that the founding statement names.",
  });
}

export function outcomeContradicted(seq: number, problem: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "outcome_contradicted",
    seq,
    what: `The outcome in entry ${seq} ${problem}.`,
    why: "An outcome repeats what the entries before it say.",
  });
}

export function incompleteReceipt(what: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "incomplete",
    what,
    why: "The outcome names the end of every stream of the mission, so entries that are left out show.",
  });
}

export function payloadAltered(what: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "payload_altered",
    what,
    why: "An entry holds a commitment to each text; only the very text and nonce open it.",
  });
}

export function misstated(what: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "custody_misstated",
    what,
    why: "A reader takes custody and quorum from the front of a receipt; they must be what the entries say.",
  });
}

export function voteMissing(seq: number, what: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "vote_missing",
    seq,
    what: `The approval that entry ${seq} speaks of ${what}.`,
    why: "Whoever says that people approved shows their signed votes, as many as had to agree.",
  });
}

export function voteForged(seq: number, what: string): ReceiptRefusal {
  return refuseReceipt({
    reason: "vote_forged",
    seq,
    what: `The vote in or behind entry ${seq} ${what}.`,
    why: "A vote is one person's signature over one exact request and what was shown, by a key that counts for that person.",
  });
}
