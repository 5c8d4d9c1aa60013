import type { Sent } from "@aura/mission";
import { canonicalJson, hashText, isAuraError, unreachable } from "@aura/trust";
import type { JsonObject, JsonValue } from "@aura/trust";
import { isObject } from "./mcp/json-rpc.ts";
import type { UpstreamAnswer } from "./upstream.ts";

/** The longest result that an agent is given, in UTF-8 bytes of its canonical JSON. */
export const RESULT_BYTES_MAX = 1_048_576;
/** What is kept of the message of a call that failed. */
export const FAILURE_CHARS_MAX = 4_096;

/** A result of `tools/call` that has the protocol's shape. */
export interface ToolResult {
  readonly isError: boolean;
  readonly content: readonly JsonValue[];
  readonly structuredContent?: JsonObject;
}

/** `undefined` if it is not what MCP calls a result: then nobody can tell what happened. */
export function findToolResult(result: JsonValue): ToolResult | undefined {
  if (!isObject(result)) return undefined;
  const { content = [], structuredContent, isError = false } = result;
  if (!Array.isArray(content) || !content.every((item) => isObject(item as JsonValue))) return undefined;
  if (typeof isError !== "boolean") return undefined;
  if (structuredContent !== undefined && !isObject(structuredContent)) return undefined;
  if (result["content"] === undefined && structuredContent === undefined) return undefined;
  const shaped = { isError, content: content as readonly JsonValue[] };
  return structuredContent === undefined ? shaped : { ...shaped, structuredContent };
}

/**
 * What the agent sees of a result: `{ content, structuredContent? }`, each as the server gave it; `_meta` and other members
 * of the transport are left out.
 *
 * A result over {@link RESULT_BYTES_MAX}, or one that JSON cannot carry without loss (half a surrogate pair, more than 128
 * levels), becomes `{ content: [], omitted: { reason, bytes?, bytesMax?, digest? } }`, with SHA-256 over the canonical JSON
 * of what was left out. It stays a success: the receiver answered that it did it, and to call that unknown would send reads
 * again and bother a person about a write that is done. Nothing of it is shown, because half a text reads like a whole one.
 */
export function visibleResult({ content, structuredContent }: ToolResult): JsonObject {
  const whole = structuredContent === undefined ? { content } : { content, structuredContent };
  try {
    const text = canonicalJson(whole);
    const bytes = Buffer.byteLength(text);
    if (bytes <= RESULT_BYTES_MAX) return whole;
    return { content: [], omitted: { reason: "too_large", bytes, bytesMax: RESULT_BYTES_MAX, digest: hashText(text) } };
  } catch (error) {
    if (!isAuraError(error, "trust/not_json")) throw error;
    return { content: [], omitted: { reason: "not_json" } };
  }
}

/** The one text of a result; `undefined` if it is not exactly one text. */
export function onlyText({ content }: ToolResult): string | undefined {
  const [first, ...others] = content;
  if (others.length > 0 || !isObject(first) || first["type"] !== "text") return undefined;
  return typeof first["text"] === "string" ? first["text"] : undefined;
}

/**
 * What an answer says about the call. An error, of the tool or of JSON-RPC, is the receiver saying that it did not do it; an
 * answer without the protocol's shape says nothing, and the call's outcome is unknown.
 */
export function sentFrom(answer: UpstreamAnswer): Sent {
  switch (answer.kind) {
    case "silent":
      return { kind: "unknown", reason: answer.reason };
    case "not_sent":
      return { kind: "not_sent", code: "gateway/upstream_unavailable", message: answer.reason };
    case "value":
      return { kind: "succeeded", result: answer.value };
    case "failed":
      return answer;
    case "error":
      return { kind: "failed", code: "gateway/call_refused", message: bounded(`${answer.code}: ${answer.message}`) };
    case "result": {
      const result = findToolResult(answer.result);
      if (result === undefined) return { kind: "unknown", reason: "It answered what is no result of a tool." };
      if (result.isError) return { kind: "failed", code: "gateway/tool_failed", message: failureText(result) };
      return { kind: "succeeded", result: visibleResult(result) };
    }
    default:
      return unreachable(answer);
  }
}

function failureText({ content }: ToolResult): string {
  const texts = content.flatMap((item) => (isObject(item) && typeof item["text"] === "string" ? [item["text"]] : []));
  return bounded(texts.join("\n") || "The tool failed and did not say why.");
}

function bounded(text: string): string {
  return text.slice(0, FAILURE_CHARS_MAX).toWellFormed();
}
