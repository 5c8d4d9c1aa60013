export { type Agent, agent, type AgentFunction, type AgentMission } from "./agent.ts";
export { CALL_ARGUMENTS_BYTES_MAX, OPERATION_NAME_CHARS_MAX, type RunContext, SLEEP_MS_MAX } from "./context.ts";
export type { Difference } from "./difference.ts";
export { EngineError, type EngineErrorCode } from "./engine-error.ts";
export { CLAIM_ATTEMPTS_MAX, executeRun, type RunRequest } from "./execute-run.ts";
export { FAILURE_MESSAGE_CHARS_MAX } from "./failure.ts";
export type { IdempotencyKey } from "./idempotency-key.ts";
export { STEP_RESULT_BYTES_MAX } from "./live-step.ts";
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
export { RUN_RESULT_BYTES_MAX } from "./run-ending.ts";
export type { RunWorld } from "./run-world.ts";
export { RUN_OPERATIONS_MAX } from "./run.ts";
export { systemTimers } from "./system-timers.ts";
export type { Timers } from "./timers.ts";
