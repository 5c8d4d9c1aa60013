import { verifyJws } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import type { Mission, MissionState } from "../src/index.ts";
import {
  OUTCOME_TYP,
  abandonMission,
  approveMission,
  callStream,
  createMission,
  missionStream,
  performCall,
  raiseEpoch,
  requestApproval,
  resolveCall,
  settleCall,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  AN_AGENT,
  AN_OWNER,
  SimulatedCrash,
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aTool,
  aWorld,
  walkMission,
} from "../src/testing/index.ts";
import { WRITE, aWriteToolWithoutFind, entriesOf, racing } from "./scenes.ts";

/** Longer than the store lets an entry wait, shorter than a proof lives. */
const NAP_MS = 5_000;

let world: TestWorld;

beforeEach(async () => {
  world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
});

/** The same world on a machine that sleeps between building and committing an entry of `type`. */
function sleepy(type: string, options: { readonly times?: number; readonly napMs?: number } = {}): TestWorld {
  world.clock.advance(10); // an entry that repeats the time before it is never too late
  return racing(world, type, async () => world.clock.advance(options.napMs ?? NAP_MS), options.times);
}

const newest = async (stream: string) => (await entriesOf(world, stream)).at(-1);

describe("a mission on a machine that sleeps between building and committing", () => {
  it("is created all the same", async () => {
    const asleep = sleepy("mission.created");
    const { id } = await createMission(asleep, { definition: aDefinition(), agent: AN_AGENT, actor: AN_OWNER });
    expect((await newest(missionStream(id)))?.timeMs).toBe(world.clock.nowMs());
  });

  it.each<[MissionState, MissionState, string]>([
    ["CREATED", "PLANNING", "mission.planned"],
    ["PLANNING", "WAITING_APPROVAL", "mission.approval_requested"],
    ["WAITING_APPROVAL", "APPROVED", "mission.approved"],
    ["APPROVED", "PENDING_EXECUTION", "mission.queued"],
    ["PENDING_EXECUTION", "IN_PROGRESS", "mission.started"],
    ["IN_PROGRESS", "EXECUTED", "mission.finished"],
    ["EXECUTED", "CLOSED", "mission.sealed"],
  ])("goes from %s to %s, at the time that it is then", async (from, to, type) => {
    const mission = await aMission(world, { state: from });
    const asleep = sleepy(type);
    expect((await walkMission(asleep, mission, to)).state).toBe(to);
    const entry = await newest(missionStream(mission.id));
    const nowMs = world.clock.nowMs();
    expect([entry?.type, entry?.timeMs]).toEqual([type, nowMs]);
    const { untilMs = nowMs + world.defaults.approvalWindowMs, deadlineMs = nowMs + 600_000 } = entry?.data ?? {};
    expect([untilMs, deadlineMs]).toEqual([nowMs + world.defaults.approvalWindowMs, nowMs + 600_000]);
  });

  it("signs an outcome of the time at which it is written", async () => {
    const { id } = await aMission(world, { state: "APPROVED" });
    const end = { kind: "CANCELLED", cause: "mission/cancelled", actor: AN_OWNER } as const;
    await abandonMission(sleepy("mission.abandoned"), id, end);
    const entry = await newest(missionStream(id));
    const outcome = verifyJws(entry?.data["outcome"] as string, OUTCOME_TYP, [world.keys.outcome.publicKey]);
    expect(outcome).toMatchObject({ ok: true, payload: { timeMs: entry?.timeMs } });
  });

  it("takes the time after a catalogue that is slow to answer: one unit is enough", async () => {
    const { id } = await aMission(world, { state: "PLANNING" });
    world.clock.advance(10);
    const find = world.catalogue.find.bind(world.catalogue);
    world.catalogue.find = async (name) => {
      world.clock.advance(NAP_MS);
      return find(name);
    };
    let appends = 0;
    const counted = racing(world, "mission.approval_requested", async () => void (appends += 1), 9);
    const { approvalUntilMs } = await requestApproval(counted, id);
    expect([appends, approvalUntilMs]).toEqual([1, world.clock.nowMs() + world.defaults.approvalWindowMs]);
  });

  it("is not approved by a sleep past its window", async () => {
    const { id } = await aMission(world, { state: "WAITING_APPROVAL" });
    world.clock.advance(world.defaults.approvalWindowMs - 1_000);
    const mission = await approveMission(sleepy("mission.approved"), id);
    expect(mission).toMatchObject({ state: "CLOSED", outcomeKind: "EXPIRED" });
  });

  it("gives up on a machine that sleeps whenever it writes", async () => {
    const { id } = await aMission(world, { state: "PLANNING" });
    const always = sleepy("mission.approval_requested", { times: 99 });
    await expect(requestApproval(always, id)).rejects.toMatchObject({ code: "mission/unsettled" });
  });

  it("loses its authority all the same", async () => {
    const { id } = await aMission(world);
    await raiseEpoch(sleepy("epoch.raised"), { kind: "mission", mission: id }, { reason: "lost", actor: AN_OWNER });
    expect((await newest(missionStream(id)))?.type).toBe("epoch.raised");
  });
});

describe("a call on a machine that sleeps between building and committing", () => {
  let mission: Mission;

  beforeEach(async () => {
    mission = await aMission(world);
    // An entry of this stream's own time stands, so that the next one has to have a time of its own.
    world.clock.advance(10);
  });

  const typesOf = async () => (await entriesOf(world, callStream(mission.id, "1.1"))).map(({ type }) => type);

  it("is decided again before it is sent, and has its whole window to be sent in", async () => {
    const request = await aCall(world, { mission: mission.id });
    const decisions = world.governor.asked.length;
    expect(await performCall(sleepy("call.sent"), request)).toMatchObject({ end: { kind: "succeeded" } });
    expect(world.governor.asked).toHaveLength(decisions + 2);
    const [intent] = await entriesOf(world, callStream(mission.id, "1.1"));
    expect(intent?.data["sendByMs"]).toBe((intent?.timeMs ?? 0) + world.defaults.sendWindowMs);
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is not sent on a proof that expired in its sleep", async () => {
    const request = await aCall(world, { mission: mission.id });
    const answer = await performCall(sleepy("call.sent", { napMs: 60_000 }), request);
    expect(answer).toMatchObject({ kind: "refused", code: "trust/proof_expired" });
    expect([world.broker.sent, await typesOf()]).toEqual([[], []]);
  });

  it.each(["in a run", "without a run"])("keeps the outcome that it learned, %s", async (place) => {
    world.broker.act = async (sending) => {
      world.clock.advance(10);
      return { kind: "succeeded", result: world.broker.effect(sending) };
    };
    const request = await aCall(world, { mission: mission.id, ...WRITE });
    const asleep = sleepy("call.succeeded", { times: 3 });
    const lane = place === "in a run" ? await TestRunLane.takeOver(asleep, mission.id) : undefined;
    const answer = await performCall(asleep, request, lane, lane && 1);
    expect(answer).toMatchObject({ kind: "ended", end: { kind: "succeeded", result: { ok: true } } });
    expect([world.broker.sends(), await typesOf()]).toEqual([{ "1.1": 1 }, ["call.sent", "call.succeeded"]]);
  });

  it("keeps why its outcome is unknown, and what a person says of it", async () => {
    world.broker.act = async () => {
      world.clock.advance(10);
      return { kind: "unknown", reason: "no answer" };
    };
    const request = await aCall(world, { mission: mission.id, ...WRITE });
    expect(await performCall(sleepy("call.unknown"), request)).toMatchObject({ kind: "waits", for: "person" });
    const as = { kind: "failed", code: "bank/refused", message: "No." } as const;
    await resolveCall(sleepy("call.failed"), { mission: mission.id, key: "1.1", person: "p-1", as });
    expect(await typesOf()).toEqual(["call.sent", "call.unknown", "call.failed"]);
  });

  it("is parked from when it is parked on, and denied", async () => {
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    const request = await aCall(world, { mission: mission.id });
    const parked = await performCall(sleepy("call.parked"), request);
    expect(parked).toEqual({
      kind: "waits",
      for: "approval",
      untilMs: world.clock.nowMs() + world.defaults.approvalWindowMs,
    });
    world.clock.advance(world.defaults.approvalWindowMs);
    const settled = await settleCall(sleepy("call.denied"), { mission: mission.id, key: "1.1" });
    expect(settled).toMatchObject({ end: { kind: "denied", code: "mission/approval_expired" } });
  });

  it("is given up by the clock all the same", async () => {
    world.broker.act = async () => {
      throw new SimulatedCrash();
    };
    const request = await aCall(world, { mission: mission.id });
    await expect(performCall(world, request)).rejects.toThrow(SimulatedCrash);
    world.clock.advance(60_000);
    const settled = await settleCall(sleepy("call.failed"), { mission: mission.id, key: "1.1" });
    expect(settled).toMatchObject({ end: { kind: "failed", code: "call/no_answer" } });
  });
});
