import type { Operation, StepAction } from "./ask.ts";
import { resultNotJson, resultTooLarge } from "./engine-error.ts";
import { failureOf } from "./failure.ts";
import { type IdempotencyKey, idempotencyKey } from "./idempotency-key.ts";
import { payloadOf, resultText } from "./payload-draft.ts";
import { stepDraft } from "./run-entry.ts";
import type { RunSession } from "./run-world.ts";

/** Canonical result of one step, in bytes of UTF-8. A larger one is recorded as the step's failure. */
export const STEP_RESULT_BYTES_MAX = 1_048_576;

/** Runs a step's local code and records what came of it, whatever that is: one entry. */
export async function runStep(session: RunSession, { number: operation, ask, action }: Operation): Promise<void> {
  const { lane, actor, world, mission } = session;
  const { namespace } = world.context;
  const { end, code, text } = await attempt(
    ask.name,
    action as StepAction,
    idempotencyKey({ namespace, mission, run: session.number, operation }),
  );
  const payload = text === null ? undefined : payloadOf(world.random, text);
  const payloads = payload === undefined ? {} : { [end === "succeeded" ? "result" : "message"]: payload.commitment };
  await lane.append([stepDraft(actor, { operation, name: ask.name, end, code, payloads })], (write, id) => ({
    id,
    writes: [write],
    reads: [],
    payloads: payload === undefined ? [] : [payload],
  }));
}

interface Attempted {
  readonly end: "succeeded" | "failed";
  readonly code: string | null;
  /** Canonical JSON of the result, or of the failure's message; `null` for a step that returned nothing. */
  readonly text: string | null;
}

async function attempt(name: string, action: StepAction, key: IdempotencyKey): Promise<Attempted> {
  let value: unknown;
  try {
    value = await action(key);
  } catch (thrown) {
    return failed(thrown);
  }
  if (value === undefined) return { end: "succeeded", code: null, text: null };
  const result = resultText(value, STEP_RESULT_BYTES_MAX);
  if (result.kind === "not_json") return failed(resultNotJson(`step ${name}`, result.cause));
  if (result.kind === "too_large") return failed(resultTooLarge(`step ${name}`, STEP_RESULT_BYTES_MAX));
  return { end: "succeeded", code: null, text: result.text };
}

function failed(thrown: unknown): Attempted {
  const { because, message } = failureOf(thrown);
  return { end: "failed", code: because, text: JSON.stringify(message) };
}
