import type { JsonObject, JsonValue } from "@aura/trust";

/** A tool as its upstream describes it: `tools/list`, every member as it was given. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** The whole definition, members that we do not know included: all of it is under the digest. */
  readonly given: JsonObject;
}

/** What came of asking an upstream to do something. */
export type UpstreamAnswer =
  /** It answered `tools/call` with a result: any JSON value, not checked further. */
  | { readonly kind: "result"; readonly result: JsonValue }
  /** It did it, and this is what the agent sees: not of MCP's shape, checked by the upstream, within `RESULT_BYTES_MAX`. */
  | { readonly kind: "value"; readonly value: JsonValue }
  /** It answered that it did not do it, in words that are no JSON-RPC. `message` holds nothing of the receiver's prose. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** It answered with a JSON-RPC error. */
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** Bytes left, and nothing that can be read came back: late, lost or malformed. */
  | { readonly kind: "silent"; readonly reason: string }
  /** Nothing left: the connection had ended. */
  | { readonly kind: "not_sent"; readonly reason: string };

/** One call over the wire. */
export interface UpstreamCall {
  readonly tool: string;
  readonly arguments: JsonObject;
  /** Travels beside the arguments in `_meta`. */
  readonly idempotencyKey: string;
  /** From the moment the bytes leave. */
  readonly timeoutMs: number;
  /** Once it aborts the call is given up as if its time were over, and the server is told where the wire can. */
  readonly signal?: AbortSignal;
}

/** What an upstream offers at one moment, and the way to call it on the very connection that offered it. */
export interface Offer {
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  /** False once the upstream said that its tools changed, went silent, or its connection ended. Does no I/O. */
  isCurrent(): boolean;
  /** Bytes of earlier requests that the upstream has not taken yet: what is written now may leave late. */
  isCongested(): boolean;
  /** Resolves when nothing is congested any more, or the connection ended. */
  drained(): Promise<void>;
  /** Writes before it returns its promise: nothing is waited for between the caller's last look and the bytes. Never rejects. */
  call(call: UpstreamCall): Promise<UpstreamAnswer>;
}

/** A place where tools are: one per server. What wire it speaks is its own affair. */
export interface Upstream {
  readonly name: string;
  /** What it offers now. Connects, starts and asks where needed. @throws `gateway/upstream_unavailable` */
  offer(): Promise<Offer>;
  /** Ends the connection and everything behind it. Calls that are open end `silent`. Idempotent. */
  close(): Promise<void>;
}
