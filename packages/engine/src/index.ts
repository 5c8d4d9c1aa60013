export { type Agent, agent, type AgentFunction, type AgentMission } from "./agent.ts";
export type { AgentHost, Guest, GuestListener, Opening, StepEnd, StepToPerform, Turned } from "./agent-host.ts";
export {
  AgentLost,
  agentExited,
  agentProtocol,
  agentSilent,
  agentUnavailable,
  isAgentLost,
  type LossCode,
} from "./agent-lost.ts";
export { type Ask, type Operation } from "./ask.ts";
export { BEATS_RECORDED_EVERY_MS } from "./beat-record.ts";
export { BEATS_MISSED_MAX } from "./bring-on.ts";
export { CALL_ARGUMENTS_BYTES_MAX, OPERATION_NAME_CHARS_MAX, type RunContext, SLEEP_MS_MAX } from "./context.ts";
export type { Difference } from "./difference.ts";
export { EngineError, type EngineErrorCode } from "./engine-error.ts";
export { CLAIM_ATTEMPTS_MAX, executeRun, type RunRequest } from "./execute-run.ts";
export { type Ending, RUN_RESULT_BYTES_MAX } from "./ending.ts";
export type { Fact, Outcome } from "./fact.ts";
export { FAILURE_MESSAGE_CHARS_MAX } from "./failure.ts";
export { type Heartbeat, watchBeats } from "./heartbeat.ts";
export type { IdempotencyKey } from "./idempotency-key.ts";
export { inProcessHost } from "./in-process-host.ts";
export { LocalGuest } from "./local-guest.ts";
export {
  type AssistantMessage,
  MODEL_TOOL,
  type ModelMessage,
  type ModelRequest,
  type ModelTool,
  type ModelToolCall,
} from "./model.ts";
export type { Nudges } from "./nudges.ts";
export { type Failure, OperationFailed } from "./operation-failed.ts";
export type { CallToPresent, Presenter } from "./presenter.ts";
export type { RunEnd } from "./run-end.ts";
export type { RunWorld } from "./run-world.ts";
export { RUN_OPERATIONS_MAX } from "./run.ts";
export {
  BEAT_DETAILS_BYTES_MAX,
  HEARTBEAT_MS_MAX,
  HEARTBEAT_MS_MIN,
  STEP_RESULT_BYTES_MAX,
  type StepAction,
  type StepOptions,
  type StepProgress,
} from "./step-action.ts";
export { systemTimers } from "./system-timers.ts";
export type { Timers } from "./timers.ts";
