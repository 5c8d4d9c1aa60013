import type { EntryDraft } from "@aura/store";
import type { Actor, Commitment, JsonObject } from "@aura/trust";
import { InvariantViolation, invariant } from "@aura/trust";
import type { Call } from "./call.ts";

/**
 * `run.delivered`: all that a run's function is told of a call that ended, by the very commitments of the call's own
 * entries. So a replay opens payloads and reads no stream of a call. Pure.
 */
export function deliveredDraft(call: Call, operation: number, actor: Actor): EntryDraft {
  const { data, payloads } = toldOf(call);
  return {
    type: "run.delivered",
    actor,
    data: { operation, kind: "call", name: call.tool, call: call.key, ...data },
    payloads: { arguments: call.arguments, ...payloads },
  };
}

interface Told {
  readonly data: JsonObject;
  readonly payloads: { readonly [name: string]: Commitment };
}

function toldOf(call: Call): Told {
  const { state, code, message, result, rules } = call;
  switch (state) {
    case "succeeded":
      invariant(result !== undefined, "a call that succeeded has a result");
      return { data: { end: "succeeded" }, payloads: { result } };
    case "failed":
    case "unresolved":
      invariant(code !== undefined && message !== undefined, "a call that failed says why");
      return { data: { end: "failed", code }, payloads: { message } };
    case "denied":
    case "withdrawn":
      invariant(code !== undefined && message !== undefined, "a call that was denied says why");
      return { data: { end: "denied", code, rules: rules ?? [] }, payloads: { message } };
    case "parked":
    case "sent":
    case "retrying":
    case "unknown":
      throw new InvariantViolation(`a call that is ${state} has not ended`);
  }
}
