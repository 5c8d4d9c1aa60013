import { isAuraError } from "./aura-error.ts";
import { CALL_META } from "./call-transport.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import { type GuardRefusal, guardRefusal } from "./guard-refusal.ts";
import { ARGUMENTS_BYTES_MAX, guardCall, type GuardedCall, type GuardOptions, knownCaller } from "./guarded-call.ts";
import type { JsonObject } from "./json-value.ts";
import { utf8Length } from "./utf8.ts";

/** Stands in front of every tool of an MCP server. Never rejects for what a caller sends. */
export type ToolCallGuard = (params: unknown) => Promise<GuardedCall | GuardRefusal>;

/**
 * A guard for calls over MCP: takes the `params` of a `tools/call`. Credential, token, proof and nonce stand in
 * `params._meta` under {@link CALL_META}; `params.name` is the tool. The arguments of the answer are a copy of what was
 * proven.
 */
export function createToolCallGuard(options: GuardOptions): ToolCallGuard {
  return async (params) => {
    const read = readParams(params);
    if (read === undefined) return guardRefusal("call_malformed");
    const caller = knownCaller(options, read.carried);
    if ("ok" in caller) return caller;
    const text = textOf(read.arguments);
    if (text === undefined) return guardRefusal("arguments_malformed");
    const bytes = utf8Length(text);
    if (bytes > (options.argumentsBytesMax ?? ARGUMENTS_BYTES_MAX)) return guardRefusal("arguments_too_large");
    const args = parseCanonicalJson(text, { bytesMax: bytes }) as JsonObject;
    return guardCall(options, read.carried, { caller, tool: read.tool, arguments: args, text });
  };
}

function readParams(params: unknown) {
  if (!isRecord(params)) return undefined;
  const { name, arguments: args = {}, _meta: meta } = params;
  if (typeof name !== "string" || !isRecord(args) || !isRecord(meta)) return undefined;
  const text = (member: string): string => {
    const value = Object.hasOwn(meta, member) ? meta[member] : undefined;
    return typeof value === "string" ? value : "";
  };
  const carried = {
    credential: text(CALL_META.credential),
    token: text(CALL_META.token),
    proof: text(CALL_META.proof),
    nonce: text(CALL_META.nonce),
  };
  return { tool: name, arguments: args, carried };
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: { readonly [name: string]: unknown }): string | undefined {
  try {
    return canonicalJson(value as JsonObject);
  } catch (error) {
    if (isAuraError(error, "trust/not_json")) return undefined;
    throw error;
  }
}
