import { beforeEach, describe, expect, it } from "vitest";
import type { Mission } from "../src/index.ts";
import { callStream, performCall, resolveCall, settleCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { SimulatedCrash, aCall, aMission, aTool, aWorld, aWriteTool } from "../src/testing/index.ts";
import { WRITE, aRepeatableTool, aWriteToolWithoutFind, entriesOf } from "./scenes.ts";

let world: TestWorld;
let mission: Mission;

async function open(tools = [aTool(), aWriteTool()]): Promise<void> {
  world = await aWorld({ tools });
  mission = await aMission(world);
}

/** The process dies while the bytes are on their way: before or after they did their work. */
async function dieWhileSending(call: object, effect: "happened" | "lost"): Promise<void> {
  const { act } = world.broker;
  world.broker.act = async (sending) => {
    if (effect === "happened") world.broker.effect(sending);
    throw new SimulatedCrash();
  };
  await expect(performCall(world, await aCall(world, { mission: mission.id, ...call }))).rejects.toThrow(
    SimulatedCrash,
  );
  world.broker.act = act;
}

async function present(call: object) {
  return performCall(world, await aCall(world, { mission: mission.id, ...call }));
}

async function typesOf(): Promise<string[]> {
  return (await entriesOf(world, callStream(mission.id, "1.1"))).map(({ type }) => type);
}

describe("a call whose outcome is unknown", () => {
  beforeEach(() => open());

  it("is sent again as a new intent, decided anew, if it only reads", async () => {
    await dieWhileSending({}, "lost");
    const decisions = world.governor.asked.length;
    expect(await present({})).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual(["call.sent", "call.sent", "call.succeeded"]);
    expect(world.governor.asked).toHaveLength(decisions + 1);
    const keys = new Set(world.broker.sent.map(({ idempotencyKey }) => idempotencyKey));
    expect([world.broker.sent.length, keys.size]).toEqual([2, 1]);
  });

  it("is sent again if its receiver takes it twice as once", async () => {
    await open([aTool(), aRepeatableTool()]);
    await dieWhileSending(WRITE, "happened");
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual(["call.sent", "call.sent", "call.succeeded"]);
  });

  it("is not sent again if the rules deny it now: a read has failed then", async () => {
    await dieWhileSending({}, "lost");
    world.governor.answerCalls({ kind: "DENY", rules: ["no-more"] });
    expect(await present({})).toMatchObject({ end: { kind: "failed", code: "mission/denied" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is left to a person if the rules deny the repetition of a write", async () => {
    await open([aTool(), aRepeatableTool()]);
    await dieWhileSending(WRITE, "happened");
    world.governor.answerCalls({ kind: "DENY", rules: ["no-more"] });
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "person" });
    expect(await typesOf()).toEqual(["call.sent", "call.unknown"]);
  });

  it("asks the tool never before a late sender must have given up", async () => {
    const sentAtMs = world.clock.nowMs();
    await dieWhileSending(WRITE, "happened");
    const { sendWindowMs, skewMs } = world.defaults;
    const untilMs = sentAtMs + sendWindowMs + 1_000 + 500 + skewMs;
    expect(await present(WRITE)).toEqual({ kind: "waits", for: "tool", untilMs });
    world.clock.advance(untilMs - sentAtMs - 1);
    expect(await present(WRITE)).toEqual({ kind: "waits", for: "tool", untilMs });
    expect(world.broker.asked).toEqual([]);
    world.clock.advance(1);
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded", result: { ok: true } } });
    expect(world.broker.asked).toHaveLength(1);
  });

  it("has succeeded if the tool says that it happened, and is not sent again", async () => {
    await dieWhileSending(WRITE, "happened");
    world.clock.advance(60_000);
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const entries = await entriesOf(world, callStream(mission.id, "1.1"));
    expect(entries.at(-1)).toMatchObject({ type: "call.succeeded", data: { attempt: 1, by: "find" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is sent again if the tool says that it did not happen", async () => {
    await dieWhileSending(WRITE, "lost");
    world.clock.advance(60_000);
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual(["call.sent", "call.sent", "call.succeeded"]);
    expect(world.broker.notes.get("report.txt")).toBe("42.00");
    expect(world.broker.sent).toHaveLength(2);
  });

  it("has failed if it did not happen and the rules deny it now", async () => {
    await dieWhileSending(WRITE, "lost");
    world.clock.advance(60_000);
    world.governor.answerCalls({ kind: "DENY", rules: ["no-more"] });
    expect(await present(WRITE)).toMatchObject({ end: { kind: "failed", code: "mission/denied" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("waits while the tool cannot be asked", async () => {
    await dieWhileSending(WRITE, "happened");
    world.clock.advance(60_000);
    world.broker.answerFind = async () => ({ kind: "undecided", reason: "the reader is down" });
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "tool" });
    world.broker.answerFind = undefined;
    world.clock.advance(1_000);
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("waits for a person if there is nobody to ask, and once resolved answers what the person said", async () => {
    await open([aTool(), aWriteToolWithoutFind()]);
    await dieWhileSending(WRITE, "happened");
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "tool" });
    world.clock.advance(60_000);
    const untilMs = mission.deadlineMs;
    expect(await present(WRITE)).toEqual({ kind: "waits", for: "person", untilMs });
    expect(await present(WRITE)).toEqual({ kind: "waits", for: "person", untilMs });
    expect(await typesOf()).toEqual(["call.sent", "call.unknown"]);
    const as = { kind: "succeeded", result: { seen: true } } as const;
    await resolveCall(world, { mission: mission.id, key: "1.1", person: "p-1", as });
    expect(await present(WRITE)).toMatchObject({ end: { kind: "succeeded", result: { seen: true } } });
    const last = (await entriesOf(world, callStream(mission.id, "1.1"))).at(-1);
    expect(last).toMatchObject({ actor: { id: "p-1", custody: "person" }, data: { by: "person" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("waits for a person if its tool is another one now", async () => {
    await dieWhileSending(WRITE, "happened");
    world.catalogue.tools.set("write_note", aWriteTool({ description: "Another one." }));
    world.clock.advance(60_000);
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "person" });
    expect(world.broker.asked).toEqual([]);
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is asked about when the tool did not answer in time", async () => {
    world.broker.act = async (sending) => {
      world.broker.effect(sending);
      return { kind: "unknown", reason: "timed out" };
    };
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "tool" });
    expect(await typesOf()).toEqual(["call.sent", "call.unknown"]);
    world.clock.advance(60_000);
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("has failed after three attempts of a read", async () => {
    world.broker.act = async () => ({ kind: "unknown", reason: "timed out" });
    expect(await present({})).toMatchObject({ end: { kind: "failed", code: "call/no_answer" } });
    expect(world.broker.sent).toHaveLength(3);
  });

  it("is tried again later after three attempts of a repeatable write", async () => {
    await open([aTool(), aRepeatableTool()]);
    world.broker.act = async () => ({ kind: "unknown", reason: "timed out" });
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "tool" });
    expect(world.broker.sent).toHaveLength(3);
  });

  it("is unknown when the answer cannot be written as JSON: the effect may have happened", async () => {
    world.broker.act = async (sending) => {
      world.broker.effect(sending);
      return { kind: "succeeded", result: Number.NaN };
    };
    expect(await present(WRITE)).toMatchObject({ kind: "waits", for: "tool" });
    world.clock.advance(60_000);
    expect(await present(WRITE)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(world.broker.sent).toHaveLength(1);
  });
});

describe("settling without the agent", () => {
  beforeEach(() => open());
  const settle = () => settleCall(world, { mission: mission.id, key: "1.1" });

  it("never sends: what did not happen has failed", async () => {
    await dieWhileSending(WRITE, "lost");
    expect(await settle()).toMatchObject({ kind: "waits", for: "tool" });
    world.clock.advance(60_000);
    expect(await settle()).toMatchObject({ end: { kind: "failed", code: "call/did_not_happen" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("records what happened", async () => {
    await dieWhileSending(WRITE, "happened");
    world.clock.advance(60_000);
    expect(await settle()).toMatchObject({ end: { kind: "succeeded" } });
    expect(await present(WRITE)).toMatchObject({ end: { kind: "succeeded" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("gives nothing up before a late sender must have", async () => {
    await dieWhileSending({}, "lost");
    const overMs = world.clock.nowMs() + world.defaults.sendWindowMs + 1_000 + world.defaults.skewMs;
    expect(await settle()).toEqual({ kind: "waits", for: "tool", untilMs: overMs });
    world.clock.advance(overMs - world.clock.nowMs() - 1);
    expect(await settle()).toEqual({ kind: "waits", for: "tool", untilMs: overMs });
    world.clock.advance(1);
    expect(await settle()).toMatchObject({ end: { kind: "failed" } });
  });

  it("gives a read up and leaves what nobody can tell to a person", async () => {
    await dieWhileSending({}, "lost");
    world.clock.advance(60_000);
    expect(await settle()).toMatchObject({ end: { kind: "failed", code: "call/no_answer" } });
    await open([aTool(), aWriteToolWithoutFind()]);
    await dieWhileSending(WRITE, "lost");
    world.clock.advance(60_000);
    expect(await settle()).toMatchObject({ kind: "waits", for: "person" });
  });

  it("refuses a resolution of a call that is not unknown", async () => {
    await present({});
    const order = { mission: mission.id, key: "1.1", person: "p-1", as: { kind: "unresolved" } } as const;
    await expect(resolveCall(world, order)).rejects.toMatchObject({ code: "mission/call_not_unknown" });
    await expect(resolveCall(world, { ...order, key: "1.9" })).rejects.toMatchObject({
      code: "mission/call_not_found",
    });
  });
});
