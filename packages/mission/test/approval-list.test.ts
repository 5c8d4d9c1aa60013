import { beforeEach, describe, expect, it } from "vitest";
import { abandonMission, listApprovals } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, aDefinition, aMission, vote } from "../src/testing/index.ts";
import { AskedMission, MANAGER } from "./asked-mission.ts";
import { upstreamDown } from "./scenes.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("the list of what waits", () => {
  it("holds what people are asked, oldest first, and lets go of what was decided", async () => {
    await scene.park("1.2");
    world.clock.advance(1);
    const other = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
    world.clock.advance(1);
    await scene.park("1.1");
    const ids = async () => {
      const listed: unknown[] = [];
      for await (const request of listApprovals(world)) listed.push([request.mission, request.call]);
      return listed;
    };
    expect(await ids()).toEqual([
      [scene.mission.id, "1.2"],
      [other.id, null],
      [scene.mission.id, "1.1"],
    ]);
    await vote(world, { ...scene.parked("1.2"), person: MANAGER });
    await scene.present("1.2");
    await vote(world, { ...scene.parked("1.1"), person: MANAGER, choice: "REJECT" });
    await abandonMission(world, other.id, { kind: "CANCELLED", cause: "mission/cancelled", actor: AN_OWNER });
    expect(await ids()).toEqual([]);
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
  });

  it("is answered while the tool's upstream is down", async () => {
    await scene.park();
    world.catalogue.failure = upstreamDown();
    expect(await vote(world, { ...scene.parked(), person: MANAGER })).toMatchObject({ outcome: "approved" });
  });
});
