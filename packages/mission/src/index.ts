export { abandonMission } from "./abandon-mission.ts";
export { approvalId, parseApprovalId } from "./approval-id.ts";
export { listApprovals, loadApproval } from "./approval-list.ts";
export { APPROVAL_TABLE } from "./approval-row.ts";
export { SHOWN_ARGUMENTS_MAX, SHOWN_HEAD_LENGTH, SHOWN_VALUE_LENGTH_MAX } from "./approval-text.ts";
export type { ApprovalKey } from "./approval-waiting.ts";
export type { ApprovalPool, ApprovalQuestion, ApprovalRequest, CastVote, PassedOver, Seat } from "./approval.ts";
export { approveMission, queueMission } from "./approve-mission.ts";
export type { Enrolment, SignedEnrolment } from "./approver-enrolment.ts";
export {
  CONFIRMATIONS_MAX,
  ENROLMENT_TYP,
  enrolApprover,
  readPossession,
  signEnrolment,
} from "./approver-enrolment.ts";
export { loadApprovers } from "./approver-log.ts";
export { revokeApprover } from "./approver-revocation.ts";
export type { Approver } from "./approver.ts";
export { foldApprovers } from "./approver.ts";
export type { AskedApproval } from "./asked-approval.ts";
export type { BoundCompensation, BoundTool, Boundary } from "./boundary.ts";
export type { Broker, Finding, Sending, Sent, ToolDigest } from "./broker.ts";
export { buildReceipt } from "./build-receipt.ts";
export type { VoteCast, VoteOrder } from "./cast-vote.ts";
export { castVote } from "./cast-vote.ts";
export { findCall, loadCallEnd } from "./call-end.ts";
export type { CallCode } from "./call-code.ts";
export { CALL_CODES } from "./call-code.ts";
export { ARGUMENTS_LENGTH_MAX } from "./call-request.ts";
export type {
  Call,
  CallAnswer,
  CallEnd,
  CallEventType,
  CallRequest,
  CallState,
  Presented,
  RegisteredCompensation,
  Retrying,
} from "./call.ts";
export { NEXT_CALL_STATE, foldCall, isEnded } from "./call.ts";
export type { Catalogue } from "./catalogue.ts";
export type { Checkpoints } from "./checkpoints.ts";
export type { CompensationWaits, PresentUndo } from "./compensate-mission.ts";
export { compensateMission } from "./compensate-mission.ts";
export { createMission, findRequested } from "./create-mission.ts";
export type { DecisionRecord } from "./decision-record.ts";
export {
  DEFINITION_SCHEMA,
  DEFINITION_TOOLS_MAX,
  OBJECTIVE_BYTES_MAX,
  TIMEOUT_MS_MAX,
  TIMEOUT_MS_MIN,
} from "./definition-schema.ts";
export type { DefinedTool, MissionDefinition } from "./definition.ts";
export { parseDefinition } from "./definition.ts";
export { endMission } from "./end-mission.ts";
export type { EpochScope } from "./epoch.ts";
export { raiseEpoch } from "./epoch.ts";
export type { Caller, Epochs } from "./evidence.ts";
export { COMPENSATOR, loadEpochs, loadStop } from "./evidence.ts";
export { expireMission } from "./expire-mission.ts";
export type { Ending } from "./finish-mission.ts";
export { finishMission } from "./finish-mission.ts";
export type { Decision, DecisionKind, DecisionRequest, Governor, Reservation, RuleReason } from "./governor.ts";
export type { Level } from "./level.ts";
export { LEVELS, reaches } from "./level.ts";
export type { MissionErrorCode } from "./mission-error.ts";
export { MissionError } from "./mission-error.ts";
export { loadBoundary, loadMission } from "./mission-log.ts";
export {
  PARKED_CALLS_MAX,
  epochCounter,
  missionProjection,
  openCallsCounter,
  parkedCallsCounter,
  shutCounter,
  stopCounter,
  undoDueCounter,
} from "./mission-projection.ts";
export type { MissionWorld } from "./mission-world.ts";
export type { Mission, RecordedEnding, UndoSaid } from "./mission.ts";
export { COMPENSATION_GRACE_MS, foldMission } from "./mission.ts";
export type { Outcome, StreamHead } from "./outcome.ts";
export { OUTCOME_TYP, headsRoot } from "./outcome.ts";
export { performCall } from "./perform-call.ts";
export { BUDGET_SPENT } from "./reservation.ts";
export { RESULT_LENGTH_MAX } from "./record-sent.ts";
export { planMission } from "./plan-mission.ts";
export { boundaryDigest, requestApproval } from "./request-approval.ts";
export type { Resolution, UndoResolution } from "./resolve-call.ts";
export { resolveCall } from "./resolve-call.ts";
export type { RunLane } from "./run-lane.ts";
export { sealMission } from "./seal-mission.ts";
export { settleCall, settleCalls } from "./settle-call.ts";
export { UPSTREAM_RETRY_MS } from "./settlement.ts";
export { startCompensation } from "./start-compensation.ts";
export { startMission } from "./start-mission.ts";
export { cutHalted } from "./in-flight.ts";
export { stopAgent, stopMission, stopNamespace } from "./stop.ts";
export type { StopOrder } from "./stop.ts";
export type { StandingStop } from "./standing-stop.ts";
export type { Stop, StopCompensation, StopScope } from "./stop-order.ts";
export {
  CONTROL_STREAM,
  UNDO_TRIES_MAX,
  agentStream,
  callStream,
  missionStream,
  undoKey,
  undoneKey,
} from "./stream-name.ts";
export { TIME_BUILDS_MAX, isTimeOff } from "./time-off.ts";
export type {
  ArgumentSource,
  Compensation,
  CompensationSource,
  Find,
  RetryPolicy,
  Tool,
  ToolClass,
  ToolRegistration,
} from "./tool.ts";
export type { ApprovedBy, MissionEvent, MissionState, OutcomeKind } from "./transition.ts";
export { NEXT_STATE, transition } from "./transition.ts";
export { countVotes } from "./vote-count.ts";
export type { VoteCount } from "./vote-count.ts";
export { VOTE_TYP, signVote } from "./vote-jws.ts";
export type { Vote } from "./vote.ts";
export { voteDigest } from "./vote.ts";
