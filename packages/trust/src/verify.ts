/**
 * The verifier's door, `@aura/trust/verify`: what an auditor needs, and nothing that issues, signs or stores. It opens no
 * socket, reads no file and takes every key from its caller, so it runs in a browser as it does on a server. It answers in
 * facts, so that it stays under 20 kB; `explainRefusal` of `@aura/trust/explain` puts them into words.
 */
export { AuraError, isAuraError } from "./aura-error.ts";
export { openCheckpoint, type Checkpoint, type CheckpointRefusal, type OpenedCheckpoint } from "./checkpoint.ts";
export { parseEntry, type ParsedEntry } from "./entry-codec.ts";
export type { Actor, Commitment, Entry, Hash } from "./entry.ts";
export type { LogFinding } from "./log-finding.ts";
export type { LogRefusalReason } from "./log-refusal.ts";
export { judgeLog, type LogAnchors, type LogJudgement, type VerifiedLog } from "./judge-log.ts";
export { judgeReceipt, type ReceiptAnchors, type ReceiptJudgement, type VerifiedReceipt } from "./judge-receipt.ts";
export { logLines } from "./log-lines.ts";
export { leafHash, verifyConsistency, verifyInclusion } from "./merkle.ts";
export { admitPublicKey, type PublicKey } from "./public-key.ts";
export type { Receipt } from "./receipt.ts";
export type { ReceiptFinding } from "./receipt-finding.ts";
export type { ReceiptRefusalReason } from "./receipt-refusal.ts";
export { parseVerifierKey, type VerifierKey } from "./verifier-key.ts";
