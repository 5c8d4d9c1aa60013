import { explainRefusal } from "./explain-refusal.ts";
import { judgeReceipt } from "./judge-receipt.ts";
import type { ReceiptAnchors, VerifiedReceipt } from "./judge-receipt.ts";
import { judgeWitnesses } from "./judge-witnesses.ts";
import type { Witnessed } from "./judge-witnesses.ts";
import { judgeVotes } from "./receipt-votes.ts";
import type { ReceiptRefusal } from "./receipt-refusal.ts";
import { witnessed } from "./verify-log.ts";
import type { WitnessAnchors } from "./witness-quorum.ts";

/** `witnesses` is there if witnesses were given; `notChecked` names `witness` if none were. */
export type ReceiptVerification = (VerifiedReceipt & { readonly witnesses?: Witnessed }) | ReceiptRefusal;

/**
 * {@link judgeReceipt}, with words for the person who asked. With `witnesses` the receipt is refused unless enough of them
 * cosigned its checkpoint (`unwitnessed`) and nothing in their name is forged (`cosignature_forged`).
 */
export function verifyReceipt(
  receipt: unknown,
  anchors: ReceiptAnchors & { readonly witnesses?: WitnessAnchors },
): ReceiptVerification {
  const judgement = judgeReceipt(receipt, anchors, judgeVotes);
  if (!judgement.ok) return explainRefusal(judgement);
  if (anchors.witnesses === undefined) return judgement;
  const { checkpoint } = receipt as { readonly checkpoint: unknown }; // held against what was verified, whatever it says now
  const note = typeof checkpoint === "string" ? checkpoint : "";
  return witnessed(judgement, judgeWitnesses(note, { checkpoint: judgement, log: anchors.key }, anchors.witnesses));
}
