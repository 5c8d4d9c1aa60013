import { isAuraError, unreachable } from "@aura/trust";
import { resultNotJson, resultTooLarge } from "./engine-error.ts";
import { failureOf } from "./failure.ts";
import { resultText } from "./payload-draft.ts";
import type { Settled } from "./run.ts";

/** Canonical result of one run, in bytes of UTF-8. A larger one fails the run. */
export const RUN_RESULT_BYTES_MAX = 1_048_576;

/** What will be recorded as the end of a run. Plain data: it may come from another process. */
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
      return failedBy(settled.error);
    case "misused":
      return failedBy(settled.error);
    default:
      return unreachable(settled);
  }
}

function returned(value: unknown): Ending {
  const result = resultText(value ?? null, RUN_RESULT_BYTES_MAX);
  if (result.kind === "not_json") return failedBy(resultNotJson("the agent function", result.cause));
  if (result.kind === "too_large") return failedBy(resultTooLarge("the agent function", RUN_RESULT_BYTES_MAX));
  return { kind: "completed", text: result.text };
}

/** One of the engine's codes leads; behind it the code of what the function let through. */
export function failedBy(error: unknown): Ending {
  const { because, message } = failureOf(error);
  if (because?.startsWith("engine/") !== true)
    return { kind: "failed", code: "engine/function_failed", because, message };
  return { kind: "failed", code: because, because: behind(error), message };
}

function behind(error: unknown): string | null {
  const because = isAuraError(error) ? (error as { readonly because?: unknown }).because : null;
  return typeof because === "string" ? because : null;
}
