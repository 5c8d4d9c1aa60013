import { beforeEach, describe, expect, it } from "vitest";
import { castVote, performCall, raiseEpoch, revokeApprover } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, aCall, aPool, aVote, vote } from "../src/testing/index.ts";
import { AskedMission, MANAGER } from "./asked-mission.ts";
import { WRITE, racing } from "./scenes.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("racers", () => {
  it("for one person's vote: one wins, in one process and in two", async () => {
    await scene.park();
    world.governor.pool = (question) => aPool(question, ["manager-1", "manager-2"], 2);
    const order = await aVote(world, { ...scene.parked(), person: MANAGER });
    const answers = await Promise.allSettled([castVote(world, order), castVote(world, order)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    // another process: its turn is not ours, the stream's version decides
    await scene.park("1.2");
    const second = await aVote(world, { ...scene.parked("1.2"), person: MANAGER });
    let inner: Promise<unknown> = Promise.resolve();
    const otherProcess = racing(world, "call.voted", async () => (inner = castVote(world, second)));
    await expect(castVote(otherProcess, second)).rejects.toMatchObject({ code: "mission/vote_already_cast" });
    await inner;
    expect((await scene.entries("1.2")).filter(({ type }) => type === "call.voted")).toHaveLength(1);
  });

  it("an approval and a rejection: whoever comes second finds what the first left", async () => {
    await scene.park();
    const approve = await aVote(world, { ...scene.parked(), person: "manager-1" });
    const reject = await aVote(world, { ...scene.parked(), person: "manager-2", choice: "REJECT" });
    const raced = racing(world, "call.voted", () => castVote(world, reject));
    await expect(castVote(raced, approve)).rejects.toMatchObject({ code: "mission/vote_not_waiting" });
    expect(await scene.present()).toMatchObject({ end: { code: "mission/rejected" } });
  });

  it("a vote and its call's intent: the call is sent once", async () => {
    await scene.park();
    await vote(world, { ...scene.parked(), person: "manager-1" });
    const late = await aVote(world, { ...scene.parked(), person: "manager-2", choice: "REJECT" });
    const raced = racing(world, "call.sent", () => castVote(world, late));
    const answer = await performCall(raced, await aCall(world, { mission: scene.mission.id, ...WRITE }));
    expect(answer).toMatchObject({ end: { kind: "denied", code: "mission/rejected" } });
    expect(world.broker.sent).toEqual([]);
  });

  it.each(["APPROVE", "REJECT"] as const)(
    "%s and the revocation of the key that signed it: the key signs nothing any more",
    async (choice) => {
      await scene.park();
      const order = await aVote(world, { ...scene.parked(), person: MANAGER, choice });
      const [header = ""] = order.jws.split(".");
      const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { readonly kid: string };
      const raced = racing(world, "call.voted", () =>
        revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER }),
      );
      await expect(castVote(raced, order)).rejects.toMatchObject({ code: "mission/vote_unknown_approver" });
      expect((await scene.entries()).map(({ type }) => type)).toEqual(["call.parked"]);
    },
  );

  it("a vote that meets a revocation of something else is judged again and stands", async () => {
    await scene.park();
    const raced = racing(world, "call.voted", () =>
      raiseEpoch(world, { kind: "org" }, { reason: "Drill.", actor: AN_OWNER }),
    );
    const order = await aVote(world, { ...scene.parked(), person: MANAGER });
    expect(await castVote(raced, order)).toMatchObject({ outcome: "approved" });
  });
});
