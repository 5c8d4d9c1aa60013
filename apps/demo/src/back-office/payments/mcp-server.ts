import type { JsonObject, JsonValue } from "@aura/trust";
import { PaymentError } from "./payment-error.ts";
import { PAYMENT_TOOLS, refusal, runTool } from "./tools.ts";
import type { Desk } from "./tools.ts";

/** The longest message that is read, in characters. */
export const LINE_CHARS_MAX = 65_536;

const PROTOCOL_VERSIONS: readonly JsonValue[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
const [PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR] = [
  -32_700, -32_600, -32_601, -32_602, -32_603,
];

/**
 * Answers one line of JSON-RPC (MCP 2025-11-25, stdio): the answer, or `undefined` where none is due. `desk` gives the ledger
 * to whoever may use it and throws `payments/secret_refused` otherwise: listing tools is free, acting is not. Total: what goes
 * wrong in here is an internal error that says nothing.
 */
export async function answerLine(line: string, desk: () => Desk): Promise<JsonObject | undefined> {
  if (line.length > LINE_CHARS_MAX) return failure(null, PARSE_ERROR, "The message is too long.");
  const message = parse(line);
  if (message === undefined) return failure(null, PARSE_ERROR, "That is no JSON.");
  if (!isObject(message) || message["jsonrpc"] !== "2.0") return failure(null, INVALID_REQUEST, "That is no message.");
  const { id, method } = message;
  if (id === undefined) return undefined;
  if (typeof id !== "string" && typeof id !== "number") return failure(null, INVALID_REQUEST, "That is no id.");
  if (typeof method !== "string") return failure(id, INVALID_REQUEST, "That is no method.");
  const params = isObject(message["params"]) ? message["params"] : {};
  switch (method) {
    case "initialize":
      return success(id, greeting(params["protocolVersion"]));
    case "ping":
      return success(id, {});
    case "tools/list":
      return success(id, { tools: PAYMENT_TOOLS });
    case "tools/call":
      return call(id, params, desk);
    default:
      return failure(id, METHOD_NOT_FOUND, "There is no such method.");
  }
}

async function call(id: JsonValue, params: JsonObject, desk: () => Desk): Promise<JsonObject> {
  const { name, arguments: args = {}, _meta: meta = {} } = params;
  if (typeof name !== "string" || !isObject(args) || !isObject(meta))
    return failure(id, INVALID_PARAMS, "That is no call.");
  try {
    const result = await runTool(desk(), name, args, meta);
    return result === undefined ? failure(id, INVALID_PARAMS, "There is no such tool.") : success(id, result);
  } catch (error) {
    if (error instanceof PaymentError) return success(id, refusal(error.code, error.message));
    return failure(id, INTERNAL_ERROR, "The ledger cannot answer now.");
  }
}

function greeting(asked: JsonValue | undefined): JsonObject {
  const protocolVersion = asked !== undefined && PROTOCOL_VERSIONS.includes(asked) ? asked : "2025-11-25";
  return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "aura-demo-payments", version: "1" } };
}

function success(id: JsonValue, result: JsonObject): JsonObject {
  return { jsonrpc: "2.0", id, result };
}

function failure(id: JsonValue, code: number, message: string): JsonObject {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function parse(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
