import { beforeEach, describe, expect, it } from "vitest";
import type { Mission } from "../src/index.ts";
import {
  callStream,
  findCall,
  finishMission,
  loadCallEnd,
  loadMission,
  openCallsCounter,
  performCall,
  raiseEpoch,
  resolveCall,
  settleCall,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  AN_OWNER,
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aTool,
  aWorld,
  interceptAppend,
  onStore,
} from "../src/testing/index.ts";
import { WRITE, aWriteToolWithoutFind, entriesOf, moveAgent, racing, upstreamDown } from "./scenes.ts";

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  world = await aWorld();
  mission = await aMission(world);
});

const typesOf = async (key = "1.1") => (await entriesOf(world, callStream(mission.id, key))).map(({ type }) => type);

describe("a governed call", () => {
  it("commits who, what and why before a byte leaves, and the outcome before it is answered", async () => {
    world.broker.act = async (sending) => {
      expect(await typesOf()).toEqual(["call.sent"]);
      return { kind: "succeeded", result: world.broker.effect(sending) };
    };
    world.broker.notes.set("invoices.txt", "42.00");
    const request = await aCall(world, { mission: mission.id });
    expect(await performCall(world, request)).toMatchObject({
      kind: "ended",
      end: { kind: "succeeded", result: "42.00" },
    });
    const [intent, outcome] = await entriesOf(world, callStream(mission.id, "1.1"));
    expect(intent).toMatchObject({
      type: "call.sent",
      actor: { id: "invoice-clerk", custody: "agent" },
      data: {
        tool: "read_note",
        class: "read",
        attempt: 1,
        boundary: mission.boundary,
        instance: "instance-1",
        decision: { kind: "PERMIT", rules: ["permit-all"], release: world.governor.release },
        sendByMs: world.clock.nowMs() + world.defaults.sendWindowMs,
      },
    });
    expect(Object.keys(intent?.payloads ?? {}).toSorted()).toEqual(["arguments", "proof"]);
    expect(outcome).toMatchObject({ type: "call.succeeded", data: { attempt: 1, by: "answer" } });
  });

  it("costs two units and seven heads: nothing is read again that an unchanged head tells", async () => {
    await performCall(world, await aCall(world, { mission: mission.id }));
    const request = await aCall(world, { mission: mission.id, key: "1.2" });
    const asked: Record<string, number> = {};
    const counted = new Proxy(world.store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          asked[String(member)] = (asked[String(member)] ?? 0) + 1;
          return Reflect.apply(value, target, args);
        };
      },
    });
    const warm = onStore(world, counted);
    await performCall(warm, await aCall(world, { mission: mission.id, key: "1.3" }));
    for (const member of Object.keys(asked)) delete asked[member];
    await performCall(warm, request);
    const { nowMs: _nowMs, ...reads } = asked;
    expect(reads).toEqual({ head: 7, append: 2 });
  });

  it("tells the agent what the receiver refused", async () => {
    world.broker.act = async () => ({ kind: "failed", code: "notes/no_such_note", message: "There is none." });
    const end = { kind: "failed", code: "notes/no_such_note", message: "There is none." };
    expect(await performCall(world, await aCall(world, { mission: mission.id }))).toEqual({ kind: "ended", end });
    expect(await loadCallEnd(world, mission.id, "1.1")).toEqual(end);
  });

  it("lets the rules see the arguments as they are sent, and who holds the key", async () => {
    await performCall(world, await aCall(world, { mission: mission.id }));
    expect(world.governor.asked.at(-1)).toMatchObject({
      kind: "call",
      agent: { id: "invoice-clerk", custody: "agent" },
      call: { key: "1.1", arguments: { path: "invoices.txt" }, tool: { name: "read_note" } },
      facts: {},
    });
  });

  it("knows a call by its arguments, not by the nonce they were shown with", async () => {
    const first = await performCall(world, await aCall(world, { mission: mission.id }));
    const known = await findCall(world, mission.id, "1.1");
    expect(known?.call.state).toBe("succeeded");
    const request = await aCall(world, { mission: mission.id });
    expect(request.nonce).toBe(known?.nonce);
    expect(await performCall(world, request)).toEqual(first);
  });

  it("waits when the upstream cannot be asked for the tool, and writes nothing", async () => {
    world.catalogue.failure = upstreamDown();
    const answer = await performCall(world, await aCall(world, { mission: mission.id }));
    expect(answer).toMatchObject({ kind: "waits", for: "tool" });
    expect(await typesOf()).toEqual([]);
  });
});

describe("what stands between decision and commit", () => {
  it("decides again when the epoch of the agent rose meanwhile, and refuses the old token", async () => {
    const request = await aCall(world, { mission: mission.id });
    const order = { reason: "lost", actor: AN_OWNER };
    const raced = racing(world, "call.sent", () => raiseEpoch(world, { kind: "agent", agent: "invoice-clerk" }, order));
    expect(await performCall(raced, request)).toMatchObject({ kind: "refused", code: "trust/credential_revoked" });
    expect(world.broker.sent).toEqual([]);
    expect(await typesOf()).toEqual([]);
  });

  it.each([1, 2, 3])("decides again when what it read moved %i times", async (times) => {
    const raced = racing(world, "call.sent", () => moveAgent(world), times);
    const answer = await performCall(raced, await aCall(world, { mission: mission.id }));
    expect(answer).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(world.governor.asked.filter(({ kind }) => kind === "call")).toHaveLength(times + 1);
    expect(world.broker.sent).toHaveLength(1);
  });

  it("records a refusal when it moved a fourth time", async () => {
    const raced = racing(world, "call.sent", () => moveAgent(world), 4);
    const answer = await performCall(raced, await aCall(world, { mission: mission.id }));
    expect(answer).toMatchObject({ end: { kind: "denied", code: "call/moved" } });
    expect(world.broker.sent).toEqual([]);
    expect(await typesOf()).toEqual(["call.denied"]);
  });

  it("does not send what was taken back between the commit and the socket", async () => {
    const send = world.broker.send.bind(world.broker);
    world.broker.send = async (sending) => {
      await raiseEpoch(world, { kind: "namespace" }, { reason: "stop", actor: AN_OWNER });
      return send(sending);
    };
    const answer = await performCall(world, await aCall(world, { mission: mission.id }));
    expect(answer).toMatchObject({ end: { kind: "failed", code: "gateway/not_held" } });
    expect(world.broker.sent).toEqual([]);
  });

  it("acts on what stands there when another process settled the call meanwhile", async () => {
    const request = await aCall(world, { mission: mission.id });
    const elsewhere = onStore(
      world,
      interceptAppend(world.store, (append, ...args) => append(...args)),
    );
    const raced = racing(world, "call.sent", async () => performCall(elsewhere, request));
    expect(await performCall(raced, request)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(world.broker.sent).toHaveLength(1);
    expect(await typesOf()).toEqual(["call.sent", "call.succeeded"]);
  });

  it("records an outcome that another process gave up meanwhile", async () => {
    world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
    mission = await aMission(world);
    const elsewhere = onStore(
      world,
      interceptAppend(world.store, (append, ...args) => append(...args)),
    );
    world.broker.act = async (sending) => {
      world.clock.advance(60_000);
      await settleCall(elsewhere, { mission: mission.id, key: "1.1" });
      return { kind: "succeeded", result: world.broker.effect(sending) };
    };
    const answer = await performCall(world, await aCall(world, { mission: mission.id, ...WRITE }));
    expect(answer).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual(["call.sent", "call.unknown", "call.succeeded"]);
  });
});

describe("ESCALATE", () => {
  beforeEach(() => world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["big-reads"] }));

  it("parks the call and never waits for people", async () => {
    const untilMs = world.clock.nowMs() + world.defaults.approvalWindowMs;
    const request = await aCall(world, { mission: mission.id });
    expect(await performCall(world, request)).toEqual({ kind: "waits", for: "approval", untilMs });
    expect(await performCall(world, request)).toEqual({ kind: "waits", for: "approval", untilMs });
    expect(await typesOf()).toEqual(["call.parked"]);
    expect(world.broker.sent).toEqual([]);
  });

  it("goes on when today's rules permit it", async () => {
    await performCall(world, await aCall(world, { mission: mission.id }));
    world.governor.answerCalls({ kind: "PERMIT", rules: ["relaxed"] });
    const answer = await performCall(world, await aCall(world, { mission: mission.id }));
    expect(answer).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual(["call.parked", "call.sent", "call.succeeded"]);
  });

  it("becomes DENY mission/approval_expired when nobody answered in time", async () => {
    mission = await aMission(world, { definition: aDefinition({ timeout: "P1D" }) });
    await performCall(world, await aCall(world, { mission: mission.id }));
    world.clock.advance(world.defaults.approvalWindowMs - 1);
    expect(await performCall(world, await aCall(world, { mission: mission.id }))).toMatchObject({ kind: "waits" });
    world.clock.advance(1);
    world.governor.answerCalls({ kind: "PERMIT", rules: ["too-late"] });
    const answer = await performCall(world, await aCall(world, { mission: mission.id }));
    expect(answer).toMatchObject({ end: { kind: "denied", code: "mission/approval_expired" } });
    expect(world.broker.sent).toEqual([]);
  });

  it("is withdrawn when the mission finishes", async () => {
    await performCall(world, await aCall(world, { mission: mission.id }));
    await performCall(world, await aCall(world, { mission: mission.id, key: "1.2" }));
    await finishMission(world, mission.id, { kind: "SUCCEEDED" });
    expect(await typesOf("1.1")).toEqual(["call.parked", "call.withdrawn"]);
    expect(await typesOf("1.2")).toEqual(["call.parked", "call.withdrawn"]);
    expect(await loadCallEnd(world, mission.id, "1.1")).toMatchObject({ kind: "denied", code: "call/withdrawn" });
  });
});

describe("in a run", () => {
  it("lands the outcome and its delivery in one unit", async () => {
    const lane = await TestRunLane.takeOver(world, mission.id);
    const request = await aCall(world, { mission: mission.id });
    expect(await performCall(world, request, lane, 3)).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const [intent, outcome] = await entriesOf(world, callStream(mission.id, "1.1"));
    const delivered = (await entriesOf(world, lane.stream)).at(-1);
    expect(delivered).toMatchObject({
      type: "run.delivered",
      unit: outcome?.unit,
      data: { operation: 3, kind: "call", name: "read_note", call: "1.1", end: "succeeded" },
    });
    expect(delivered?.payloads).toEqual({
      arguments: intent?.payloads["arguments"],
      result: outcome?.payloads["result"],
    });
  });

  it("records a denial with its delivery: code, rules, words", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["never"] });
    const lane = await TestRunLane.takeOver(world, mission.id);
    await performCall(world, await aCall(world, { mission: mission.id }), lane, 1);
    const [denied] = await entriesOf(world, callStream(mission.id, "1.1"));
    const delivered = (await entriesOf(world, lane.stream)).at(-1);
    expect(delivered).toMatchObject({ type: "run.delivered", unit: denied?.unit });
    expect([delivered?.data, delivered?.payloads]).toEqual([
      {
        operation: 1,
        kind: "call",
        name: "read_note",
        call: "1.1",
        end: "denied",
        code: "mission/denied",
        rules: ["never"],
      },
      denied?.payloads,
    ]);
  });

  it("names no rules for a denial that none of them spoke, live and recorded", async () => {
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    const lane = await TestRunLane.takeOver(world, mission.id);
    const call = { mission: mission.id };
    await performCall(world, await aCall(world, call), lane, 1);
    world.clock.advance(world.defaults.approvalWindowMs);
    const live = await performCall(world, await aCall(world, call), lane, 1);
    expect(live).toMatchObject({ end: { kind: "denied", code: "mission/approval_expired", rules: [] } });
    expect((await entriesOf(world, lane.stream)).at(-1)?.data).toMatchObject({ end: "denied", rules: [] });
    expect(await performCall(world, await aCall(world, call))).toEqual(live);
  });

  it.each([
    [
      { kind: "failed", code: "bank/refused", message: "No." },
      { end: "failed", code: "bank/refused" },
    ],
    [{ kind: "unresolved" }, { end: "failed", code: "call/unresolved" }],
  ] as const)("delivers later, by the same commitments, what a person made of it: %j", async (as, told) => {
    world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
    mission = await aMission(world);
    world.broker.act = async () => ({ kind: "unknown", reason: "no answer" });
    const lane = await TestRunLane.takeOver(world, mission.id);
    const call = { mission: mission.id, ...WRITE };
    await performCall(world, await aCall(world, call), lane, 1);
    await resolveCall(world, { mission: mission.id, key: "1.1", person: "p-1", as });
    const answer = await performCall(world, await aCall(world, call), lane, 1);
    expect(answer).toMatchObject({ kind: "ended", end: { kind: told.end, code: told.code } });
    const [intent, , resolved] = await entriesOf(world, callStream(mission.id, "1.1"));
    const delivered = (await entriesOf(world, lane.stream)).at(-1);
    expect(delivered?.data).toMatchObject({ operation: 1, call: "1.1", ...told });
    expect(delivered?.payloads).toEqual({
      arguments: intent?.payloads["arguments"],
      message: resolved?.payloads["message"],
    });
  });

  it("delivers on its own what a person resolved", async () => {
    world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
    mission = await aMission(world);
    world.broker.act = async () => ({ kind: "unknown", reason: "no answer" });
    const lane = await TestRunLane.takeOver(world, mission.id);
    const call = { mission: mission.id, ...WRITE };
    expect(await performCall(world, await aCall(world, call), lane, 1)).toMatchObject({ kind: "waits", for: "person" });
    await resolveCall(world, {
      mission: mission.id,
      key: "1.1",
      person: "p-1",
      as: { kind: "succeeded", result: { ok: true } },
    });
    const answer = await performCall(world, await aCall(world, call), lane, 1);
    expect(answer).toMatchObject({ kind: "ended", end: { kind: "succeeded", result: { ok: true } } });
    expect((await entriesOf(world, lane.stream)).map(({ type }) => type)).toEqual(["run.started", "run.delivered"]);
    expect(world.broker.sent).toHaveLength(1);
  });

  it("a run that was taken over writes nothing and sends nothing", async () => {
    const zombie = await TestRunLane.takeOver(world, mission.id);
    await TestRunLane.takeOver(world, mission.id);
    expect(await performCall(world, await aCall(world, { mission: mission.id }), zombie, 1)).toEqual({ kind: "lost" });
    expect(world.broker.sent).toEqual([]);
    expect(await typesOf()).toEqual([]);
  });

  it("a run that is taken over between the commit and the socket sends nothing", async () => {
    const zombie = await TestRunLane.takeOver(world, mission.id);
    const send = world.broker.send.bind(world.broker);
    world.broker.send = async (sending) => {
      await TestRunLane.takeOver(world, mission.id);
      return send(sending);
    };
    expect(await performCall(world, await aCall(world, { mission: mission.id }), zombie, 1)).toEqual({ kind: "lost" });
    expect(world.broker.sent).toEqual([]);
    expect(await typesOf()).toEqual(["call.sent"]);
  });
});

it("keeps the count of open calls at zero once all are settled", async () => {
  for (const key of ["1.1", "1.2", "1.3"]) await performCall(world, await aCall(world, { mission: mission.id, key }));
  expect(await world.store.counter(world.context, openCallsCounter(mission.id))).toBe(0);
  expect((await loadMission(world, mission.id))?.state).toBe("IN_PROGRESS");
});
