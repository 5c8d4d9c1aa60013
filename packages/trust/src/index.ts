export { type AgentFact, agentStanding, type AgentStanding, agentStatus, type AgentStatus } from "./agent-status.ts";
export {
  type AppendedEntry,
  type AuditChain,
  type AuditChainOptions,
  CHAIN_BATCH_MAX,
  CHECKPOINT_EVERY,
  type EntryFacts,
  type EntryProof,
  openAuditChain,
} from "./audit-chain.ts";
export { AuraError, isAuraError, type ErrorText } from "./aura-error.ts";
export { decodeBase64url, encodeBase64url } from "./base64url.ts";
export type { Brand } from "./brand.ts";
export {
  canonicalJson,
  JSON_BYTES_MAX,
  JSON_DEPTH_MAX,
  type JsonLimits,
  parseCanonicalJson,
} from "./canonical-json.ts";
export { CALL_PROOF_AGE_MS_MAX, CALL_PROOF_TYP, type CallProofClaims, proveCall } from "./call-proof.ts";
export { CLOCK_AHEAD_MS_MAX } from "./claim.ts";
export {
  type AgentBinding,
  CREDENTIAL_TTL_MS_MAX,
  CREDENTIAL_TYP,
  type CredentialClaims,
  type InstanceName,
  issueCredential,
} from "./credential.ts";
export { type EnrolmentDesk, issueEnrolledCredential, type VerifiedEnrolment, verifyEnrolment } from "./enrolment.ts";
export {
  answerChallenge,
  CHALLENGE_TTL_MS_MAX,
  CHALLENGE_TYP,
  type ChallengeClaims,
  issueChallenge,
  POSSESSION_TYP,
} from "./enrolment-challenge.ts";
export { ENROLMENT_REFUSAL_REASONS, type EnrolmentRefusal, type EnrolmentRefusalReason } from "./enrolment-refusal.ts";
export { delegateToken, type DelegationClaims } from "./delegate-token.ts";
export type { AgentEpochs, MissionEpochs } from "./epoch.ts";
export {
  EXECUTION_TOKEN_TTL_MS_MAX,
  EXECUTION_TOKEN_TYP,
  type ExecutionTokenClaims,
  type GrantedTools,
  mintExecutionToken,
} from "./execution-token.ts";
export { type Refusal, REFUSAL_REASONS, type RefusalReason } from "./refusal.ts";
export { type Anchors, type CallInQuestion, type PresentedCall, verifyCall, type VerifiedCall } from "./verify-call.ts";
export { CALL_HEADERS, CALL_META, callHeaders, callMeta, type CarriedCall } from "./call-transport.ts";
export { DENY_ALL_NONCE, DENY_ALL_RELEASE } from "./chain-founding.ts";
export type { ChainWitnesses, HistoryDispute, Witnessing, WitnessingFailed } from "./chain-witnesses.ts";
export type { ChainState, ChainStore, PublishedTree, TilePlace } from "./chain-store.ts";
export type { Clock } from "./clock.ts";
export { createGuard, type Guard } from "./guard.ts";
export { GUARD_REFUSAL_REASONS, type GuardRefusal, type GuardRefusalReason } from "./guard-refusal.ts";
export {
  ARGUMENTS_BYTES_MAX,
  type GuardedCall,
  type GuardOptions,
  type RevocationEvidence,
  type RevocationScope,
} from "./guarded-call.ts";
export { memoryChainStore } from "./memory-chain-store.ts";
export { memoryReplayMarks, REPLAY_MARKS_MAX } from "./memory-replay-marks.ts";
export { AUDIT_STREAM, type SignedChain } from "./open-chain.ts";
export { type Growth, isAnchored, withGrowth } from "./org-log-anchor.ts";
export {
  type CheckpointSubmission,
  openOrgLog,
  type OrgLog,
  type OrgLogOptions,
  type SubmissionAnswer,
  type TickReport,
} from "./org-log.ts";
export type { AnchorRefusal, AnchorRefusalReason } from "./org-log-refusal.ts";
export { memoryOrgLogStore, type OrgLogStore } from "./org-log-store.ts";
export type { Tick, WrittenTick } from "./org-log-tick.ts";
export type { ReplayAnswer, ReplayMark, ReplayMarks } from "./replay-marks.ts";
export { createToolCallGuard, type ToolCallGuard } from "./tool-call-guard.ts";
export { type OpenedText, type RecordedCall, wrapTool } from "./wrap-tool.ts";
export { commit, newNonce } from "./commitment.ts";
export {
  type Constraint,
  CONSTRAINT_DEPTH_MAX,
  CONSTRAINT_ITEMS_MAX,
  type Constraints,
  type ShortConstraint,
} from "./constraint.ts";
export { type Answer, evaluateConstraint, evaluateConstraints } from "./evaluate-constraint.ts";
export { parseConstraint, parseConstraints } from "./parse-constraint.ts";
export { subsumes, subsumesConstraints } from "./subsumes.ts";
export { type Actor, type Commitment, type Custody, ENTRY_BYTES_MAX, type Entry, type Hash } from "./entry.ts";
export { hashBytes, hashText, sha256 } from "./hash.ts";
export { invariant, InvariantViolation, unreachable } from "./invariant.ts";
export type { JsonObject, JsonValue } from "./json-value.ts";
export { verifyEd25519 } from "./ed25519.ts";
export { JWS_CHARS_MAX, type JwsRefusal, type JwsVerification, signJws, verifyJws } from "./jws.ts";
export { signerFromCryptoKey, type WebCryptoKey } from "./crypto-key-signer.ts";
export { type NodeKeyObject, signerFromKeyObject } from "./key-object-signer.ts";
export { generateKey, signerFromSeed } from "./key-signer.ts";
export { admitPublicKey, admitTrustAnchor, type PublicKey, publicKeyBytes, publicKeyFromBytes } from "./public-key.ts";
export type { Random } from "./random.ts";
export type { Signer } from "./signer.ts";
export { ORG_LOG_NAMESPACES_MAX } from "./stored-org-log.ts";
export { systemClock } from "./system-clock.ts";
export { systemRandom } from "./system-random.ts";
export { CHAIN_CHARS_MAX, DELEGATION_DEPTH_MAX } from "./token-chain.ts";
export { TrustError, type TrustErrorCode } from "./trust-error.ts";
export { uuidv7 } from "./uuid.ts";
export {
  type Checkpoint,
  type CheckpointRefusal,
  inspectCheckpoint,
  openCheckpoint,
  type OpenedCheckpoint,
  signCheckpoint,
} from "./checkpoint.ts";
export {
  cosignCheckpoint,
  formatWitnessKey,
  openCosignature,
  type OpenedCosignature,
  parseWitnessKey,
  type WitnessKey,
  witnessKeyOf,
} from "./cosignature.ts";
export { encodeEntry, type EntryLink, isCommitment, isHash, parseEntry, type ParsedEntry } from "./entry-codec.ts";
export {
  type FoundingRefusal,
  type FoundingStatement,
  type KeyUse,
  openFounding,
  type OpenedFounding,
  type PurposeKey,
  type Refounding,
  signFounding,
} from "./founding.ts";
export {
  anchorsOf,
  KEY_SET_FORMAT,
  KEY_SET_KEYS_MAX,
  KEY_SET_LIFE_MS_MAX,
  KEY_SET_TYP,
  type KeySet,
  type KeySetRefusal,
  type KeySetTerms,
  keysOf,
  type OpenedKeySet,
  openKeySet,
  signKeySet,
  type TimedKey,
} from "./key-set.ts";
export { LOG_LINE_BYTES_MAX, logEntryLine, type LogHeader, logHeaderLine } from "./log-export.ts";
export type { LogFounding } from "./log-founding.ts";
export { logLines } from "./log-lines.ts";
export type { LogRefusal, LogRefusalReason } from "./log-refusal.ts";
export {
  EMPTY_ROOT,
  emptyRoot,
  Frontier,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";
export {
  type OpenedPayload,
  type ProvenEntry,
  type Receipt,
  RECEIPT_BYTES_MAX,
  type ReceiptHead,
  type ReceiptOutcome,
} from "./receipt.ts";
export type { ReceiptRefusal, ReceiptRefusalReason } from "./receipt-refusal.ts";
export { NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX } from "./signed-note.ts";
export {
  type Submission,
  submitCheckpoint,
  type Submitted,
  type WitnessAddress,
  type WitnessFailure,
  type WitnessReport,
} from "./witness-client.ts";
export {
  openWitness,
  type Witness,
  type WitnessAnswer,
  type WitnessOptions,
  type WitnessStore,
} from "./witness-service.ts";
export {
  consistencyProof,
  extendTree,
  inclusionProof,
  type Tile,
  TILE_WIDTH,
  tilePath,
  type TileReader,
  treeRoot,
  type TreeTiles,
} from "./tiles.ts";
export { TREE_NODES_TILES_MAX, TreeNodes } from "./tree-nodes.ts";
export {
  formatVerifierKey,
  namespaceOfOrigin,
  parseVerifierKey,
  type VerifierKey,
  verifierKeyOf,
} from "./verifier-key.ts";
export type { LogAnchors, NotChecked, VerifiedLog } from "./judge-log.ts";
export type { Witnessed } from "./judge-witnesses.ts";
export {
  formatTlogProof,
  parseTlogProof,
  type TlogProof,
  type TlogProofVerification,
  verifyTlogProof,
} from "./tlog-proof.ts";
export type { WitnessAnchors } from "./witness-quorum.ts";
export type { ReceiptAnchors, VerifiedReceipt } from "./judge-receipt.ts";
export {
  type AnchoredAnchors,
  type AnchoredVerification,
  type VerifiedAnchor,
  verifyAnchored,
} from "./verify-anchored.ts";
export { type LogVerification, verifyLog } from "./verify-log.ts";
export { type OrgLogTicks, type OrgLogVerification, verifyOrgLog } from "./verify-org-log.ts";
export { type ReceiptVerification, verifyReceipt } from "./verify-receipt.ts";
