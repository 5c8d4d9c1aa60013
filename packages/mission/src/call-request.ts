import type { Commitment } from "@aura/trust";
import { canonicalJson, commit, isAuraError } from "@aura/trust";
import type { RefusedCall } from "./call-code.ts";
import { refused } from "./call-code.ts";
import type { CallRequest } from "./call.ts";
import { isCallKey, isMissionId } from "./stream-name.ts";

/** Characters of a call's arguments in canonical form. */
export const ARGUMENTS_LENGTH_MAX = 1_048_576;

/** A request whose own content is sound: its arguments are JSON, and there is one text for them. */
export interface AskedCall {
  readonly request: CallRequest;
  /** Canonical JSON of the arguments. */
  readonly text: string;
  readonly commitment: Commitment;
}

/** Refuses what no entry could hold, before anything is read: a malformed name, numbers that JSON cannot carry. Pure. */
export function readRequest(request: CallRequest): AskedCall | RefusedCall {
  if (!isMissionId(request.mission)) return refused("mission/not_found");
  if (!isCallKey(request.key)) {
    return refused("call/key_malformed");
  }
  if (!TOOL_NAME.test(request.tool)) return refused("call/tool_malformed");
  try {
    const text = canonicalJson(request.arguments);
    if (text.length > ARGUMENTS_LENGTH_MAX) {
      return refused("mission/arguments_too_large", `Arguments have at most ${ARGUMENTS_LENGTH_MAX} characters.`);
    }
    return { request, text, commitment: commit(request.nonce, text) };
  } catch (error) {
    if (isAuraError(error, "trust/nonce_refused")) {
      return refused("call/nonce_malformed");
    }
    if (isAuraError(error)) {
      return refused("mission/arguments_not_json", `The arguments cannot be written as JSON: ${error.what}`);
    }
    throw error;
  }
}

const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
