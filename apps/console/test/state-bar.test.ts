import { expect, it } from "vitest";
import type { TimelineItem } from "../src/runtime-api.ts";
import { stateSteps } from "../src/state-bar.ts";

function timelineOf(...types: readonly string[]): readonly TimelineItem[] {
  return types.map((type, seq) => ({
    seq,
    timeMs: 1_000 + seq,
    stream: type.startsWith("mission.") ? "mission/m1" : "mission/m1/call/1.0",
    type,
    actor: { id: "aura-runtime", custody: "runtime" },
    summary: type,
  }));
}

it("shows all eight states, and when the mission came into each", () => {
  const timeline = timelineOf("mission.created", "mission.planned", "mission.approval_requested", "mission.approved");
  const steps = stateSteps({ id: "m1", state: "APPROVED", timeline });
  expect(steps.map(({ state, standing, atMs }) => `${state} ${standing} ${atMs}`)).toEqual([
    "CREATED past 1000",
    "PLANNING past 1001",
    "WAITING_APPROVAL past 1002",
    "APPROVED current 1003",
    "PENDING_EXECUTION ahead null",
    "IN_PROGRESS ahead null",
    "EXECUTED ahead null",
    "CLOSED ahead null",
  ]);
});

it("shows states that an abandoned mission never reached as skipped", () => {
  const timeline = timelineOf("mission.created", "mission.planned", "mission.abandoned");
  const steps = stateSteps({ id: "m1", state: "CLOSED", timeline });
  expect(steps.map(({ standing }) => standing)).toEqual([
    "past",
    "past",
    "skipped",
    "skipped",
    "skipped",
    "skipped",
    "skipped",
    "current",
  ]);
});

it("takes no entry of a call for a state of the mission", () => {
  const timeline = [{ ...timelineOf("mission.created")[0]!, stream: "mission/m1/call/1.0" }];
  expect(stateSteps({ id: "m1", state: "CREATED", timeline })[0]?.atMs).toBeNull();
});
