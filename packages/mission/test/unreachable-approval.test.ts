import { beforeEach, describe, expect, it } from "vitest";
import { APPROVAL_TABLE, loadApproval } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { ASK, AskedMission } from "./asked-mission.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("who can be asked", () => {
  const unreachable = (reasons: readonly ("LEVEL_TOO_LOW" | "LIMIT_TOO_LOW" | "CONFLICT" | "VACANT")[]) =>
    ({
      kind: "unreachable",
      reason: "QUORUM_UNREACHABLE",
      passed: reasons.map((reason, nth) => ({ position: `p-${nth}`, reason })),
    }) as const;

  it.each([
    ["mission/quorum_unreachable", []],
    ["mission/quorum_unreachable", ["LEVEL_TOO_LOW", "CONFLICT"]],
    ["mission/authority_exceeded", ["LEVEL_TOO_LOW", "LIMIT_TOO_LOW"]],
  ] as const)("nobody ever: %s at once for %j", async (code, reasons) => {
    world.governor.pool = () => unreachable(reasons);
    expect(await scene.present()).toMatchObject({ end: { kind: "denied", code, rules: ["big-writes"] } });
    expect((await scene.entries()).map(({ type }) => type)).toEqual(["call.denied"]);
  });

  it("nobody at a level that is due now: denied, though it was parked", async () => {
    await scene.park();
    world.governor.answerCalls({ ...ASK, level: "L4" });
    world.governor.pool = () => unreachable(["LEVEL_TOO_LOW"]);
    expect(await scene.present()).toMatchObject({ end: { kind: "denied", code: "mission/authority_exceeded" } });
    expect(await loadApproval(world, scene.parked())).toBeUndefined();
    expect(await world.store.rows(world.context, APPROVAL_TABLE)).toEqual([]);
  });
});
