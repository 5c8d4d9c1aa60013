import { beforeEach, describe, expect, it } from "vitest";
import { callStream, castVote, listApprovals, missionStream, performCall, startCompensation } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aVote, interceptAppend, onStore, vote } from "../src/testing/index.ts";
import { entriesOf, racing } from "./scenes.ts";
import { FAILED, UndoingMission } from "./undoing-mission.ts";

let world: TestWorld;
let scene: UndoingMission;

beforeEach(async () => {
  scene = await UndoingMission.open();
  ({ world } = scene);
});

describe("a call that waits for people when its mission begins to compensate", () => {
  const waiting = { key: "1.2", tool: "write_note", arguments: { path: "b", content: "x" } };
  const park = async (on: TestWorld = world) =>
    performCall(on, await aCall(world, { mission: scene.mission.id, ...waiting }));
  const listed = async (): Promise<(string | null)[]> => {
    const calls: (string | null)[] = [];
    for await (const request of listApprovals(world)) calls.push(request.call);
    return calls;
  };
  const start = (on: TestWorld = world) => startCompensation(on, scene.mission.id, FAILED);
  const approve = () => vote(world, { mission: scene.mission.id, call: "1.2", person: "manager-1" });

  beforeEach(async () => {
    await scene.call("1.1", "a");
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    await park();
  });

  it("is withdrawn in the same unit: nobody is asked about it any more", async () => {
    expect(await listed()).toEqual(["1.2"]);
    await start();
    expect(await listed()).toEqual([]);
    const last = (await entriesOf(world, callStream(scene.mission.id, "1.2"))).at(-1);
    const started = (await entriesOf(world, missionStream(scene.mission.id))).at(-1);
    expect([last?.type, started?.type]).toEqual(["call.withdrawn", "compensation.started"]);
    expect(last?.unit).toBe(started?.unit);
    expect(await park()).toMatchObject({ end: { kind: "denied", code: "call/withdrawn" } });
  });

  it("takes no vote that comes after, also one that was on its way", async () => {
    const order = await aVote(world, { mission: scene.mission.id, call: "1.2", person: "manager-1" });
    const late = castVote(racing(world, "call.voted", start), order);
    await expect(late).rejects.toMatchObject({ code: "mission/vote_not_waiting" });
    expect(await scene.typesOf("1.2")).toEqual(["call.parked", "call.withdrawn"]);
  });

  it("is withdrawn with the vote that came before, and nothing is sent on it", async () => {
    await start(racing(world, "compensation.started", approve));
    expect(await scene.typesOf("1.2")).toEqual(["call.parked", "call.voted", "call.withdrawn"]);
    expect(scene.ledger).toEqual(["write_note a"]);
  });

  it("is withdrawn as well when it begins to wait meanwhile", async () => {
    const third = { mission: scene.mission.id, ...waiting, key: "1.3" };
    const codes: unknown[] = [];
    const watched = interceptAppend(world.store, async (append, ...args) => {
      const answers = await append(...args);
      codes.push(...answers.flatMap((answer) => (answer.kind === "refused" ? [answer.code] : [])));
      return answers;
    });
    const late = async () => performCall(world, await aCall(world, third));
    await start(racing(onStore(world, watched), "compensation.started", late));
    expect(codes).toEqual(["mission/calls_parked"]);
    expect(await scene.typesOf("1.3")).toEqual(["call.parked", "call.withdrawn"]);
    expect(await listed()).toEqual([]);
  });

  it("while an undo waits for people as before", async () => {
    expect(await scene.end()).toMatchObject({ kind: "waits", for: "approval", key: "undo.1.1" });
    expect(await listed()).toEqual(["undo.1.1"]);
  });
});
