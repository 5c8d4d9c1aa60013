import { canonicalJson } from "@aura/trust";
import type { JsonObject, JsonValue } from "@aura/trust";
import type { LongLine } from "./line-reader.ts";

/** A line of the server, JSON-RPC 2.0 (MCP 2025-11-25, base protocol). We number our requests with integers. */
export type Message =
  | { readonly kind: "result"; readonly id: number; readonly result: JsonValue }
  | { readonly kind: "error"; readonly id: number; readonly code: number; readonly message: string }
  /** It names a request of ours and is neither a result nor an error. */
  | { readonly kind: "malformed"; readonly id: number }
  | { readonly kind: "request"; readonly id: string | number; readonly method: string }
  | { readonly kind: "notification"; readonly method: string }
  /** It is too long to be read, and one of its ends names a request of ours. */
  | { readonly kind: "long"; readonly id: number }
  /** Anything else: logs on the wrong stream, answers to nothing, batches. */
  | { readonly kind: "stray" };

const STRAY: Message = { kind: "stray" };

/** Reads one line. Total: a line that is no message is `stray`. */
export function readMessage(line: string): Message {
  const message = parseObject(line);
  if (message?.["jsonrpc"] !== "2.0") return STRAY;
  const { id, method, result, error } = message;
  if (typeof method === "string") {
    if (id === undefined) return { kind: "notification", method };
    return typeof id === "string" || typeof id === "number" ? { kind: "request", id, method } : STRAY;
  }
  if (typeof id !== "number") return STRAY;
  if (result !== undefined && error === undefined) return { kind: "result", id, result };
  if (result === undefined && isObject(error)) {
    const { code, message: text } = error;
    if (typeof code === "number" && typeof text === "string") return { kind: "error", id, code, message: text };
  }
  return { kind: "malformed", id };
}

/** An answer's id stands before or behind what is long about it, as the usual libraries write it. */
const ID_IN_HEAD = /^\{"jsonrpc":"2\.0","id":(?<id>[0-9]{1,15}),"(?:result|error)":/;
const ID_IN_TAIL = /\},"jsonrpc":"2\.0","id":(?<id>[0-9]{1,15})\}$/;

/** Which request a line answers that is too long to be read. A guess that fails is `stray`: its request runs out of time. */
export function readLongMessage({ head, tail }: LongLine): Message {
  const id = (ID_IN_HEAD.exec(head) ?? ID_IN_TAIL.exec(tail))?.groups?.["id"];
  return id === undefined ? STRAY : { kind: "long", id: Number(id) };
}

/**
 * One line, its end included, in canonical form: the arguments leave in the very spelling that was committed to. JSON holds
 * no raw line feed, so a line is a message. @throws `trust/not_json`
 */
export function writeMessage(message: JsonObject): string {
  return `${canonicalJson({ jsonrpc: "2.0", ...message })}\n`;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
