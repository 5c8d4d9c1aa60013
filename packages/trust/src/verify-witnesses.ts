/**
 * The door `@aura/trust/verify-witnesses`: whether witnesses cosigned what `@aura/trust/verify` verified, whether an org log anchors it, and
 * the proof of one entry. Nothing that issues, signs or stores; no socket, no file, every key from the caller.
 */
export { parseWitnessKey, type WitnessKey } from "./cosignature.ts";
export { judgeWitnesses, type Witnessed } from "./judge-witnesses.ts";
export { isAnchored } from "./org-log-anchor.ts";
export type { LogRefusal, LogRefusalReason } from "./log-refusal.ts";
export type { AnchorRefusal, AnchorRefusalReason } from "./org-log-refusal.ts";
export type { Tick, WrittenTick } from "./org-log-tick.ts";
export { parseTlogProof, type TlogProof, type TlogProofVerification, verifyTlogProof } from "./tlog-proof.ts";
export {
  type AnchoredAnchors,
  type AnchoredVerification,
  type VerifiedAnchor,
  verifyAnchored,
} from "./verify-anchored.ts";
export { parseVerifierKey, type VerifierKey } from "./verifier-key.ts";
export type { WitnessAnchors } from "./witness-quorum.ts";
