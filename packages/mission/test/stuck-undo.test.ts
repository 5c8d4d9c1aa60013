import type { JsonObject } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { finishMission, resolveCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { FAILED, UndoingMission } from "./undoing-mission.ts";

let world: TestWorld;
let scene: UndoingMission;

beforeEach(async () => {
  scene = await UndoingMission.open();
  ({ world } = scene);
});

describe("an undo that does not succeed leaves the mission IN_PROGRESS for a person", () => {
  async function settledBy(kind: "succeeded" | "failed", expected: JsonObject): Promise<void> {
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo.1.2" });
    expect(scene.ledger.filter((line) => line === "remove_note a")).toEqual([]);
    await expect(finishMission(world, scene.mission.id, FAILED)).rejects.toMatchObject({
      code: "mission/compensation_open",
    });
    const as =
      kind === "succeeded" ? ({ kind, result: "by hand" } as const) : ({ kind, code: "x", message: "no" } as const);
    const order = { mission: scene.mission.id, key: "undo.1.2", person: "p-1", as };
    await resolveCall(world, order);
    await expect(resolveCall(world, order)).rejects.toMatchObject({ code: "mission/call_not_unknown" });
    expect(await scene.end()).toMatchObject({ state: "EXECUTED" });
    expect(scene.ledger.at(-1)).toBe("remove_note a");
    expect((await scene.finished())?.["compensation"]).toMatchObject(expected);
  }

  beforeEach(async () => {
    await scene.call("1.1", "a");
    await scene.call("1.2", "b");
  });

  it("when it is denied", async () => {
    const { answer } = world.governor;
    world.governor.answer = (request) =>
      request.call?.arguments["path"] === "b" ? { kind: "DENY", rules: ["keep-b"] } : answer(request);
    await settledBy("succeeded", { undone: 1, undoneByHand: 1, standing: [] });
    expect(await scene.typesOf("undo.1.2")).toEqual(["call.denied"]);
  });

  it("when its tool fails", async () => {
    scene.undoComesTo("b", { kind: "failed", code: "tool/no", message: "No." });
    await settledBy("failed", { undone: 1, undoneByHand: 0, stands: 1, standing: ["1.2"] });
  });

  it("when nobody knows what became of it: then it is resolved like any call", async () => {
    scene.undoComesTo("b", { kind: "unknown", reason: "Silence." });
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo.1.2" });
    const order = { mission: scene.mission.id, key: "undo.1.2", person: "p-1" };
    await resolveCall(world, { ...order, as: { kind: "failed", code: "x", message: "It did not happen." } });
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo.1.2" });
    await resolveCall(world, { ...order, as: { kind: "succeeded", result: "by hand" } });
    expect(await scene.end()).toMatchObject({ state: "EXECUTED" });
    expect(scene.ledger).toEqual(["write_note a", "write_note b", "remove_note a"]);
  });

  it("waits for a vote where the rules ask for one, and asks again later", async () => {
    const { answer } = world.governor;
    world.governor.answer = (request) =>
      request.kind === "call" ? { kind: "ESCALATE", level: "L2", rules: ["ask"] } : answer(request);
    expect(await scene.end()).toMatchObject({ kind: "waits", for: "approval", key: "undo.1.2" });
    world.governor.answer = answer;
    expect(await scene.end()).toMatchObject({ state: "EXECUTED" });
  });
});
