import { beforeEach, describe, expect, it } from "vitest";
import {
  COMPENSATION_GRACE_MS,
  callStream,
  compensateMission,
  loadMission,
  missionStream,
  performCall,
  resolveCall,
  startCompensation,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_AGENT, aCall, presentUndo } from "../src/testing/index.ts";
import { entriesOf } from "./scenes.ts";
import { FAILED, UndoingMission } from "./undoing-mission.ts";

let world: TestWorld;
let scene: UndoingMission;

beforeEach(async () => {
  scene = await UndoingMission.open();
  ({ world } = scene);
});

describe("a mission that failed", () => {
  it("undoes its writes in the reverse order of their intents, one governed call each, and says so", async () => {
    await scene.call("1.3", "first");
    await scene.call("1.1", "second");
    await scene.call("1.2", "second", "read_note");
    expect(await scene.end()).toMatchObject({ state: "EXECUTED", outcomeKind: "FAILED", outcomeCode: FAILED.code });
    expect(scene.ledger.slice(3)).toEqual(["remove_note second", "remove_note first"]);
    expect(await scene.typesOf("undo.1.1")).toEqual(["call.sent", "call.succeeded"]);
    const [intent] = await entriesOf(world, callStream(scene.mission.id, "undo.1.1"));
    expect(intent).toMatchObject({
      actor: { id: "compensator", custody: "runtime" },
      data: {
        tool: "remove_note",
        compensates: "1.1",
        attempt: 1,
        decision: { kind: "PERMIT" },
        facts: { "compensation.of": "write_note" },
      },
    });
    expect(await scene.finished()).toMatchObject({
      compensation: { undone: 2, stands: 0, irreversible: 0, standing: [] },
    });
  });

  it("shows the rules who undoes what", async () => {
    await scene.call("1.1", "a");
    await scene.end();
    expect(world.governor.asked.at(-1)).toMatchObject({
      agent: { id: "compensator", custody: "runtime" },
      call: { key: "undo.1.1", tool: { name: "remove_note" }, arguments: { path: "a" } },
      facts: { "compensation.of": "write_note", "compensation.agent": AN_AGENT },
    });
  });

  it("is not compensated when nothing was done: one entry ends it", async () => {
    await scene.call("1.1", "a", "read_note");
    await scene.end();
    expect((await entriesOf(world, missionStream(scene.mission.id))).at(-2)?.type).toBe("mission.started");
    expect(await scene.finished()).toEqual({ kind: "FAILED", code: FAILED.code });
  });

  it("keeps its cause over the compensation, and its kind though the deadline passes meanwhile", async () => {
    await scene.call("1.1", "a");
    scene.undoComesTo("a", { kind: "unknown", reason: "Silence." });
    expect(await scene.end()).toMatchObject({ kind: "waits", for: "person" });
    world.clock.advance(700_000);
    await resolveCall(world, {
      mission: scene.mission.id,
      key: "undo.1.1",
      person: "p-1",
      as: { kind: "succeeded", result: true },
    });
    expect(await scene.end({ kind: "EXPIRED" })).toMatchObject({ outcomeKind: "FAILED", outcomeCode: FAILED.code });
    const [started, last] = (await entriesOf(world, missionStream(scene.mission.id))).filter(
      ({ type }) => type === "compensation.started" || type === "mission.finished",
    );
    expect(last?.payloads["cause"]).toBe(started?.payloads["cause"]);
    expect(last?.actor.id).toBe(AN_AGENT);
  });
});

describe("from the moment on at which a mission compensates", () => {
  beforeEach(async () => {
    await scene.call("1.1", "a");
    await startCompensation(world, scene.mission.id, FAILED);
  });

  it("no call of its agent is sent", async () => {
    const request = await aCall(world, { mission: scene.mission.id, key: "9.9" });
    expect(await performCall(world, request)).toMatchObject({ end: { kind: "denied", code: "mission/compensating" } });
    expect(scene.ledger).toEqual(["write_note a"]);
  });

  it("its compensator sends past the deadline, until the stated grace is over", async () => {
    world.clock.advance(600_000 + COMPENSATION_GRACE_MS - 1_000);
    await compensateMission(world, scene.mission.id, presentUndo(world, scene.mission.id));
    expect(scene.ledger).toEqual(["write_note a", "remove_note a"]);
  });

  it("and nothing at that time: a person must settle it", async () => {
    const { ending } = (await loadMission(world, scene.mission.id)) ?? {};
    world.clock.advance((ending?.untilMs ?? 0) - world.clock.nowMs());
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
    expect(await scene.typesOf("undo.1.1")).toEqual(["call.denied"]);
  });
});

describe("unknown calls are settled before anything is undone", () => {
  it("and a write that happened is undone in its place", async () => {
    await scene.call("1.1", "a");
    const { act } = world.broker;
    world.broker.act = async (sending) => {
      await act(sending);
      return { kind: "unknown", reason: "Silence." };
    };
    await scene.call("1.2", "b");
    world.broker.act = act;
    const waits = await scene.end();
    expect(waits).toMatchObject({ kind: "waits", for: "tool", key: "1.2", untilMs: expect.any(Number) });
    expect(scene.ledger).toEqual(["write_note a", "write_note b"]);
    world.clock.advance(10_000);
    await scene.end();
    expect(scene.ledger.slice(2)).toEqual(["remove_note b", "remove_note a"]);
  });
});
