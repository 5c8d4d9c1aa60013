import { canonicalJson, commit } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import {
  COMPENSATION_GRACE_MS,
  UNDO_TRIES_MAX,
  callStream,
  missionStream,
  performCall,
  resolveCall,
  startCompensation,
  stopMission,
  undoKey,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { presentUndo } from "../src/testing/index.ts";
import { entriesOf, racing } from "./scenes.ts";
import { FAILED, UndoingMission } from "./undoing-mission.ts";

const NONCE = "A".repeat(43);

let world: TestWorld;
let scene: UndoingMission;

beforeEach(async () => {
  scene = await UndoingMission.open();
  ({ world } = scene);
});

describe("an undo that a person has tried again", () => {
  const again = (key: string) =>
    resolveCall(world, { mission: scene.mission.id, key, person: "p-1", as: { kind: "retry" } });
  const refused = (code: string) => expect.objectContaining({ code }) as Error;

  beforeEach(async () => {
    await scene.call("1.1", "a");
  });

  it("is made once more after its tool failed, under a key of its own, and undoes the call", async () => {
    const { act } = world.broker;
    scene.undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
    await again("undo.1.1");
    expect((await entriesOf(world, missionStream(scene.mission.id))).at(-1)).toMatchObject({
      type: "compensation.retried",
      actor: { id: "p-1", custody: "person" },
      data: { call: "1.1", attempt: 2 },
    });
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo-2.1.1" });
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/call_not_unknown"));
    await again("undo-2.1.1");
    world.broker.act = act;
    expect(await scene.end()).toMatchObject({ state: "EXECUTED", outcomeKind: "FAILED" });
    expect(await scene.typesOf("undo-3.1.1")).toEqual(["call.sent", "call.succeeded"]);
    const keys = world.broker.sent.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await scene.finished()).toMatchObject({ compensation: { undone: 1, stands: 0, standing: [] } });
  });

  it("is decided anew after it was denied", async () => {
    const { answer } = world.governor;
    world.governor.answerCalls({ kind: "DENY", rules: ["no"] });
    expect(await scene.end()).toMatchObject({ for: "person" });
    await again("undo.1.1");
    world.governor.answer = answer;
    expect(await scene.end()).toMatchObject({ state: "EXECUTED" });
    expect(world.broker.sends()).toEqual({ "1.1": 1, "undo-2.1.1": 1 });
  });

  it("has its whole time again", async () => {
    await startCompensation(world, scene.mission.id, FAILED);
    world.clock.advance(600_000 + COMPENSATION_GRACE_MS);
    expect(await scene.end()).toMatchObject({ for: "person" });
    await again("undo.1.1");
    expect(await scene.end()).toMatchObject({ state: "EXECUTED" });
  });

  it("waits under hold, until a stop with run", async () => {
    scene.undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    await scene.end();
    const stop = { mission: scene.mission.id, reason: "x", actor: { id: "p-1", custody: "person" } } as const;
    await stopMission(world, { ...stop, compensation: "hold" });
    await again("undo.1.1");
    expect(await scene.end()).toEqual({ kind: "waits", for: "held", key: "1.1" });
    await stopMission(world, { ...stop, compensation: "run" });
    expect(await scene.end()).toMatchObject({ kind: "waits", key: "undo-2.1.1" });
  });

  it("is refused while it is not known what became of it, and after that was never learned: it might happen twice", async () => {
    scene.undoComesTo("a", { kind: "unknown", reason: "Silence." });
    await scene.end();
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/not_retryable"));
    const order = { mission: scene.mission.id, key: "undo.1.1", person: "p-1" };
    await resolveCall(world, { ...order, as: { kind: "unresolved" } });
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/not_retryable"));
  });

  it("is refused for a call of the agent, for an undo that was not begun, and after a person spoke", async () => {
    await expect(again("1.1")).rejects.toThrow(refused("mission/not_retryable"));
    await startCompensation(world, scene.mission.id, FAILED);
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/not_retryable"));
    await resolveCall(world, { mission: scene.mission.id, key: "undo.1.1", person: "p-1", as: { kind: "unresolved" } });
    await expect(again("undo.1.1")).rejects.toThrow(refused("mission/call_not_unknown"));
  });

  it("loses to the undo that begins in the same moment, and wins over it if it comes first", async () => {
    scene.undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    await scene.end();
    await again("undo.1.1");
    const begun = racing(world, "compensation.retried", () => scene.end());
    const late = resolveCall(begun, {
      mission: scene.mission.id,
      key: "undo-2.1.1",
      person: "p-1",
      as: { kind: "retry" },
    });
    await expect(late).rejects.toThrow(refused("mission/not_retryable"));
  });

  it("has as many tries as the limit says, and not one more", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["no"] });
    await scene.end();
    for (let attempt = 1; attempt < UNDO_TRIES_MAX; attempt += 1) {
      await again(undoKey("1.1", attempt));
      await scene.end();
    }
    await expect(again(undoKey("1.1", UNDO_TRIES_MAX))).rejects.toThrow(refused("mission/not_retryable"));
  });

  it("leaves no way back to the try before", async () => {
    scene.undoComesTo("a", { kind: "failed", code: "tool/busy", message: "Not now." });
    await scene.end();
    await again("undo.1.1");
    const arguments_ = { path: "a" };
    const presented = await presentUndo(
      world,
      scene.mission.id,
    )({
      call: callStream(scene.mission.id, "undo.1.1"),
      tool: "remove_note",
      arguments: arguments_,
      commitment: commit(NONCE, canonicalJson(arguments_)),
    });
    const request = {
      mission: scene.mission.id,
      key: "undo.1.1",
      tool: "remove_note",
      arguments: arguments_,
      nonce: NONCE,
    };
    expect(await performCall(world, { ...request, presented, custody: "runtime" })).toMatchObject({
      kind: "refused",
      code: "call/nothing_to_undo",
    });
  });
});
