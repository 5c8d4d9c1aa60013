import type { CallSummary, MissionSummary } from "./runtime-api.ts";

/** What a colour may say; the word beside it always says it too. */
export type Tone = "quiet" | "running" | "waiting" | "good" | "bad";
export type IconName =
  | "check"
  | "cross"
  | "clock"
  | "play"
  | "dot"
  | "stop"
  | "question"
  | "undo"
  | "repeat"
  | "person";

/** Said by an icon and a word, never by colour alone. */
export interface Status {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

const OUTCOMES: Readonly<Record<string, Status>> = {
  SUCCEEDED: { word: "Succeeded", icon: "check", tone: "good" },
  FAILED: { word: "Failed", icon: "cross", tone: "bad" },
  DENIED: { word: "Denied", icon: "cross", tone: "bad" },
  CANCELLED: { word: "Cancelled", icon: "stop", tone: "quiet" },
  EXPIRED: { word: "Expired", icon: "clock", tone: "quiet" },
  STOPPED: { word: "Stopped", icon: "stop", tone: "quiet" },
};

const WAITS: Readonly<Record<string, Status>> = {
  approval: { word: "Waits for approval", icon: "person", tone: "waiting" },
  person: { word: "Waits for a person", icon: "person", tone: "waiting" },
  tool: { word: "Waits for a tool", icon: "clock", tone: "waiting" },
  compensation: { word: "Undoing", icon: "undo", tone: "waiting" },
};

/** How a mission stands: its outcome once it has one, else what it waits for, else its state. */
export function missionStatus(mission: Pick<MissionSummary, "state" | "outcome" | "waitsFor">): Status {
  if (mission.outcome !== null) return OUTCOMES[mission.outcome.kind] ?? plain(mission.outcome.kind);
  if (mission.waitsFor !== null) return WAITS[mission.waitsFor] ?? plain(mission.waitsFor);
  if (mission.state === "IN_PROGRESS") return { word: "Running", icon: "play", tone: "running" };
  if (mission.state === "WAITING_APPROVAL") return { word: "Waits for approval", icon: "person", tone: "waiting" };
  return { ...plain(mission.state), tone: "running" };
}

const CALLS: Readonly<Record<string, Status>> = {
  parked: { word: "Waits for approval", icon: "person", tone: "waiting" },
  sent: { word: "Sent", icon: "play", tone: "running" },
  retrying: { word: "Retrying", icon: "repeat", tone: "waiting" },
  unknown: { word: "Outcome unknown", icon: "question", tone: "waiting" },
  unresolved: { word: "Never resolved", icon: "question", tone: "bad" },
  succeeded: { word: "Succeeded", icon: "check", tone: "good" },
  failed: { word: "Failed", icon: "cross", tone: "bad" },
  denied: { word: "Denied", icon: "cross", tone: "bad" },
  withdrawn: { word: "Withdrawn", icon: "stop", tone: "quiet" },
};

export function callStatus({ state }: Pick<CallSummary, "state">): Status {
  return CALLS[state] ?? plain(state);
}

/** `WAITING_APPROVAL` as people read it: `Waiting approval`. */
export function spoken(word: string): string {
  const lower = word.toLowerCase().replaceAll("_", " ");
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

function plain(word: string): Status {
  return { word: spoken(word), icon: "dot", tone: "quiet" };
}

export const MISSION_FILTERS = ["all", "open", "waiting", "denied", "failed", "closed"] as const;
export type MissionFilter = (typeof MISSION_FILTERS)[number];

export function parseFilter(text: string | null): MissionFilter {
  return MISSION_FILTERS.find((filter) => filter === text) ?? "all";
}

/** `denied` finds every mission in which something was denied, however it came out: that is what people look for. */
export function passesFilter(mission: MissionSummary, filter: MissionFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "open":
      return mission.state !== "CLOSED";
    case "waiting":
      return mission.state !== "CLOSED" && (mission.waitsFor !== null || mission.state === "WAITING_APPROVAL");
    case "denied":
      return mission.calls.denied > 0 || mission.outcome?.kind === "DENIED";
    case "failed":
      return mission.outcome?.kind === "FAILED";
    case "closed":
      return mission.state === "CLOSED";
  }
}
