import { beforeEach, describe, expect, it } from "vitest";
import {
  APPROVAL_TABLE,
  approveMission,
  castVote,
  loadApproval,
  loadMission,
  missionStream,
  performCall,
  revokeApprover,
  startMission,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, aCall, aDefinition, aMission, aPool, aVote, vote, walkMission } from "../src/testing/index.ts";
import { ASK, AskedMission, MANAGER } from "./asked-mission.ts";
import { entriesOf } from "./scenes.ts";

let world: TestWorld;
let scene: AskedMission;

beforeEach(async () => {
  scene = await AskedMission.open();
  ({ world } = scene);
});

describe("a mission as a whole", () => {
  const whole = () => ({ mission: scene.mission.id, call: null });

  const waiting = async (override = {}) => {
    scene = new AskedMission(
      world,
      await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition(override) }),
    );
  };

  it("of authority L2 is approved by votes, which are used and named", async () => {
    await waiting({ authority: "L2" });
    await expect(approveMission(world, scene.mission.id)).rejects.toMatchObject({ code: "mission/approval_required" });
    expect(await vote(world, { ...whole(), person: MANAGER })).toMatchObject({ outcome: "approved", version: 4 });
    const approved = await approveMission(world, scene.mission.id);
    expect(approved).toMatchObject({ state: "APPROVED", approvedBy: { kind: "votes", votes: [4], level: "L2" } });
    const running = await walkMission(world, approved, "IN_PROGRESS");
    expect(world.governor.asked.at(-1)).toMatchObject({ kind: "mission", facts: { "approval.level": "L2" } });
    expect(running.state).toBe("IN_PROGRESS");
  });

  it("gives its level to the calls that its boundary lists, and to no higher one", async () => {
    await waiting({
      authority: "L2",
      tools: [{ name: "write_note", constraints: { path: { exact: "report.txt" }, content: { wildcard: {} } } }],
    });
    await vote(world, { ...whole(), person: MANAGER });
    await walkMission(world, (await loadMission(world, scene.mission.id)) ?? scene.mission, "IN_PROGRESS");
    expect(await scene.present()).toMatchObject({ end: { kind: "succeeded" } });
    expect((await scene.entries())[0]?.data).not.toHaveProperty("votes");
    const elsewhere = { path: "other.txt", content: "42.00" };
    const beyond = await aCall(world, {
      mission: scene.mission.id,
      key: "1.2",
      tool: "write_note",
      arguments: elsewhere,
    });
    expect(await performCall(world, beyond)).toMatchObject({ end: { kind: "denied" } });
    const unlisted = await performCall(world, await aCall(world, { mission: scene.mission.id, key: "1.3" }));
    expect(unlisted).toMatchObject({ end: { code: "mission/tool_not_in_boundary" } });
    world.governor.answerCalls({ ...ASK, level: "L3" });
    expect(await scene.present("1.4")).toMatchObject({ kind: "waits", for: "approval" });
    expect(await loadApproval(world, scene.parked("1.4"))).toMatchObject({ level: "L3" });
  });

  it("gives nothing to calls when its authority is L1, though people approved it", async () => {
    world.governor.answer = (request) => (request.kind === "mission" ? ASK : { kind: "PERMIT", rules: ["p"] });
    await waiting();
    await vote(world, { ...whole(), person: MANAGER });
    await walkMission(world, (await loadMission(world, scene.mission.id)) ?? scene.mission, "IN_PROGRESS");
    world.governor.answerCalls(ASK);
    expect(await scene.present()).toMatchObject({ kind: "waits", for: "approval" });
  });

  it("is abandoned in the unit of a rejection, over a head that the receipt proves", async () => {
    await waiting({ authority: "L3" });
    expect(await vote(world, { ...whole(), person: MANAGER, choice: "REJECT" })).toMatchObject({ outcome: "rejected" });
    expect(await loadMission(world, scene.mission.id)).toMatchObject({
      state: "CLOSED",
      outcomeKind: "DENIED",
      outcomeCode: "mission/rejected",
      endedBy: { id: MANAGER, custody: "person" },
    });
    const entries = await entriesOf(world, missionStream(scene.mission.id));
    expect(entries.at(-1)?.unit).toBe(entries.at(-2)?.unit);
    expect(await world.store.rows(world.context, APPROVAL_TABLE)).toEqual([]);
  });

  it("is not started when a higher level is due by then", async () => {
    await waiting({ authority: "L2" });
    await vote(world, { ...whole(), person: MANAGER });
    const queued = await walkMission(
      world,
      (await loadMission(world, scene.mission.id)) ?? scene.mission,
      "PENDING_EXECUTION",
    );
    world.governor.answer = () => ({ ...ASK, level: "L3" });
    expect(await startMission(world, queued.id)).toMatchObject({
      outcomeKind: "DENIED",
      outcomeCode: "mission/approval_required",
    });
  });

  it("that nobody can ever approve is denied at once", async () => {
    world.governor.pool = () => ({ kind: "unreachable", reason: "QUORUM_UNREACHABLE", passed: [] });
    await waiting({ authority: "L4" });
    expect(await loadApproval(world, whole())).toBeUndefined();
    expect(await approveMission(world, scene.mission.id)).toMatchObject({
      state: "CLOSED",
      outcomeKind: "DENIED",
      outcomeCode: "mission/quorum_unreachable",
    });
  });

  it("does not count who has left the pool, nor whose key was revoked before it is approved", async () => {
    await waiting({ authority: "L2" });
    const { kid } = await vote(world, { ...whole(), person: MANAGER });
    world.governor.pool = (question) => aPool(question, ["manager-2"]);
    await expect(approveMission(world, scene.mission.id)).rejects.toMatchObject({ code: "mission/approval_required" });
    world.governor.pool = (question) => aPool(question);
    await revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER });
    await expect(approveMission(world, scene.mission.id)).rejects.toMatchObject({ code: "mission/approval_required" });
  });

  it("is decided by a vote once: after it was approved no vote lands", async () => {
    await waiting({ authority: "L2" });
    const late = await aVote(world, { ...whole(), person: "manager-2", choice: "REJECT" });
    await vote(world, { ...whole(), person: MANAGER });
    await approveMission(world, scene.mission.id);
    await expect(castVote(world, late)).rejects.toMatchObject({ code: "mission/vote_not_waiting" });
  });

  it("asks for the higher of its authority and what the rules ask", async () => {
    world.governor.answer = () => ({ ...ASK, level: "L3" });
    await waiting({ authority: "L2" });
    expect(await loadApproval(world, whole())).toMatchObject({ level: "L3", tool: null, arguments: null });
    world.governor.answer = () => ASK;
    await waiting({ authority: "L4" });
    expect(await loadApproval(world, whole())).toMatchObject({ level: "L4" });
  });
});
