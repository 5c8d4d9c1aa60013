import type { JsonValue } from "@aura/trust";
import type { Status } from "./status.ts";

const LOST: Readonly<Record<string, Status>> = {
  erased: { word: "Erased. The log still commits to it.", icon: "dot", tone: "quiet" },
  altered: { word: "Altered: this text is not the one that was recorded.", icon: "cross", tone: "bad" },
};

/** Why a text that is kept beside the log is not shown: destroyed, or not the one that the log commits to. */
export function lostText(value: JsonValue): Status | undefined {
  return typeof value === "string" && Object.hasOwn(LOST, value) ? LOST[value] : undefined;
}
