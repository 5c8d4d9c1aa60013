import { beforeEach, describe, expect, it } from "vitest";
import { endMission, loadApproval } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, aPool, presentUndo, vote } from "../src/testing/index.ts";
import { ASK, AskedMission, MANAGER } from "./asked-mission.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("an undo that needs people", () => {
  it("waits for them like any call, and is asked about in the compensator's name", async () => {
    world.governor.answerCalls({ kind: "PERMIT", rules: ["p"] });
    await scene.present();
    world.governor.answerCalls(ASK);
    const asked: unknown[] = [];
    world.governor.pool = (question) => {
      asked.push([question.request.agent.id, question.request.facts["compensation.of"], question.excluded]);
      return aPool(question);
    };
    const undo = presentUndo(world, scene.mission.id);
    const ending = { kind: "FAILED", code: "engine/function_failed", cause: "It gave up." } as const;
    expect(await endMission(world, scene.mission.id, ending, undo)).toMatchObject({ kind: "waits", for: "approval" });
    const request = { mission: scene.mission.id, call: "undo.1.1" };
    expect(await loadApproval(world, request)).toMatchObject({ agent: "compensator", tool: "remove_note" });
    expect(await vote(world, { ...request, person: MANAGER })).toMatchObject({ outcome: "approved" });
    expect(await endMission(world, scene.mission.id, ending, undo)).toMatchObject({ state: "EXECUTED" });
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(["compensator", "write_note", [AN_OWNER.id]])]),
    );
    expect(world.broker.sent.map(({ tool }) => tool.name)).toEqual(["write_note", "remove_note"]);
  });
});
