import { beforeEach, describe, expect, it } from "vitest";
import type { Mission } from "../src/index.ts";
import { epochCounter, openCallsCounter, parkedCallsCounter, performCall, raiseEpoch } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, SimulatedCrash, aCall, aMission, aWorld, walkMission } from "../src/testing/index.ts";

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  world = await aWorld();
  mission = await aMission(world);
});

describe("the tables", () => {
  it("hold a row for each mission, as it stands", async () => {
    const row = () => world.store.row(world.context, "mission", mission.id);
    expect(await row()).toMatchObject({ state: "IN_PROGRESS", agent: "invoice-clerk", deadlineMs: mission.deadlineMs });
    await walkMission(world, mission, "CLOSED");
    expect(await row()).toMatchObject({ state: "CLOSED", outcome: "SUCCEEDED" });
  });

  it("hold a row for each call, as it stands", async () => {
    await performCall(world, await aCall(world, { mission: mission.id }));
    const row = await world.store.row(world.context, "call", `${mission.id}/1.1`);
    expect(row).toMatchObject({ state: "succeeded", tool: "read_note", attempt: 1 });
  });

  it("count open and parked calls over every turn of their lives", async () => {
    const counts = async () => [
      await world.store.counter(world.context, openCallsCounter(mission.id)),
      await world.store.counter(world.context, parkedCallsCounter(mission.id)),
    ];
    const { act } = world.broker;
    world.broker.act = async () => {
      throw new SimulatedCrash();
    };
    const { answer } = world.governor;
    await expect(performCall(world, await aCall(world, { mission: mission.id }))).rejects.toThrow(SimulatedCrash);
    expect(await counts()).toEqual([1, 0]);
    await expect(performCall(world, await aCall(world, { mission: mission.id }))).rejects.toThrow(SimulatedCrash);
    expect(await counts()).toEqual([1, 0]);
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    await performCall(world, await aCall(world, { mission: mission.id, key: "1.2" }));
    expect(await counts()).toEqual([1, 1]);
    world.governor.answer = answer;
    world.broker.act = act;
    await performCall(world, await aCall(world, { mission: mission.id, key: "1.2" }));
    expect(await counts()).toEqual([1, 0]);
    await performCall(world, await aCall(world, { mission: mission.id }));
    expect(await counts()).toEqual([0, 0]);
  });

  it("count the epochs of each scope by itself", async () => {
    const order = { reason: "test", actor: AN_OWNER };
    await raiseEpoch(world, { kind: "org" }, order);
    await raiseEpoch(world, { kind: "namespace" }, order);
    await raiseEpoch(world, { kind: "namespace" }, order);
    await raiseEpoch(world, { kind: "agent", agent: "invoice-clerk" }, order);
    await raiseEpoch(world, { kind: "mission", mission: mission.id }, order);
    const scopes = ["org", "namespace", "agent/invoice-clerk", "agent/other", `mission/${mission.id}`];
    const epochs = await Promise.all(scopes.map((scope) => world.store.counter(world.context, epochCounter(scope))));
    expect(epochs).toEqual([1, 2, 1, 0, 1]);
  });

  it("are the same when they are built again from the log", async () => {
    await performCall(world, await aCall(world, { mission: mission.id }));
    await walkMission(world, mission, "CLOSED");
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
  });
});

it("raises an epoch for each of 64 who raise it at once", async () => {
  const order = { reason: "test", actor: AN_OWNER };
  const raises = await Promise.allSettled(Array.from({ length: 64 }, () => raiseEpoch(world, { kind: "org" }, order)));
  expect(raises.every(({ status }) => status === "fulfilled")).toBe(true);
  expect(await world.store.counter(world.context, epochCounter("org"))).toBe(64);
});
