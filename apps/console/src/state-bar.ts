import { MISSION_STATES, type MissionState, type MissionView } from "./runtime-api.ts";

/** One of the eight states as the bar shows it. */
export interface StateStep {
  readonly state: MissionState;
  readonly standing: "past" | "current" | "ahead" | "skipped";
  /** When the mission came into it, by the log. */
  readonly atMs: number | null;
}

/** The entry that brings a mission into each state. `mission.abandoned` closes it from any of the first five. */
const ENTERED_BY: Readonly<Record<MissionState, readonly string[]>> = {
  CREATED: ["mission.created"],
  PLANNING: ["mission.planned"],
  WAITING_APPROVAL: ["mission.approval_requested"],
  APPROVED: ["mission.approved"],
  PENDING_EXECUTION: ["mission.queued"],
  IN_PROGRESS: ["mission.started"],
  EXECUTED: ["mission.finished"],
  CLOSED: ["mission.sealed", "mission.abandoned"],
};

/** All eight, in their order, whatever the mission reached: a state without an entry was not walked through. */
export function stateSteps(mission: Pick<MissionView, "id" | "state" | "timeline">): readonly StateStep[] {
  const own = mission.timeline.filter(({ stream }) => stream === `mission/${mission.id}`);
  const reached = MISSION_STATES.indexOf(mission.state);
  return MISSION_STATES.map((state, index) => {
    const entry = own.find(({ type }) => ENTERED_BY[state].includes(type));
    const atMs = entry?.timeMs ?? null;
    if (index > reached) return { state, standing: "ahead", atMs };
    if (index === reached) return { state, standing: "current", atMs };
    return { state, standing: own.length > 0 && entry === undefined ? "skipped" : "past", atMs };
  });
}
