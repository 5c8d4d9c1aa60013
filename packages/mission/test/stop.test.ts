import { beforeEach, describe, expect, it } from "vitest";
import type { Broker, Mission, StopOrder } from "../src/index.ts";
import {
  callStream,
  cutHalted,
  endMission,
  finishMission,
  loadMission,
  loadStop,
  missionStream,
  performCall,
  raiseEpoch,
  resolveCall,
  startCompensation,
  stopAgent,
  stopMission,
  stopNamespace,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_AGENT, AN_OWNER, aCall, aMission, aWorld, presentUndo, walkMission } from "../src/testing/index.ts";
import { WRITE, entriesOf, racing } from "./scenes.ts";

const OPERATOR = { id: "operator-1", custody: "person" } as const;
const STOPPED = { kind: "STOPPED", code: "mission/stopped", actor: OPERATOR } as const;

let world: TestWorld;
let mission: Mission;

function order(compensation: StopOrder["compensation"], actor: StopOrder["actor"] = OPERATOR): StopOrder {
  return { compensation, reason: "It spends too much.", actor };
}

const SCOPES = [
  ["the mission", (on: TestWorld, how: StopOrder) => stopMission(on, { ...how, mission: mission.id })],
  ["its agent", (on: TestWorld, how: StopOrder) => stopAgent(on, { ...how, agent: AN_AGENT })],
  ["its namespace", (on: TestWorld, how: StopOrder) => stopNamespace(on, how)],
] as const;

async function present(key: string, call: object = WRITE, on: TestWorld = world) {
  return performCall(on, await aCall(world, { mission: mission.id, key, ...call }));
}

function end() {
  return endMission(world, mission.id, STOPPED, presentUndo(world, mission.id));
}

async function typesOf(key: string): Promise<string[]> {
  return (await entriesOf(world, callStream(mission.id, key))).map(({ type }) => type);
}

beforeEach(async () => {
  world = await aWorld();
  mission = await aMission(world);
});

describe.each(SCOPES)("a stop of %s", (_scope, stop) => {
  it.each(["run", "hold"] as const)("lets no call be sent after it, with %s", async (compensation) => {
    await stop(world, order(compensation));
    expect(await present("1.1")).toMatchObject({ end: { kind: "denied", code: "mission/stopped" } });
    expect(world.broker.sent).toEqual([]);
    expect(await loadStop(world, mission.id)).toMatchObject({ compensation, actor: OPERATOR });
  });

  it("wins a race against an intent that was decided already: it is moved, and refused", async () => {
    const racer = racing(world, "call.sent", () => stop(world, order("run")));
    expect(await present("1.1", WRITE, racer)).toMatchObject({ end: { kind: "denied", code: "mission/stopped" } });
    expect(world.broker.sent).toEqual([]);
    expect(await typesOf("1.1")).toEqual(["call.denied"]);
  });

  it("that lands between an intent and its bytes keeps them from leaving", async () => {
    const { broker } = world;
    const late: Broker = {
      find: (sending) => broker.find(sending),
      send: async (sending) => {
        await stop(world, order("run"));
        return broker.send(sending);
      },
    };
    const answer = await performCall({ ...world, broker: late }, await aCall(world, { mission: mission.id, ...WRITE }));
    expect(answer).toMatchObject({ end: { kind: "failed", code: "gateway/not_held" } });
    expect(world.broker.sent).toEqual([]);
  });

  it("has what was done undone with run", async () => {
    await present("1.1");
    await stop(world, order("run"));
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "STOPPED", endedBy: OPERATOR });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo.1.1": 1 });
  });

  it("undoes nothing with hold, until a stop with run", async () => {
    await present("1.1");
    await stop(world, order("hold"));
    expect(await end()).toEqual({ kind: "waits", for: "held", key: "1.1" });
    expect(world.broker.sends()).toEqual({ "1.1": 1 });
    await stop(world, order("run"));
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "STOPPED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo.1.1": 1 });
  });

  it("with hold that lands while it undoes keeps the next undo from being sent, and leaves no entry of it", async () => {
    await present("1.1");
    await startCompensation(world, mission.id, STOPPED);
    const racer = racing(world, "call.sent", () => stop(world, order("hold")));
    expect(await endMission(racer, mission.id, STOPPED, presentUndo(world, mission.id))).toEqual({
      kind: "waits",
      for: "held",
      key: "1.1",
    });
    expect(await typesOf("undo.1.1")).toEqual([]);
    expect(world.broker.sends()).toEqual({ "1.1": 1 });
  });

  it("keeps its reason out of the entries", async () => {
    await stop(world, order("run"));
    for await (const { entry } of world.store.readLog(world.context, 0)) {
      expect(JSON.stringify(entry)).not.toContain("spends too much");
    }
  });

  it("that another process wrote lets a call come to its outcome that nobody cut, and undoes it", async () => {
    const { act } = world.broker;
    const elsewhere = racing(world, "nothing", async () => undefined);
    world.broker.act = async (sending) => {
      if (sending.callKey === "1.1") await stop(elsewhere, order("run"));
      return act(sending);
    };
    expect(await present("1.1")).toMatchObject({ end: { kind: "succeeded" } });
    expect(await end()).toMatchObject({ state: "EXECUTED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo.1.1": 1 });
  });
});

describe("a call in flight is cut", () => {
  /** Tools that take their call and never answer; resolves when one has it. */
  function silence(): Promise<void> {
    const reached = Promise.withResolvers<void>();
    world.broker.act = () => {
      reached.resolve();
      return new Promise(() => undefined);
    };
    return reached.promise;
  }

  it.each(SCOPES)("by a stop of %s: a write is of unknown outcome, and left to be settled", async (_scope, stop) => {
    const reached = silence();
    const answer = present("1.1");
    await reached;
    await stop(world, order("run"));
    expect(await answer).toMatchObject({ kind: "waits" });
    expect(await typesOf("1.1")).toEqual(["call.sent", "call.unknown"]);
    expect(world.broker.sends()).toEqual({ "1.1": 1 });
  });

  it("by a stop: a read has failed and is not sent again", async () => {
    const reached = silence();
    const answer = present("1.1", {});
    await reached;
    await stopMission(world, { ...order("run"), mission: mission.id });
    expect(await answer).toMatchObject({ end: { kind: "failed", code: "mission/stopped" } });
    expect(world.broker.sends()).toEqual({ "1.1": 1 });
  });

  it("when its authority is taken back", async () => {
    const reached = silence();
    const answer = present("1.1");
    await reached;
    await raiseEpoch(world, { kind: "agent", agent: AN_AGENT }, { reason: "x", actor: OPERATOR });
    expect(await answer).toMatchObject({ kind: "refused", code: "trust/credential_revoked" });
    expect(await typesOf("1.1")).toEqual(["call.sent", "call.unknown"]);
  });

  it("by an order that another process wrote, once this one is told", async () => {
    const reached = silence();
    const answer = present("1.1");
    await reached;
    const elsewhere = racing(world, "nothing", async () => undefined);
    await stopMission(elsewhere, { ...order("run"), mission: mission.id });
    expect(await typesOf("1.1")).toEqual(["call.sent"]);
    await cutHalted(world, mission.id);
    expect(await answer).toMatchObject({ kind: "waits" });
  });

  it("but not another mission's, nor an undo under run; an undo is cut by hold", async () => {
    const other = await aMission(world);
    await present("1.1");
    await startCompensation(world, mission.id, STOPPED);
    const reached = silence();
    const undo = end();
    await reached;
    const untouched = performCall(world, await aCall(world, { mission: other.id, ...WRITE }));
    await stopMission(world, { ...order("run"), mission: mission.id });
    expect(await typesOf("undo.1.1")).toEqual(["call.sent"]);
    await stopMission(world, { ...order("hold"), mission: mission.id });
    expect(await undo).toMatchObject({ kind: "waits" });
    expect(await typesOf("undo.1.1")).toEqual(["call.sent", "call.unknown"]);
    await stopNamespace(world, order("run"));
    expect(await untouched).toMatchObject({ kind: "waits" });
  });
});

describe("under hold", () => {
  it("a person settles what was done, and the mission ends", async () => {
    await present("1.1");
    await stopMission(world, { ...order("hold"), mission: mission.id });
    const resolve = { mission: mission.id, key: "undo.1.1", person: "p-1", as: { kind: "unresolved" } } as const;
    await resolveCall(world, resolve);
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "STOPPED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1 });
  });

  it("a mission that did nothing ends", async () => {
    await stopMission(world, { ...order("hold"), mission: mission.id });
    expect(await end()).toMatchObject({ state: "EXECUTED", outcomeKind: "STOPPED" });
  });

  it.each([
    ["hold after run", ["run", "hold"], "hold"],
    ["run after hold", ["hold", "run"], "run"],
  ] as const)("of two scopes the newest order says what becomes of the past: %s", async (_name, orders, expected) => {
    await stopNamespace(world, order(orders[0]));
    await stopMission(world, { ...order(orders[1]), mission: mission.id });
    expect(await loadStop(world, mission.id)).toMatchObject({ compensation: expected, scope: "mission" });
  });
});

describe("a stopped mission", () => {
  it("cannot finish as SUCCEEDED", async () => {
    await stopMission(world, { ...order("run"), mission: mission.id });
    const finish = finishMission(world, mission.id, { kind: "SUCCEEDED", result: 1 });
    await expect(finish).rejects.toMatchObject({ code: "mission/stopped" });
  });

  it("is stopped in every state before it came out, and in none after", async () => {
    for (const state of ["CREATED", "PLANNING", "WAITING_APPROVAL", "APPROVED", "PENDING_EXECUTION"] as const) {
      const { id } = await aMission(world, { state });
      await stopMission(world, { ...order("run"), mission: id });
      expect(await loadMission(world, id)).toMatchObject({ state, stop: { compensation: "run", actor: OPERATOR } });
    }
    await walkMission(world, mission, "CLOSED");
    const late = stopMission(world, { ...order("run"), mission: mission.id });
    await expect(late).rejects.toMatchObject({ code: "mission/illegal_transition" });
  });

  it("is refused for what does not exist", async () => {
    await expect(stopMission(world, { ...order("run"), mission: "nothing" })).rejects.toMatchObject({
      code: "mission/not_found",
    });
    await expect(stopAgent(world, { ...order("run"), agent: "No Such" })).rejects.toMatchObject({
      code: "mission/invalid_argument",
    });
  });

  it("knows its creator by whom it was created", async () => {
    expect(await loadMission(world, mission.id)).toMatchObject({ createdBy: AN_OWNER });
  });

  it("stays undoable when its authority is taken back as well", async () => {
    await present("1.1");
    await stopMission(world, { ...order("run"), mission: mission.id });
    await raiseEpoch(world, { kind: "mission", mission: mission.id }, { reason: "x", actor: OPERATOR });
    await raiseEpoch(world, { kind: "agent", agent: AN_AGENT }, { reason: "x", actor: OPERATOR });
    expect(await end()).toMatchObject({ state: "EXECUTED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo.1.1": 1 });
  });
});

describe("taking authority back", () => {
  it("keeps its reason out of the entry", async () => {
    await raiseEpoch(world, { kind: "mission", mission: mission.id }, { reason: "Ada lost her key.", actor: OPERATOR });
    const entry = (await entriesOf(world, missionStream(mission.id))).at(-1);
    expect(entry).toMatchObject({ type: "epoch.raised", data: { scope: "mission" } });
    expect(entry?.payloads).toHaveProperty("reason");
    expect(JSON.stringify(entry)).not.toContain("Ada");
  });
});
