import type { Lost } from "./runtime-api.ts";
import type { Status } from "./status.ts";

const LOST: Readonly<Record<Lost, Status>> = {
  erased: { word: "Erased. The log still commits to it.", icon: "dot", tone: "quiet" },
  altered: { word: "Altered: this text is not the one that was recorded.", icon: "cross", tone: "bad" },
};

/** Why a text that is kept beside the log is not shown: destroyed, or not the one that the log commits to. */
export function lostStatus(lost: Lost): Status {
  return LOST[lost];
}

/** What a mission is called: its objective, or what became of that. */
export function objectiveText({
  objective,
  lost,
}: {
  readonly objective: string | null;
  readonly lost: { readonly definition?: Lost };
}): string {
  return objective ?? `Mission without a readable objective (${lost.definition ?? "none"})`;
}
