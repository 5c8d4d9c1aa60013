import { beforeEach, describe, expect, it } from "vitest";
import type { TestWorld } from "../src/testing/index.ts";
import { aDefinition, aMission, aPool, vote } from "../src/testing/index.ts";
import { AskedMission, MANAGER } from "./asked-mission.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  ({ world } = await AskedMission.open());
  // It lasts longer than a vote counts: what ends here ends because the vote is over.
  scene = new AskedMission(world, await aMission(world, { definition: aDefinition({ timeout: "P1D" }) }));
});

describe("a call that was approved and whose outcome is lost", () => {
  beforeEach(async () => {
    await scene.park();
    await vote(world, { ...scene.parked(), person: MANAGER });
    world.broker.act = async () => ({ kind: "unknown", reason: "The line broke." });
    await scene.present();
    world.broker.act = async (sending) => ({ kind: "succeeded", result: world.broker.effect(sending) });
    world.clock.advance(60_000);
  });

  it("is decided again when its tool says that it did not happen, and names its votes again", async () => {
    expect(await scene.present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const sent = (await scene.entries()).filter(({ type }) => type === "call.sent");
    expect(sent.map(({ data }) => data["votes"])).toEqual([[2], [2]]);
    expect(world.broker.sent).toHaveLength(2);
  });

  it("is not sent again when the rules deny it by now", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["never"] });
    expect(await scene.present()).toMatchObject({ end: { kind: "failed", code: "mission/denied" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is not sent again when its voter has left the pool", async () => {
    world.governor.pool = (question) => aPool(question, ["manager-2"]);
    expect(await scene.present()).toMatchObject({ end: { kind: "failed", code: "mission/approval_required" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is not sent again after what the vote itself says is its end", async () => {
    world.clock.advance(world.defaults.approvalWindowMs - 60_000); // to that very millisecond
    expect(await scene.present()).toMatchObject({ end: { kind: "failed", code: "mission/approval_required" } });
    expect(world.broker.sent).toHaveLength(1);
  });
});
