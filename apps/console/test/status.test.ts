import { describe, expect, it } from "vitest";
import type { MissionSummary } from "../src/runtime-api.ts";
import { callStatus, MISSION_FILTERS, missionStatus, parseFilter, passesFilter } from "../src/status.ts";

function aMission(overrides: Partial<MissionSummary> = {}): MissionSummary {
  return {
    id: "m1",
    agent: "clerk",
    objective: "Pay",
    authority: "L1",
    state: "IN_PROGRESS",
    outcome: null,
    createdAtMs: 0,
    updatedAtMs: 0,
    waitsFor: null,
    calls: { total: 2, denied: 0, open: 1 },
    lost: {},
    ...overrides,
  };
}

describe("missionStatus", () => {
  it("says the outcome before anything else", () => {
    const mission = aMission({ outcome: { kind: "DENIED", code: null }, waitsFor: "approval" });
    expect(missionStatus(mission)).toMatchObject({ word: "Denied", tone: "bad" });
  });

  it("says what a mission waits for before its state", () => {
    expect(missionStatus(aMission({ waitsFor: "approval" })).word).toBe("Waits for approval");
    expect(missionStatus(aMission({ waitsFor: "compensation" })).word).toBe("Undoing");
  });

  it("speaks a word that it does not know instead of hiding it", () => {
    expect(missionStatus(aMission({ outcome: { kind: "SOMETHING_NEW", code: null } })).word).toBe("Something new");
    expect(callStatus({ state: "something_new" })).toMatchObject({ word: "Something new", tone: "quiet" });
  });
});

describe("passesFilter", () => {
  it("finds a mission by a denied call, however it came out", () => {
    const mission = aMission({
      state: "CLOSED",
      outcome: { kind: "SUCCEEDED", code: null },
      calls: { total: 2, denied: 1, open: 0 },
    });
    expect(MISSION_FILTERS.filter((filter) => passesFilter(mission, filter))).toEqual(["all", "denied", "closed"]);
  });

  it("counts nothing that is closed as waiting", () => {
    expect(passesFilter(aMission({ state: "CLOSED", waitsFor: "approval" }), "waiting")).toBe(false);
    expect(passesFilter(aMission({ state: "WAITING_APPROVAL" }), "waiting")).toBe(true);
  });

  it("takes an unknown filter for all", () => {
    expect([parseFilter("denied"), parseFilter("nonsense"), parseFilter(null)]).toEqual(["denied", "all", "all"]);
  });
});
