import type { JsonValue } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { endMission, performCall, resolveCall, startCompensation, undoKey } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_AGENT, aCall, aMission, presentUndo } from "../src/testing/index.ts";
import { FAILED, UndoingMission } from "./undoing-mission.ts";

let world: TestWorld;
let scene: UndoingMission;

async function open(...args: Parameters<typeof UndoingMission.open>): Promise<void> {
  scene = await UndoingMission.open(...args);
  ({ world } = scene);
}

beforeEach(() => open());

describe("nobody but the compensator undoes, and it does nothing else", () => {
  beforeEach(async () => {
    await scene.call("1.1", "a");
    await startCompensation(world, scene.mission.id, FAILED);
  });

  async function present(request: object, agent: string): Promise<unknown> {
    const asked = {
      mission: scene.mission.id,
      key: "undo.1.1",
      tool: "remove_note",
      arguments: { path: "a" },
      ...request,
    };
    return performCall(world, await aCall(world, asked, { agent, tools: { remove_note: null, write_note: null } }));
  }

  it.each<[string, object, string, JsonValue]>([
    ["the mission's agent", {}, AN_AGENT, "mission/other_agent"],
    ["the compensator for a call of its own", { key: "9.9" }, "compensator", "mission/other_agent"],
    ["of a call that does not exist", { key: "undo.7.7" }, "compensator", "call/nothing_to_undo"],
    ["of an undo", { key: "undo.undo.1.1" }, "compensator", "call/key_malformed"],
    ["with other arguments", { arguments: { path: "b" } }, "compensator", "call/conflict"],
    ["with another tool", { tool: "write_note" }, "compensator", "call/conflict"],
  ])("%s", async (_who, request, agent, code) => {
    expect(await present(request, agent)).toMatchObject({ kind: "refused", code });
    expect(scene.ledger).toEqual(["write_note a"]);
  });

  it("and a token that does not grant the undo spends no undo's key", async () => {
    const asked = { mission: scene.mission.id, key: "undo.1.1", tool: "remove_note", arguments: { path: "a" } };
    const request = await aCall(world, asked, { agent: AN_AGENT, tools: { write_note: null } });
    expect(await performCall(world, request)).toMatchObject({ kind: "refused", code: "mission/other_agent" });
    expect(await scene.typesOf("undo.1.1")).toEqual([]);
  });

  it("and not before the mission compensates", async () => {
    await open();
    await scene.call("1.1", "a");
    expect(await present({}, "compensator")).toMatchObject({ kind: "refused", code: "mission/not_compensating" });
  });

  it("and no agent bears its name", async () => {
    await expect(aMission(world, { agent: "compensator" })).rejects.toMatchObject({ code: "mission/invalid_argument" });
  });

  it("with a credential of another agent's: its presentation is refused, and nothing is written", async () => {
    const present = presentUndo(world, scene.mission.id, { agent: AN_AGENT });
    await expect(endMission(world, scene.mission.id, FAILED, present)).rejects.toMatchObject({
      code: "mission/compensation_refused",
    });
    expect(await scene.typesOf("undo.1.1")).toEqual([]);
  });

  it("and not again what a person settled", async () => {
    await resolveCall(world, {
      mission: scene.mission.id,
      key: undoKey("1.1"),
      person: "p-1",
      as: { kind: "succeeded", result: null },
    });
    expect(await present({}, "compensator")).toMatchObject({ kind: "refused", code: "call/nothing_to_undo" });
  });
});
