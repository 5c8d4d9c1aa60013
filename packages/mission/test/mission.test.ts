import { hashText, verifyJws } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import type { MissionState, Outcome } from "../src/index.ts";
import {
  OUTCOME_TYP,
  abandonMission,
  approveMission,
  boundaryDigest,
  createMission,
  expireMission,
  finishMission,
  headsRoot,
  loadBoundary,
  loadMission,
  missionStream,
  performCall,
  planMission,
  queueMission,
  raiseEpoch,
  requestApproval,
  resolveCall,
  sealMission,
  startMission,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  AN_OWNER,
  SimulatedCrash,
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aRemoveTool,
  aTool,
  aWorld,
  aWriteTool,
  anAbandonedMission,
  walkMission,
} from "../src/testing/index.ts";
import { WRITE, aWriteToolWithoutFind, afterRows, entriesOf, moveAgent, racing, upstreamDown } from "./scenes.ts";

let world: TestWorld;

beforeEach(async () => {
  world = await aWorld();
});

const typesOf = async (id: string) => (await entriesOf(world, missionStream(id))).map(({ type }) => type);

function outcomeOf(jws: string | undefined) {
  const verification = verifyJws(jws ?? "", OUTCOME_TYP, [world.keys.outcome.publicKey]);
  if (!verification.ok) throw new Error(`the outcome does not verify: ${verification.reason}`);
  return verification.payload;
}

describe("a mission", () => {
  it("walks through all eight states, one entry each", async () => {
    const { id } = await aMission(world, { state: "CLOSED" });
    expect(await typesOf(id)).toEqual([
      "mission.created",
      "mission.planned",
      "mission.approval_requested",
      "mission.approved",
      "mission.queued",
      "mission.started",
      "mission.finished",
      "mission.sealed",
    ]);
  });

  it("is the fold of its entries: what a command answers is what is loaded", async () => {
    for (const state of ["CREATED", "WAITING_APPROVAL", "IN_PROGRESS", "EXECUTED", "CLOSED"] as const) {
      const answered = await aMission(world, { state });
      expect(await loadMission(world, answered.id)).toEqual(answered);
    }
  });

  it("does not exist before it is created", async () => {
    const id = "01936f3e-0000-7000-8000-0000000000ff";
    expect(await loadMission(world, id)).toBeUndefined();
    await expect(planMission(world, id)).rejects.toMatchObject({ code: "mission/not_found" });
  });

  it("refuses to take authority back from a name that would name another stream", async () => {
    const order = { reason: "x", actor: AN_OWNER };
    await expect(raiseEpoch(world, { kind: "agent", agent: "a/b" }, order)).rejects.toMatchObject({
      code: "mission/invalid_argument",
    });
    await expect(raiseEpoch(world, { kind: "mission", mission: "../control" }, order)).rejects.toMatchObject({
      code: "mission/not_found",
    });
  });

  it("refuses the name of an agent that would name another stream", async () => {
    const order = { definition: aDefinition(), agent: "../control", actor: AN_OWNER };
    await expect(createMission(world, order)).rejects.toMatchObject({ code: "mission/invalid_argument" });
  });

  it.each<[string, MissionState, (id: string) => Promise<unknown>]>([
    ["plan", "PLANNING", (id) => planMission(world, id)],
    ["request_approval", "CREATED", (id) => requestApproval(world, id)],
    ["approve", "PLANNING", (id) => approveMission(world, id)],
    ["queue", "WAITING_APPROVAL", (id) => queueMission(world, id)],
    ["start", "APPROVED", (id) => startMission(world, id)],
    ["finish", "PENDING_EXECUTION", (id) => finishMission(world, id, { kind: "SUCCEEDED" })],
    ["seal", "IN_PROGRESS", (id) => sealMission(world, id)],
    ["abandon", "IN_PROGRESS", (id) => abandonMission(world, id, { kind: "CANCELLED", cause: "x/y", actor: AN_OWNER })],
    ["seal", "CLOSED", (id) => sealMission(world, id)],
    ["abandon", "CLOSED", (id) => abandonMission(world, id, { kind: "CANCELLED", cause: "x/y", actor: AN_OWNER })],
  ])("refuses %s in %s and writes nothing", async (_event, state, act) => {
    const { id } = await aMission(world, { state });
    const size = await world.store.size(world.context);
    await expect(act(id)).rejects.toMatchObject({ code: "mission/illegal_transition" });
    expect(await world.store.size(world.context)).toBe(size);
  });

  it.each<[string, MissionState, (id: string) => Promise<unknown>]>([
    ["plan", "CREATED", (id) => planMission(world, id)],
    ["request_approval", "PLANNING", (id) => requestApproval(world, id)],
    ["approve", "WAITING_APPROVAL", (id) => approveMission(world, id)],
    ["queue", "APPROVED", (id) => queueMission(world, id)],
    ["start", "PENDING_EXECUTION", (id) => startMission(world, id)],
    ["finish", "IN_PROGRESS", (id) => finishMission(world, id, { kind: "SUCCEEDED" })],
    ["seal", "EXECUTED", (id) => sealMission(world, id)],
    ["abandon", "APPROVED", (id) => abandonMission(world, id, { kind: "CANCELLED", cause: "x/y", actor: AN_OWNER })],
  ])("lets one of eight who race to %s win", async (_event, state, act) => {
    const { id, version } = await aMission(world, { state });
    const races = await Promise.allSettled(Array.from({ length: 8 }, () => act(id)));
    expect(races.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const race of races) {
      if (race.status === "rejected") expect(race.reason).toMatchObject({ code: "mission/illegal_transition" });
    }
    expect((await loadMission(world, id))?.version).toBe(version + 1);
  });

  it("lets either start or abandon win, never both", async () => {
    const { id } = await aMission(world, { state: "PENDING_EXECUTION" });
    const races = await Promise.allSettled([
      startMission(world, id),
      abandonMission(world, id, { kind: "CANCELLED", cause: "x/y", actor: AN_OWNER }),
    ]);
    expect(races.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  it("takes its edge again when only its epoch rose meanwhile", async () => {
    const { id } = await aMission(world, { state: "APPROVED" });
    const raced = racing(world, "mission.queued", () =>
      raiseEpoch(world, { kind: "mission", mission: id }, { reason: "taken back", actor: AN_OWNER }),
    );
    expect(await queueMission(raced, id)).toMatchObject({ state: "PENDING_EXECUTION", epoch: 1 });
  });

  it("is decided again when what the decision read moved, and gives up after four times", async () => {
    const { id } = await aMission(world, { state: "PENDING_EXECUTION" });
    const always = racing(world, "mission.started", () => moveAgent(world), 4);
    await expect(startMission(always, id)).rejects.toMatchObject({ code: "mission/unsettled" });
    const thrice = racing(world, "mission.started", () => moveAgent(world), 3);
    expect(await startMission(thrice, id)).toMatchObject({ state: "IN_PROGRESS" });
  });
});

describe("freezing", () => {
  it("pins every tool and its undo by their digests, under the release of that moment", async () => {
    const mission = await aMission(world, { state: "WAITING_APPROVAL" });
    const boundary = await loadBoundary(world, mission.id);
    expect(boundary).toEqual({
      format: "aura-boundary-1",
      namespace: "acme",
      mission: mission.id,
      agent: "invoice-clerk",
      authority: "L1",
      timeoutMs: 600_000,
      context: mission.context,
      release: world.governor.release,
      tools: [
        { name: "read_note", class: "read", digest: aTool().digest, constraints: null, compensation: null },
        {
          name: "write_note",
          class: "write",
          digest: aWriteTool().digest,
          constraints: null,
          compensation: { tool: "remove_note", digest: aRemoveTool().digest },
        },
      ],
    });
    expect(boundary && boundaryDigest(boundary)).toBe(mission.boundary);
  });

  it("stays as it was when release and tools change afterwards", async () => {
    const { id, boundary, release } = await aMission(world, { state: "WAITING_APPROVAL" });
    world.governor.release = hashText("release 2");
    world.catalogue.tools.set("read_note", aTool({ description: "Another one." }));
    const started = await walkMission(world, await approveMission(world, id), "IN_PROGRESS");
    expect([started.boundary, started.release]).toEqual([boundary, release]);
  });

  it("refuses a tool that nobody offers, one without a usable schema, and an upstream that is down", async () => {
    const { id } = await aMission(world, { state: "PLANNING" });
    world.catalogue.tools.set("read_note", aTool({ inputSchema: { type: "no-such-type" } }));
    await expect(requestApproval(world, id)).rejects.toMatchObject({ code: "mission/tool_schema_unusable" });
    world.catalogue.tools.set("read_note", aTool({ inputSchema: { $ref: "https://evil.example/schema" } }));
    await expect(requestApproval(world, id)).rejects.toMatchObject({ code: "mission/tool_schema_unusable" });
    world.catalogue.tools.delete("read_note");
    await expect(requestApproval(world, id)).rejects.toMatchObject({ code: "mission/tool_not_offered" });
    world.catalogue.failure = upstreamDown();
    await expect(requestApproval(world, id)).rejects.toMatchObject({ code: "gateway/upstream_unavailable" });
    expect((await loadMission(world, id))?.state).toBe("PLANNING");
  });

  it("refuses a write whose undo nobody offers, or cannot be called", async () => {
    const { id } = await aMission(world, { state: "PLANNING" });
    world.catalogue.tools.set("remove_note", aRemoveTool({ inputSchema: { type: "no-such-type" } }));
    await expect(requestApproval(world, id)).rejects.toMatchObject({ code: "mission/tool_schema_unusable" });
    world.catalogue.tools.delete("remove_note");
    await expect(requestApproval(world, id)).rejects.toMatchObject({
      code: "mission/compensation_not_offered",
      what: expect.stringContaining('"remove_note", which undoes "write_note"'),
    });
    expect((await loadMission(world, id))?.state).toBe("PLANNING");
    world.catalogue.tools.set("remove_note", aRemoveTool());
    expect((await requestApproval(world, id)).state).toBe("WAITING_APPROVAL");
  });

  it("gives two missions of one definition two commitments and two contexts", async () => {
    const [one, other] = [await aMission(world, { state: "PLANNING" }), await aMission(world, { state: "PLANNING" })];
    expect(one.definition).not.toBe(other.definition);
    expect(one.context).not.toBe(other.context);
  });
});

describe("approval", () => {
  it("is a rule's PERMIT at L1, recorded as such", async () => {
    const mission = await aMission(world, { state: "APPROVED" });
    expect(mission.approvedBy).toEqual({ kind: "rule", rules: ["permit-all"] });
  });

  it("stays in WAITING_APPROVAL above L1, and says what it waits for and until when", async () => {
    const { id } = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
    await expect(approveMission(world, id)).rejects.toMatchObject({
      code: "mission/approval_required",
      what: expect.stringContaining("authority L2"),
      fix: expect.stringContaining("2026-11-24T13:00:00.000Z"),
    });
    expect((await loadMission(world, id))?.state).toBe("WAITING_APPROVAL");
  });

  it("stays in WAITING_APPROVAL when the rules ESCALATE, whatever they say later", async () => {
    world.governor.answer = () => ({ kind: "ESCALATE", level: "L3", rules: ["big"] });
    const { id } = await aMission(world, { state: "WAITING_APPROVAL" });
    world.governor.answer = () => ({ kind: "PERMIT", rules: ["small"] });
    await expect(approveMission(world, id)).rejects.toMatchObject({ code: "mission/approval_required" });
  });

  it("abandons as DENIED what the rules denied", async () => {
    world.governor.answer = () => ({ kind: "DENY", rules: ["never"] });
    const { id } = await aMission(world, { state: "WAITING_APPROVAL" });
    const mission = await approveMission(world, id);
    expect(mission).toMatchObject({ state: "CLOSED", outcomeKind: "DENIED", outcomeCode: "mission/denied" });
  });

  it("expires to an abandoned mission at the end of its window: silence never grants", async () => {
    const { id } = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
    world.clock.advance(world.defaults.approvalWindowMs - 1);
    expect((await expireMission(world, id)).state).toBe("WAITING_APPROVAL");
    world.clock.advance(1);
    expect(await expireMission(world, id)).toMatchObject({
      state: "CLOSED",
      outcomeKind: "EXPIRED",
      outcomeCode: "mission/approval_expired",
    });
  });

  it("is not granted by asking after the window", async () => {
    const { id } = await aMission(world, { state: "WAITING_APPROVAL" });
    world.clock.advance(world.defaults.approvalWindowMs);
    expect(await approveMission(world, id)).toMatchObject({ state: "CLOSED", outcomeKind: "EXPIRED" });
  });
});

describe("start", () => {
  it("starts the timeout clock", async () => {
    const { id } = await aMission(world, { state: "PENDING_EXECUTION" });
    world.clock.advance(1_000_000);
    expect((await startMission(world, id)).deadlineMs).toBe(world.clock.nowMs() + 600_000);
  });

  it("decides again under the frozen release", async () => {
    const { id, release } = await aMission(world, { state: "PENDING_EXECUTION" });
    world.governor.release = hashText("release 2");
    await startMission(world, id);
    const started = (await entriesOf(world, missionStream(id))).at(-1);
    expect(started?.data["decision"]).toMatchObject({ kind: "PERMIT", release });
  });

  it.each([
    ["DENY", "mission/denied"],
    ["ESCALATE", "mission/approval_required"],
  ] as const)("abandons as DENIED when the answer is %s now", async (kind, code) => {
    const { id } = await aMission(world, { state: "PENDING_EXECUTION" });
    world.governor.answer = () => ({ kind, rules: ["new-rule"], ...(kind === "ESCALATE" ? { level: "L2" } : {}) });
    expect(await startMission(world, id)).toMatchObject({ state: "CLOSED", outcomeKind: "DENIED", outcomeCode: code });
  });
});

describe("finish", () => {
  async function anOpenCall(): Promise<string> {
    world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
    const { id } = await aMission(world);
    world.broker.act = async () => {
      throw new SimulatedCrash();
    };
    await expect(performCall(world, await aCall(world, { mission: id, ...WRITE }))).rejects.toThrow(SimulatedCrash);
    return id;
  }

  it("waits until no call is open, or a person signed it unresolved", async () => {
    const id = await anOpenCall();
    await expect(finishMission(world, id, { kind: "SUCCEEDED" })).rejects.toMatchObject({ code: "mission/calls_open" });
    world.clock.advance(60_000);
    expect(await performCall(world, await aCall(world, { mission: id, ...WRITE }))).toMatchObject({ for: "person" });
    await expect(finishMission(world, id, { kind: "FAILED" })).rejects.toMatchObject({ code: "mission/calls_open" });
    await resolveCall(world, { mission: id, key: "1.1", person: "p-1", as: { kind: "unresolved" } });
    expect(await finishMission(world, id, { kind: "FAILED", code: "x/y" })).toMatchObject({ state: "EXECUTED" });
  });

  it("holds against a call that is sent while it is being written", async () => {
    const { id } = await aMission(world);
    world.broker.act = async () => {
      throw new SimulatedCrash();
    };
    const request = await aCall(world, { mission: id });
    const raced = racing(world, "mission.finished", () => performCall(world, request).catch(() => undefined));
    await expect(finishMission(raced, id, { kind: "SUCCEEDED" })).rejects.toMatchObject({ code: "mission/calls_open" });
  });

  it("withdraws a call that was parked while it was being written", async () => {
    const { id } = await aMission(world);
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    const request = await aCall(world, { mission: id });
    const raced = racing(world, "mission.finished", () => performCall(world, request));
    expect(await finishMission(raced, id, { kind: "SUCCEEDED" })).toMatchObject({ state: "EXECUTED" });
    expect((await entriesOf(world, `mission/${id}/call/1.1`)).map(({ type }) => type)).toEqual([
      "call.parked",
      "call.withdrawn",
    ]);
  });

  it("does not withdraw a parked call that was sent while it looked", async () => {
    const { id } = await aMission(world);
    const { answer } = world.governor;
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    const request = await aCall(world, { mission: id });
    await performCall(world, request);
    world.governor.answer = answer;
    const raced = afterRows(world, () => performCall(world, request));
    expect(await finishMission(raced, id, { kind: "SUCCEEDED" })).toMatchObject({ state: "EXECUTED" });
    expect((await entriesOf(world, `mission/${id}/call/1.1`)).map(({ type }) => type)).toEqual([
      "call.parked",
      "call.sent",
      "call.succeeded",
    ]);
  });

  it("sends nothing for a call that was decided before it and committed after it", async () => {
    const { id } = await aMission(world);
    const request = await aCall(world, { mission: id });
    const raced = racing(world, "call.sent", () => finishMission(world, id, { kind: "SUCCEEDED" }));
    expect(await performCall(raced, request)).toMatchObject({ kind: "refused", code: "mission/not_in_progress" });
    expect(world.broker.sent).toEqual([]);
  });

  it.each(["SUCCEEDED", "FAILED"] as const)(
    "makes %s EXPIRED at the deadline, and not a millisecond before",
    async (kind) => {
      const [early, late] = [await aMission(world), await aMission(world)];
      world.clock.advance(599_999);
      expect(await finishMission(world, early.id, { kind })).toMatchObject({ outcomeKind: kind });
      world.clock.advance(1);
      expect(await finishMission(world, late.id, { kind })).toMatchObject({
        outcomeKind: "EXPIRED",
        outcomeCode: "mission/deadline_passed",
      });
    },
  );

  it("leaves an owner's and an operator's end what they are", async () => {
    const { id } = await aMission(world);
    world.clock.advance(700_000);
    const end = { kind: "STOPPED", code: "mission/stopped", actor: AN_OWNER } as const;
    expect(await finishMission(world, id, end)).toMatchObject({ outcomeKind: "STOPPED", endedBy: AN_OWNER });
  });

  it("expires a mission that nobody runs: its calls are settled first", async () => {
    const { id } = await aMission(world);
    world.broker.act = async () => {
      throw new SimulatedCrash();
    };
    await expect(performCall(world, await aCall(world, { mission: id }))).rejects.toThrow(SimulatedCrash);
    expect((await expireMission(world, id)).state).toBe("IN_PROGRESS");
    world.clock.advance(600_000);
    expect(await expireMission(world, id)).toMatchObject({ state: "EXECUTED", outcomeKind: "EXPIRED" });
  });

  it.each(["CREATED", "PLANNING", "WAITING_APPROVAL", "APPROVED", "PENDING_EXECUTION"] as const)(
    "nobody adds a stream to a mission in %s, so an abandoned one has no other",
    async (state) => {
      const { id } = await aMission(world, { state });
      await expect(TestRunLane.takeOver(world, id)).rejects.toThrow("refused");
    },
  );

  it("is the last word: nobody adds to any stream of the mission but the seal", async () => {
    const { id } = await aMission(world);
    const lane = await TestRunLane.takeOver(world, id);
    await finishMission(world, id, { kind: "SUCCEEDED" });
    const draft = { type: "run.recorded", actor: AN_OWNER, data: {} };
    const late = await lane.append([draft], (write, unit) => ({ id: unit, writes: [write], reads: [], payloads: [] }));
    expect(late).toMatchObject({ kind: "refused", code: "mission/not_in_progress" });
    const order = { reason: "late", actor: AN_OWNER };
    await expect(raiseEpoch(world, { kind: "mission", mission: id }, order)).rejects.toMatchObject({
      code: "mission/illegal_transition",
    });
    expect((await sealMission(world, id)).state).toBe("CLOSED");
  });
});

describe("the outcome", () => {
  it("is signed by the outcome key over a checkpoint that covers finish, and names every stream's head", async () => {
    const running = await aMission(world);
    await performCall(world, await aCall(world, { mission: running.id }));
    const executed = await walkMission(world, running, "EXECUTED");
    const streams = await world.store.streams(world.context, missionStream(running.id));
    const heads = streams.map(({ stream, head }) => ({
      stream,
      version: head.version,
      hash: head.hash ?? hashText(""),
    }));
    const sealed = await sealMission(world, running.id);
    const tree = await world.store.signedTree(world.context);
    expect(outcomeOf(sealed.outcome)).toEqual({
      format: "aura-outcome-1",
      namespace: "acme",
      mission: running.id,
      kind: "SUCCEEDED",
      cause: null,
      actor: { id: "invoice-clerk", custody: "runtime" },
      boundary: running.boundary,
      result: executed.result,
      heads: headsRoot(heads),
      streams: 2,
      checkpoint: { size: tree?.size, root: tree?.root },
      timeMs: world.clock.nowMs(),
    });
  });

  it("is signed over a checkpoint of its own when the newest one does not cover finish", async () => {
    const running = await aMission(world);
    await world.checkpoints.covering("acme", 0);
    const executed = await walkMission(world, running, "EXECUTED");
    const finish = await world.store.position(world.context, missionStream(running.id), executed.version);
    const { checkpoint } = outcomeOf((await sealMission(world, running.id)).outcome) as unknown as Outcome;
    expect(checkpoint?.size).toBe((finish ?? 0) + 1);
  });

  it.each(["CREATED", "PLANNING", "WAITING_APPROVAL", "APPROVED", "PENDING_EXECUTION"] as const)(
    "of a mission abandoned in %s is signed likewise and names the heads before it",
    async (state) => {
      const mission = await anAbandonedMission(world, state);
      const before = (await entriesOf(world, missionStream(mission.id))).at(-1)?.previous;
      const stream = missionStream(mission.id);
      expect(outcomeOf(mission.outcome)).toMatchObject({
        kind: "CANCELLED",
        cause: "mission/cancelled",
        actor: AN_OWNER,
        boundary: mission.boundary ?? null,
        heads: headsRoot([{ stream, version: mission.version - 1, hash: before ?? hashText("") }]),
        checkpoint: null,
      });
    },
  );
});
