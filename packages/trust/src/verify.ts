/**
 * The verifier's door, `@aura/trust/verify`: what an auditor needs, and nothing that issues, signs or stores. It opens no
 * socket, reads no file and takes every key from its caller, so it runs in a browser as it does on a server.
 */
export { AuraError, isAuraError } from "./aura-error.ts";
export { openCheckpoint, type Checkpoint, type CheckpointRefusal, type OpenedCheckpoint } from "./checkpoint.ts";
export { parseEntry, type ParsedEntry } from "./entry-codec.ts";
export type { Actor, Commitment, Entry, Hash } from "./entry.ts";
export type { LogRefusal, LogRefusalReason } from "./log-refusal.ts";
export { logLines } from "./log-lines.ts";
export { leafHash, verifyConsistency, verifyInclusion } from "./merkle.ts";
export { admitPublicKey, type PublicKey } from "./public-key.ts";
export type { Receipt } from "./receipt.ts";
export type { ReceiptRefusal, ReceiptRefusalReason } from "./receipt-refusal.ts";
export { parseVerifierKey, type VerifierKey } from "./verifier-key.ts";
export { type LogAnchors, type LogVerification, type VerifiedLog, verifyLog } from "./verify-log.ts";
export {
  type ReceiptAnchors,
  type ReceiptVerification,
  type VerifiedReceipt,
  verifyReceipt,
} from "./verify-receipt.ts";
