import { isAuraError } from "./aura-error.ts";
import { CALL_HEADERS, type CarriedCall } from "./call-transport.ts";
import { parseCanonicalJson } from "./canonical-json.ts";
import { type GuardRefusal, guardRefusal } from "./guard-refusal.ts";
import { ARGUMENTS_BYTES_MAX, guardCall, type GuardedCall, type GuardOptions, knownCaller } from "./guarded-call.ts";
import { isObject } from "./json-object.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * Stands in front of one tool: a call that may be made, once, or a refusal whose `response` is the answer. Never rejects
 * for what a caller sends.
 */
export type Guard = (request: Request) => Promise<GuardedCall | GuardRefusal>;

const JSON_TYPE = /^application\/json(?:\s*;\s*charset=(?:utf-8|"utf-8"))?\s*$/i;

/**
 * A guard for calls over HTTP, on the web-standard Request. A call is a POST whose body is the arguments, one JSON object
 * in its canonical spelling, of `application/json`; credential, token, proof and nonce stand in {@link CALL_HEADERS}. The
 * proof is bound to the tool, the arguments, the audience and the token; path, query and other headers are not proven.
 * The body is read only for a caller whose credential verifies, and never beyond the cap.
 */
export function createGuard(options: GuardOptions & { readonly tool: string }): Guard {
  return async (request) => {
    if (request.method !== "POST") return guardRefusal("method_refused");
    if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) return guardRefusal("media_type_refused");
    const carried = readHeaders(request.headers);
    if (carried === undefined) return guardRefusal("presented_twice");
    const caller = knownCaller(options, carried);
    if ("ok" in caller) return caller;
    const body = await readBody(request, options.argumentsBytesMax ?? ARGUMENTS_BYTES_MAX);
    if (!body.ok) return body;
    const text = decodeUtf8(body.bytes);
    const args = text === undefined ? undefined : parseArguments(text, body.bytes.length);
    if (text === undefined || args === undefined) return guardRefusal("arguments_malformed");
    return guardCall(options, carried, { caller, tool: options.tool, arguments: args, text });
  };
}

/** Fields that come more than once arrive joined by a comma (RFC 9110 section 5.2), which none of ours can hold. */
function readHeaders(headers: Headers): CarriedCall | undefined {
  const field = (name: string): string => headers.get(name) ?? "";
  const carried = {
    credential: field(CALL_HEADERS.credential),
    token: field(CALL_HEADERS.token),
    proof: field(CALL_HEADERS.proof),
    nonce: field(CALL_HEADERS.nonce),
  };
  return Object.values(carried).some((value) => value.includes(",")) ? undefined : carried;
}

/** At most `bytesMax` bytes, whatever the request says of its length. */
async function readBody(
  request: Request,
  bytesMax: number,
): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | GuardRefusal> {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return guardRefusal("arguments_too_large");
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > bytesMax) return guardRefusal("arguments_too_large"); // leaving the loop cancels the body
      chunks.push(chunk);
    }
  } catch (error) {
    return guardRefusal("arguments_malformed", error); // it broke off, or was read before
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { ok: true, bytes };
}

function parseArguments(text: string, bytesMax: number): GuardedCall["arguments"] | undefined {
  try {
    const value = parseCanonicalJson(text, { bytesMax });
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (isAuraError(error, "trust/not_canonical")) return undefined;
    throw error;
  }
}
