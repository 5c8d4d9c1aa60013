import type { AppendedEntry, AuditChain } from "./audit-chain.ts";
import { isAuraError } from "./aura-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import { outcomeUnrecorded } from "./chain-error.ts";
import { commit, newNonce } from "./commitment.ts";
import type { Commitment } from "./entry.ts";
import type { GuardedCall } from "./guarded-call.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import type { Random } from "./random.ts";
import { systemRandom } from "./system-random.ts";

/** What opens a commitment in the chain. Keep it as long as the text shall be shown, and destroy it to erase the text. */
export interface OpenedText {
  readonly commitment: Commitment;
  readonly nonce: string;
  /** Canonical JSON. */
  readonly text: string;
}

/** A tool that ran, and where that is recorded. */
export interface RecordedCall<Result> {
  readonly result: Result;
  readonly sent: AppendedEntry;
  readonly ended: AppendedEntry;
  readonly opened: { readonly arguments: OpenedText; readonly result: OpenedText };
}

/**
 * Runs a tool for a verified call and records it: `tool.sent` before, with the commitment that the proof is over, and
 * `tool.succeeded` or `tool.failed` after, with a commitment to the result or to the message. `fn` is not called unless the
 * intent stands. An intent without an outcome says that the process died, or that the outcome could not be recorded: the
 * effect is unknown then, never assumed.
 * Rejects with what `fn` threw, once that is recorded; with `trust/not_json` for a result that JSON cannot carry (recorded
 * as succeeded, without it). @throws what `AuditChain.append` throws, before `fn`; `trust/outcome_unrecorded`, after it
 */
export async function wrapTool<Result extends JsonValue>(
  chain: Pick<AuditChain, "append">,
  call: GuardedCall,
  fn: (args: JsonObject, call: GuardedCall) => Result | Promise<Result>,
  random: Random = systemRandom,
): Promise<RecordedCall<Result>> {
  const sent = await chain.append("tool.sent", intentOf(call), {
    actor: { id: call.agent, custody: "agent" },
    payloads: { arguments: call.commitment },
  });
  const end = (type: string, data: JsonObject, payloads: { readonly [name: string]: Commitment }) =>
    appendOutcome(chain, call, { sent, type, data, payloads });

  let result: Result;
  try {
    result = await fn(call.arguments, call);
  } catch (error) {
    const message = open((error instanceof Error ? error.message : String(error)).toWellFormed(), random);
    await end("tool.failed", { code: codeOf(error) }, { message: message.commitment });
    throw error;
  }
  const opened = openOrError(result, random);
  if ("error" in opened) {
    await end("tool.succeeded", { code: "trust/not_json" }, {});
    throw opened.error;
  }
  const ended = await end("tool.succeeded", {}, { result: opened.commitment });
  const { commitment, nonce } = call;
  return {
    result,
    sent,
    ended,
    opened: { arguments: { commitment, nonce, text: canonicalJson(call.arguments) }, result: opened },
  };
}

/** Who called, with what authority, how fresh the knowledge about revocation was. No argument stands in it. */
function intentOf(call: GuardedCall): JsonObject {
  const { boundary, credential, delegation, evidenceAgeMs, instance, level, mission, proof, token, tool } = call;
  const facts = { boundary, credential, evidenceAgeMs, instance, level, mission, proof, token, tool, call: call.call };
  return delegation === undefined ? facts : { ...facts, delegation: { ...delegation } };
}

async function appendOutcome(
  chain: Pick<AuditChain, "append">,
  call: GuardedCall,
  outcome: {
    readonly sent: AppendedEntry;
    readonly type: string;
    readonly data: JsonObject;
    readonly payloads: { readonly [name: string]: Commitment };
  },
): Promise<AppendedEntry> {
  const { sent, type, data, payloads } = outcome;
  try {
    return await chain.append(
      type,
      { ...data, call: call.call, sent: sent.seq, tool: call.tool },
      { actor: { id: call.audience, custody: "runtime" }, payloads },
    );
  } catch (cause) {
    throw outcomeUnrecorded(call.tool, sent.seq, cause);
  }
}

function openOrError(value: JsonValue, random: Random): OpenedText | { readonly error: unknown } {
  try {
    return open(value, random);
  } catch (error) {
    if (isAuraError(error, "trust/not_json")) return { error };
    throw error;
  }
}

function open(value: JsonValue, random: Random): OpenedText {
  const text = canonicalJson(value);
  const nonce = newNonce(random);
  return { commitment: commit(nonce, text), nonce, text };
}

/** The code of a typed error; a foreign error's name is not ours to publish. */
function codeOf(error: unknown): string {
  return isAuraError(error) ? error.code : "error";
}
