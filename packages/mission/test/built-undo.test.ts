import type { LogStore } from "@aura/store";
import { beforeEach, describe, expect, it } from "vitest";
import type { Tool } from "../src/index.ts";
import { endMission, findCall, resolveCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aRemoveTool, aTool, aWriteTool, onStore, presentUndo } from "../src/testing/index.ts";
import { FAILED, UndoingMission } from "./undoing-mission.ts";

/** `write_note` undone by what it answered. */
function aWriteWithReceipt(override: Partial<Tool> = {}): Tool {
  return aWriteTool({
    compensation: { tool: "remove_note", arguments: { path: { fromResult: "/receipt" } } },
    ...override,
  });
}

let world: TestWorld;
let scene: UndoingMission;

async function open(...args: Parameters<typeof UndoingMission.open>): Promise<void> {
  scene = await UndoingMission.open(...args);
  ({ world } = scene);
}

beforeEach(() => open());

describe("a mission that failed", () => {
  it("builds an undo of what the call answered", async () => {
    await open([aTool(), aWriteWithReceipt()]);
    await scene.call("1.1", "a");
    await scene.end();
    expect(scene.ledger).toEqual(["write_note a", "remove_note r-a"]);
  });

  it("waits for a person where an undo cannot be built", async () => {
    await open([
      aTool(),
      aWriteTool({ compensation: { tool: "remove_note", arguments: { path: { fromResult: "/nowhere" } } } }),
    ]);
    await scene.call("1.1", "a");
    expect(await scene.end()).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
    await resolveCall(world, { mission: scene.mission.id, key: "undo.1.1", person: "p-1", as: { kind: "unresolved" } });
    expect(await scene.end()).toMatchObject({ state: "EXECUTED" });
    expect(await scene.finished()).toMatchObject({ compensation: { undone: 0, stands: 1, standing: ["1.1"] } });
  });

  it("waits for a person where what the call was given was erased", async () => {
    await scene.call("1.1", "a");
    const known = await findCall(world, scene.mission.id, "1.1");
    const { store } = world;
    const payload: LogStore["payload"] = async (context, commitment) =>
      commitment === known?.call.arguments ? "erased" : store.payload(context, commitment);
    const without = new Proxy(store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (member === "payload") return payload;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const waits = await endMission(
      onStore(world, without),
      scene.mission.id,
      FAILED,
      presentUndo(world, scene.mission.id),
    );
    expect(waits).toEqual({ kind: "waits", for: "person", key: "undo.1.1" });
  });

  it("never undoes what is irreversible, and names it", async () => {
    await open([aTool(), aWriteTool()], ["write_note", "remove_note"]);
    await scene.call("1.1", "a");
    await scene.call("1.2", "b", "remove_note");
    await scene.end();
    expect(scene.ledger).toEqual(["write_note a", "remove_note b", "remove_note a"]);
    expect(await scene.finished()).toMatchObject({ compensation: { undone: 1, irreversible: 1, standing: ["1.2"] } });
  });

  it("never undoes an undo, though its tool is a write itself", async () => {
    const remove = aRemoveTool({
      class: "write",
      compensation: { tool: "write_note", arguments: { path: { from: "/path" }, content: { value: "again" } } },
    });
    await open([aTool(), aWriteTool(), remove]);
    await scene.call("1.1", "a");
    await scene.end();
    expect(scene.ledger).toEqual(["write_note a", "remove_note a"]);
  });
});
