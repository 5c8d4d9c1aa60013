import { expect, it } from "vitest";
import { missionOfStream } from "../src/refresh.ts";

it("knows the mission of a stream", () => {
  expect(["mission/m1", "mission/m1/call/1.0", "control", "missions/x", "agent/mission"].map(missionOfStream)).toEqual([
    "m1",
    "m1",
    undefined,
    undefined,
    undefined,
  ]);
});
