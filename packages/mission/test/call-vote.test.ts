import { beforeEach, describe, expect, it } from "vitest";
import { castVote, loadApproval, performCall, revokeApprover } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, TestRunLane, aCall, aPool, aVote, vote } from "../src/testing/index.ts";
import { ASK, AskedMission, MANAGER } from "./asked-mission.ts";
import { WRITE, entriesOf, racing } from "./scenes.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("a vote on a call", () => {
  beforeEach(() => scene.park());

  it("lets the call go on when it is presented again, and the intent names it", async () => {
    const cast = await vote(world, { ...scene.parked(), person: MANAGER });
    expect(cast).toMatchObject({ person: MANAGER, choice: "APPROVE", level: "L2", version: 2, outcome: "approved" });
    expect(await scene.present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const [, voted, sent] = await scene.entries();
    expect(voted).toMatchObject({
      type: "call.voted",
      actor: { id: MANAGER, custody: "person" },
      data: { choice: "APPROVE", level: "L2", position: "position-manager-1", delegation: null },
    });
    expect(sent).toMatchObject({ type: "call.sent", data: { votes: [2], parked: true } });
    expect(world.governor.asked.at(-1)?.facts).toMatchObject({ "approval.level": "L2" });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("ends the call when it is a rejection, in the same unit, whatever others said", async () => {
    world.governor.pool = (question) => aPool(question, ["manager-1", "manager-2"], 2);
    expect(await vote(world, { ...scene.parked(), person: MANAGER })).toMatchObject({ outcome: "counted" });
    expect(await vote(world, { ...scene.parked(), person: "manager-2", choice: "REJECT" })).toMatchObject({
      outcome: "rejected",
    });
    const entries = await scene.entries();
    expect(entries.map(({ type }) => type)).toEqual(["call.parked", "call.voted", "call.voted", "call.denied"]);
    expect(new Set(entries.slice(2).map(({ unit }) => unit)).size).toBe(1);
    expect(entries[3]).toMatchObject({ actor: { id: "manager-2" }, data: { code: "mission/rejected" } });
    expect(await scene.present()).toMatchObject({ end: { kind: "denied", code: "mission/rejected", rules: [] } });
    expect(world.broker.sent).toEqual([]);
  });

  it("tells a run of a rejection when it asks again", async () => {
    const lane = await TestRunLane.takeOver(world, scene.mission.id);
    const request = () => aCall(world, { mission: scene.mission.id, key: "1.2", ...WRITE });
    expect(await performCall(world, await request(), lane, 1)).toMatchObject({ for: "approval" });
    await vote(world, { ...scene.parked("1.2"), person: MANAGER, choice: "REJECT" });
    expect(await performCall(world, await request(), lane, 1)).toMatchObject({ end: { code: "mission/rejected" } });
    expect((await entriesOf(world, lane.stream)).at(-1)).toMatchObject({
      type: "run.delivered",
      data: { end: "denied" },
    });
  });

  it("waits for the quorum, each person once", async () => {
    world.governor.pool = (question) => aPool(question, ["manager-1", "manager-2"], 2);
    await vote(world, { ...scene.parked(), person: "manager-1" });
    expect(await scene.present()).toMatchObject({ kind: "waits", for: "approval" });
    await expect(vote(world, { ...scene.parked(), person: "manager-1" })).rejects.toMatchObject({
      code: "mission/vote_already_cast",
    });
    expect(await vote(world, { ...scene.parked(), person: "manager-2" })).toMatchObject({ outcome: "approved" });
    await scene.present();
    expect((await scene.entries()).at(-2)).toMatchObject({ type: "call.sent", data: { votes: [2, 3] } });
  });

  it("loses to a DENY of today", async () => {
    await vote(world, { ...scene.parked(), person: MANAGER });
    world.governor.answerCalls({ kind: "DENY", rules: ["never"] });
    expect(await scene.present()).toMatchObject({ end: { kind: "denied", code: "mission/denied", rules: ["never"] } });
    expect(world.broker.sent).toEqual([]);
  });

  it("is void once its person has left the pool, and counts again when the pool seats it again", async () => {
    await vote(world, { ...scene.parked(), person: MANAGER });
    world.governor.pool = (question) => aPool(question, ["manager-2"]);
    expect(await scene.present()).toMatchObject({ kind: "waits", for: "approval" });
    world.governor.pool = (question) => aPool(question);
    expect(await scene.present()).toMatchObject({ kind: "ended" });
  });

  it("is void once its key was revoked", async () => {
    const { kid } = await vote(world, { ...scene.parked(), person: MANAGER });
    await revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER });
    expect(await scene.present()).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.broker.sent).toEqual([]);
  });

  it("is not used when its key is revoked between the decision and the intent", async () => {
    const { kid } = await vote(world, { ...scene.parked(), person: MANAGER });
    const raced = racing(world, "call.sent", () =>
      revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER }),
    );
    const answer = await performCall(raced, await aCall(world, { mission: scene.mission.id, ...WRITE }));
    expect(answer).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.broker.sent).toEqual([]);
  });

  it("does not count for a higher level that is due now: the call stays, asked anew, with both requests in the log", async () => {
    await vote(world, { ...scene.parked(), person: MANAGER });
    const before = await loadApproval(world, scene.parked());
    world.governor.answerCalls({ ...ASK, level: "L3" });
    expect(await scene.present()).toEqual({ kind: "waits", for: "approval", untilMs: before?.untilMs });
    const raised = await loadApproval(world, scene.parked());
    expect(raised).toMatchObject({ level: "L3", votes: [], requestedAtMs: before?.requestedAtMs });
    const [first, , second] = await scene.entries();
    expect(second).toMatchObject({
      type: "call.raised",
      data: { level: "L3", before: { level: "L2", shown: before?.vote.shown } },
    });
    expect(second?.data["decision"]).not.toEqual(first?.data["decision"]);
    // asked again, it is not raised again
    await scene.present();
    expect(await scene.entries()).toHaveLength(3);
    expect(await vote(world, { ...scene.parked(), person: MANAGER })).toMatchObject({ outcome: "approved" });
    expect(await scene.present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect((await scene.entries()).at(-2)).toMatchObject({ data: { votes: [4] } });
  });

  it("over the request as it was before a higher level was due is refused", async () => {
    const old = await aVote(world, { ...scene.parked(), person: MANAGER });
    world.governor.answerCalls({ ...ASK, level: "L3" });
    await scene.present();
    await expect(castVote(world, old)).rejects.toMatchObject({ code: "mission/vote_mismatch" });
  });

  it("serves the call that it is over and no other, though tool and arguments are the same", async () => {
    await vote(world, { ...scene.parked(), person: MANAGER });
    await scene.present();
    expect(await scene.present("1.2")).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is used once: another presentation of the call answers what is recorded", async () => {
    await vote(world, { ...scene.parked(), person: MANAGER });
    const [one, other] = await Promise.all([scene.present(), scene.present()]);
    expect(one).toEqual(other);
    expect(world.broker.sent).toHaveLength(1);
  });
});
