import type { JsonValue } from "@aura/trust";
import type { StepEnd } from "./agent-host.ts";
import { detailsNotJson, detailsTooLarge, resultNotJson, resultTooLarge } from "./engine-error.ts";
import { failureOf } from "./failure.ts";
import type { IdempotencyKey } from "./idempotency-key.ts";
import { resultText } from "./payload-draft.ts";

/** Canonical result of one step, in bytes of UTF-8. A larger one is recorded as the step's failure. */
export const STEP_RESULT_BYTES_MAX = 1_048_576;
/** Canonical details of one beat, in bytes of UTF-8. */
export const BEAT_DETAILS_BYTES_MAX = 65_536;
/** How long a step may be allowed to be silent, in milliseconds: from a tenth of a second to a day. */
export const HEARTBEAT_MS_MIN = 100;
export const HEARTBEAT_MS_MAX = 86_400_000;

/** The local code of a step. */
export type StepAction<Result = JsonValue | void> = (
  key: IdempotencyKey,
  progress: StepProgress,
) => Promise<Result> | Result;

/** How a step's code may be watched. */
export interface StepOptions {
  /** It beats at least this often, in whole milliseconds, or its process is ended and the run goes on in a fresh one. */
  readonly heartbeatMs: number;
}

/** How far a long step is. */
export interface StepProgress {
  /** What the last recorded beat of an earlier attempt said; `undefined` if there was none. */
  readonly details: JsonValue | undefined;
  /**
   * A sign of life. Details are kept for the next attempt: recorded at most every {@link BEATS_RECORDED_EVERY_MS} and when
   * a beat was missed, the latest only. Beats after the step's end are ignored. @throws `engine/details_not_json`, `engine/details_too_large`
   */
  readonly beat: (details?: JsonValue) => void;
}

/** Runs a step's code once and says what came of it. Total: whatever it returns or throws. */
export async function attempt(name: string, action: () => unknown): Promise<StepEnd> {
  let value: unknown;
  try {
    value = await action();
  } catch (thrown) {
    return failed(thrown);
  }
  if (value === undefined) return { end: "succeeded", code: null, text: null };
  const result = resultText(value, STEP_RESULT_BYTES_MAX);
  if (result.kind === "not_json") return failed(resultNotJson(`step ${name}`, result.cause));
  if (result.kind === "too_large") return failed(resultTooLarge(`step ${name}`, STEP_RESULT_BYTES_MAX));
  return { end: "succeeded", code: null, text: result.text };
}

function failed(thrown: unknown): StepEnd {
  const { because, message } = failureOf(thrown);
  return { end: "failed", code: because, text: JSON.stringify(message) };
}

/** Canonical JSON of a beat's details, `null` for none. @throws `engine/details_not_json`, `engine/details_too_large` */
export function detailsText(details: JsonValue | undefined): string | null {
  if (details === undefined) return null;
  const text = resultText(details, BEAT_DETAILS_BYTES_MAX);
  if (text.kind === "not_json") throw detailsNotJson(text.cause);
  if (text.kind === "too_large") throw detailsTooLarge(BEAT_DETAILS_BYTES_MAX);
  return text.text;
}
