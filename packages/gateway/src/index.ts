export { GatewayError, type GatewayErrorCode } from "./gateway-error.ts";
export { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
export {
  IDEMPOTENCY_META,
  LISTING_AGE_MS_MAX,
  stdioUpstream,
  type StdioUpstreamOptions,
} from "./mcp/stdio-upstream.ts";
export { MESSAGE_BYTES_MAX, PASSED_BYTES_MAX, STDERR_BYTES_KEPT, STOP_STEP_MS } from "./mcp/server-process.ts";
export {
  httpModelUpstream,
  MODEL_REQUEST_BYTES_MAX,
  type HttpModelUpstreamOptions,
} from "./model/http-model-upstream.ts";
export { CONNECT_TIMEOUT_MS, IDLE_MS_MAX } from "./model/connections.ts";
export { MODEL_ANSWER_BYTES_MAX, MODEL_HEADER_BYTES_MAX } from "./model/exchange.ts";
export { MODEL_TOOL_CALLS_MAX } from "./model/model-answer.ts";
export { MODEL_MESSAGES_MAX, MODEL_TOOL, MODEL_TOOLS_MAX } from "./model/model-tool.ts";
export { FREE_STARTS, PAUSE_MS, PAUSE_MS_MAX, STEADY_MS } from "./restart-pause.ts";
export { UNASKED_CHARS_MAX } from "./mcp/session.ts";
export { START_TIMEOUT_MS } from "./mcp/handshake.ts";
export { LIST_TIMEOUT_MS, TOOL_DEFINITION_LENGTH_MAX, TOOL_PAGES_MAX, TOOLS_MAX } from "./mcp/tool-listing.ts";
export type { Timers } from "./timers.ts";
export { FAILURE_CHARS_MAX, RESULT_BYTES_MAX } from "./tool-result.ts";
export type { Offer, ToolDefinition, Upstream, UpstreamAnswer, UpstreamCall } from "./upstream.ts";
