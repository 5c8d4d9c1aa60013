import { isAuraError } from "@aura/trust";
import type { Failure } from "./operation-failed.ts";

/** Longer messages are cut: they are for people. UTF-16 code units. */
export const FAILURE_MESSAGE_CHARS_MAX = 4_096;

const CODE = /^[A-Za-z0-9_./-]{1,128}$/;

/**
 * What is recorded of a thrown value. Total: whatever is thrown gives a failure, and the same value the same one.
 * The code is the value's own `code` if it has a printable one, `null` for an error without, `engine/threw_no_error` else.
 */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error) && !isAuraError(thrown)) {
    return {
      because: "engine/threw_no_error",
      message: cut(`Something was thrown that is no error: ${spoken(thrown)}`),
    };
  }
  return { because: codeOf(thrown), message: cut(messageOf(thrown)) };
}

function codeOf(error: Error): string | null {
  try {
    const { code } = error as { readonly code?: unknown };
    return typeof code === "string" && CODE.test(code) ? code : null;
  } catch {
    return null; // a getter that throws
  }
}

function messageOf(error: Error): string {
  try {
    const message: unknown = error.message;
    return typeof message === "string" && message !== "" ? message : spoken(error.name);
  } catch {
    return "An error without a readable message.";
  }
}

function spoken(value: unknown): string {
  try {
    return typeof value === "object" && value !== null ? (JSON.stringify(value) ?? "an object") : String(value);
  } catch {
    return "a value that cannot be shown";
  }
}

/** Canonical JSON holds well-formed Unicode only, so a cut or broken surrogate pair is replaced. */
function cut(message: string): string {
  return message.slice(0, FAILURE_MESSAGE_CHARS_MAX).toWellFormed();
}
