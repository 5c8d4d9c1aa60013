import { type JsonValue, isAuraError, unreachable } from "@aura/trust";
import { historyMalformed, resultNotJson, resultTooLarge } from "./engine-error.ts";
import { failureOf } from "./failure.ts";
import type { OpenPayload } from "./open-fact.ts";
import { payloadOf, resultText } from "./payload-draft.ts";
import type { RunEnd } from "./run-end.ts";
import { type RunEntry, endedDraft } from "./run-entry.ts";
import type { RunSession } from "./run-world.ts";
import type { Settled } from "./run.ts";

/** Canonical result of one run, in bytes of UTF-8. A larger one fails the run. */
export const RUN_RESULT_BYTES_MAX = 1_048_576;

/** What will be recorded as the end of a run. */
export type Ending =
  | { readonly kind: "completed"; readonly text: string }
  | { readonly kind: "failed"; readonly code: string; readonly because: string | null; readonly message: string };

/** The end of a run whose time was over before its function was through. */
export const EXPIRED: Ending = {
  kind: "failed",
  code: "mission/expired",
  because: null,
  message: "The mission reached its deadline before its agent was through.",
};

/** What a settled function amounts to. Total: whatever it returned or threw. */
export function endingOf(settled: Settled): Ending {
  switch (settled.kind) {
    case "returned":
      return returned(settled.value);
    case "threw":
      return threw(settled.error);
    case "misused":
      return threw(settled.error);
    default:
      return unreachable(settled);
  }
}

function returned(value: unknown): Ending {
  const result = resultText(value ?? null, RUN_RESULT_BYTES_MAX);
  if (result.kind === "not_json") return threw(resultNotJson("the agent function", result.cause));
  if (result.kind === "too_large") return threw(resultTooLarge("the agent function", RUN_RESULT_BYTES_MAX));
  return { kind: "completed", text: result.text };
}

/** One of the engine's codes leads; behind it the code of what the function let through. */
function threw(error: unknown): Ending {
  const { because, message } = failureOf(error);
  if (because?.startsWith("engine/") !== true)
    return { kind: "failed", code: "engine/function_failed", because, message };
  return { kind: "failed", code: because, because: behind(error), message };
}

function behind(error: unknown): string | null {
  const because = isAuraError(error) ? (error as { readonly because?: unknown }).because : null;
  return typeof because === "string" ? because : null;
}

/** Appends `run.ended`: the last entry of the run. `undefined` if the run is no longer ours. */
export async function recordEnd({ world, lane, actor }: RunSession, ending: Ending): Promise<RunEnd | undefined> {
  const completed = ending.kind === "completed";
  const payload = payloadOf(world.random, completed ? ending.text : JSON.stringify(ending.message));
  const draft = endedDraft(actor, {
    kind: ending.kind,
    code: completed ? null : ending.code,
    because: completed ? null : ending.because,
    payloads: { [completed ? "result" : "cause"]: payload.commitment },
  });
  const answer = await lane.append([draft], (write, id) => ({ id, writes: [write], reads: [], payloads: [payload] }));
  return answer.kind === "appended" ? runEndOf(ending) : undefined;
}

/** The recorded end of a run; a result that was destroyed is answered as `null`. @throws `engine/history_malformed` */
export async function openEnd(ended: Extract<RunEntry, { kind: "ended" }>, open: OpenPayload): Promise<RunEnd> {
  const commitment = ended.payloads[ended.end === "completed" ? "result" : "cause"];
  if (commitment === undefined) throw historyMalformed("run.ended names neither result nor cause.");
  const payload = await open(commitment);
  const text = payload === "erased" ? "null" : payload.text;
  if (ended.end === "completed") return runEndOf({ kind: "completed", text });
  const message = payload === "erased" ? "The message was erased." : String(JSON.parse(text));
  return { kind: "failed", code: ended.code ?? "engine/function_failed", because: ended.because, message };
}

function runEndOf(ending: Ending): RunEnd {
  return ending.kind === "completed" ? { kind: "completed", result: JSON.parse(ending.text) as JsonValue } : ending;
}
