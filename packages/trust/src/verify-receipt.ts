import { explainRefusal } from "./explain-refusal.ts";
import { judgeReceipt } from "./judge-receipt.ts";
import type { ReceiptAnchors, VerifiedReceipt } from "./judge-receipt.ts";
import { judgeVotes } from "./receipt-votes.ts";
import type { ReceiptRefusal } from "./receipt-refusal.ts";

export type ReceiptVerification = VerifiedReceipt | ReceiptRefusal;

/** {@link judgeReceipt}, with words for the person who asked. */
export function verifyReceipt(receipt: unknown, anchors: ReceiptAnchors): ReceiptVerification {
  const judgement = judgeReceipt(receipt, anchors, judgeVotes);
  return judgement.ok ? judgement : explainRefusal(judgement);
}
