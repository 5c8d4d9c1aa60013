import { canonicalJson, isAuraError } from "@aura/trust";
import type { JsonObject, JsonValue } from "@aura/trust";
import { isObject } from "../mcp/json-rpc.ts";
import { RESULT_BYTES_MAX } from "../tool-result.ts";
import type { UpstreamAnswer } from "../upstream.ts";
import type { Exchange } from "./exchange.ts";

/** Tool calls that one message of a model may hold. */
export const MODEL_TOOL_CALLS_MAX = 128;

const DECODER = new TextDecoder("utf-8", { fatal: true });
/** What an error's code looks like: a word of the wire, never a sentence that could repeat a secret. */
const WORD = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * What an exchange says: the assistant's message of the first choice, as the wire has it, `{ role, content, refusal?,
 * tool_calls? }`, with `finishReason`, `model` and `usage` beside. The arguments of a tool call stay the text that the model
 * wrote: whoever makes the call reads it as untrusted. A status other than 200 is the server saying that it did not answer,
 * with a code of ours; of its own words only a code is kept. A 200 that is no chat completion says nothing: `silent`.
 */
export function readModelAnswer(exchange: Exchange, apiKey: string | undefined): UpstreamAnswer {
  if (exchange.kind !== "answered") return exchange;
  const text = decode(exchange.body);
  if (apiKey !== undefined && text?.includes(apiKey)) return silent("It answered with our own key.");
  const body = exchange.encoding === undefined ? parse(text) : undefined;
  if (exchange.status !== 200) return refusal(exchange.status, body);
  const value = completion(body);
  if (value === undefined) return silent("It answered what is no chat completion.");
  return fits(value) ? { kind: "value", value } : silent("It answered what JSON cannot carry, or too much of it.");
}

function refusal(status: number, body: JsonValue | undefined): UpstreamAnswer {
  const error = isObject(body) && isObject(body["error"]) ? body["error"] : {};
  const word = [error["code"], error["type"]].find((word) => typeof word === "string" && WORD.test(word));
  const message = `The model server answered with the status ${status}${typeof word === "string" ? ` (${word})` : ""}.`;
  return { kind: "failed", code: codeOf(status), message };
}

function codeOf(status: number): string {
  if (status === 429) return "gateway/model_rate_limited";
  if (status >= 500) return "gateway/model_failed";
  if (status >= 300 && status < 400) return "gateway/model_redirected";
  return "gateway/model_refused";
}

function completion(body: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(body) || !Array.isArray(body["choices"])) return undefined;
  const [choice] = body["choices"] as readonly JsonValue[];
  const message = isObject(choice) ? choice["message"] : undefined;
  if (!isObject(choice) || !isObject(message) || message["role"] !== "assistant") return undefined;
  const { content = null, refusal = null, tool_calls: calls = null } = message;
  const { finish_reason: finishReason = null } = choice;
  const { model = null } = body;
  if (![content, refusal, finishReason, model].every((text) => text === null || typeof text === "string"))
    return undefined;
  const toolCalls = calls === null ? [] : readToolCalls(calls);
  if (toolCalls === undefined) return undefined;
  return {
    role: "assistant",
    content,
    ...(refusal === null ? {} : { refusal }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
    finishReason,
    model,
    usage: readUsage(body["usage"]),
  };
}

function readToolCalls(calls: JsonValue): readonly JsonObject[] | undefined {
  if (!Array.isArray(calls) || calls.length > MODEL_TOOL_CALLS_MAX) return undefined;
  const read = (calls as readonly JsonValue[]).map(readToolCall);
  const whole = read.filter((call) => call !== undefined);
  return whole.length === read.length ? whole : undefined;
}

function readToolCall(call: JsonValue): JsonObject | undefined {
  if (!isObject(call) || !isObject(call["function"])) return undefined;
  const { id, type = "function" } = call;
  const { name, arguments: text } = call["function"];
  if (typeof id !== "string" || type !== "function" || typeof name !== "string" || typeof text !== "string")
    return undefined;
  return { id, type, function: { name, arguments: text } };
}

function readUsage(usage: JsonValue | undefined): JsonObject | null {
  if (!isObject(usage)) return null;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
  return isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : null;
}

function isCount(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function fits(value: JsonValue): boolean {
  try {
    return Buffer.byteLength(canonicalJson(value)) <= RESULT_BYTES_MAX;
  } catch (error) {
    if (!isAuraError(error, "trust/not_json")) throw error;
    return false;
  }
}

function decode(body: Uint8Array): string | undefined {
  try {
    return DECODER.decode(body);
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): JsonValue | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}

function silent(reason: string): UpstreamAnswer {
  return { kind: "silent", reason };
}
