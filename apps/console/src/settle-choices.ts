import type { CallSummary } from "./runtime-api.ts";

export type Settlement = "succeeded" | "failed" | "unresolved" | "retry";

const STUCK: ReadonlySet<string> = new Set(["denied", "failed"]);

/** What a person may say of a call: of one whose outcome is unknown, and of an undo that ended without undoing. */
export function settleChoices({
  state,
  compensates,
}: Pick<CallSummary, "state" | "compensates">): readonly Settlement[] {
  if (state === "unknown") return ["succeeded", "failed", "unresolved"];
  if (compensates !== null && STUCK.has(state)) return ["retry", "succeeded", "failed", "unresolved"];
  return [];
}
