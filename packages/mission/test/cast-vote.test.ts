import type { Entry } from "@aura/trust";
import { signJws } from "@aura/trust";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Mission, VoteOrder } from "../src/index.ts";
import {
  APPROVAL_TABLE,
  abandonMission,
  approveMission,
  callStream,
  castVote,
  endMission,
  listApprovals,
  loadApproval,
  loadMission,
  missionStream,
  performCall,
  raiseEpoch,
  revokeApprover,
  startMission,
} from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import {
  AN_OWNER,
  TestRunLane,
  aCall,
  aDefinition,
  aMission,
  aPool,
  aVote,
  aWorld,
  presentUndo,
  testSigner,
  vote,
  walkMission,
} from "../src/testing/index.ts";
import { WRITE, entriesOf, racing, upstreamDown } from "./scenes.ts";

let world: TestWorld;
let mission: Mission;

const ASK = { kind: "ESCALATE", level: "L2", rules: ["big-writes"] } as const;
const MANAGER = "manager-1";

beforeEach(async () => {
  world = await aWorld();
  mission = await aMission(world);
  world.governor.answerCalls(ASK);
});

const parked = (key = "1.1") => ({ mission: mission.id, call: key });

async function park(key = "1.1"): Promise<void> {
  expect(await present(key)).toMatchObject({ kind: "waits", for: "approval" });
}

async function present(key = "1.1") {
  return performCall(world, await aCall(world, { mission: mission.id, key, ...WRITE }));
}

const callEntries = (key = "1.1"): Promise<Entry[]> => entriesOf(world, callStream(mission.id, key));

describe("a vote on a call", () => {
  beforeEach(() => park());

  it("lets the call go on when it is presented again, and the intent names it", async () => {
    const cast = await vote(world, { ...parked(), person: MANAGER });
    expect(cast).toMatchObject({ person: MANAGER, choice: "APPROVE", level: "L2", version: 2, outcome: "approved" });
    expect(await present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const [, voted, sent] = await callEntries();
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
    expect(await vote(world, { ...parked(), person: MANAGER })).toMatchObject({ outcome: "counted" });
    expect(await vote(world, { ...parked(), person: "manager-2", choice: "REJECT" })).toMatchObject({
      outcome: "rejected",
    });
    const entries = await callEntries();
    expect(entries.map(({ type }) => type)).toEqual(["call.parked", "call.voted", "call.voted", "call.denied"]);
    expect(new Set(entries.slice(2).map(({ unit }) => unit)).size).toBe(1);
    expect(entries[3]).toMatchObject({ actor: { id: "manager-2" }, data: { code: "mission/rejected" } });
    expect(await present()).toMatchObject({ end: { kind: "denied", code: "mission/rejected", rules: [] } });
    expect(world.broker.sent).toEqual([]);
  });

  it("tells a run of a rejection when it asks again", async () => {
    const lane = await TestRunLane.takeOver(world, mission.id);
    const request = () => aCall(world, { mission: mission.id, key: "1.2", ...WRITE });
    expect(await performCall(world, await request(), lane, 1)).toMatchObject({ for: "approval" });
    await vote(world, { ...parked("1.2"), person: MANAGER, choice: "REJECT" });
    expect(await performCall(world, await request(), lane, 1)).toMatchObject({ end: { code: "mission/rejected" } });
    expect((await entriesOf(world, lane.stream)).at(-1)).toMatchObject({
      type: "run.delivered",
      data: { end: "denied" },
    });
  });

  it("waits for the quorum, each person once", async () => {
    world.governor.pool = (question) => aPool(question, ["manager-1", "manager-2"], 2);
    await vote(world, { ...parked(), person: "manager-1" });
    expect(await present()).toMatchObject({ kind: "waits", for: "approval" });
    await expect(vote(world, { ...parked(), person: "manager-1" })).rejects.toMatchObject({
      code: "mission/vote_already_cast",
    });
    expect(await vote(world, { ...parked(), person: "manager-2" })).toMatchObject({ outcome: "approved" });
    await present();
    expect((await callEntries()).at(-2)).toMatchObject({ type: "call.sent", data: { votes: [2, 3] } });
  });

  it("loses to a DENY of today", async () => {
    await vote(world, { ...parked(), person: MANAGER });
    world.governor.answerCalls({ kind: "DENY", rules: ["never"] });
    expect(await present()).toMatchObject({ end: { kind: "denied", code: "mission/denied", rules: ["never"] } });
    expect(world.broker.sent).toEqual([]);
  });

  it("is void once its person has left the pool, and counts again when the pool seats it again", async () => {
    await vote(world, { ...parked(), person: MANAGER });
    world.governor.pool = (question) => aPool(question, ["manager-2"]);
    expect(await present()).toMatchObject({ kind: "waits", for: "approval" });
    world.governor.pool = (question) => aPool(question);
    expect(await present()).toMatchObject({ kind: "ended" });
  });

  it("is void once its key was revoked", async () => {
    const { kid } = await vote(world, { ...parked(), person: MANAGER });
    await revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER });
    expect(await present()).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.broker.sent).toEqual([]);
  });

  it("is not used when its key is revoked between the decision and the intent", async () => {
    const { kid } = await vote(world, { ...parked(), person: MANAGER });
    const raced = racing(world, "call.sent", () =>
      revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER }),
    );
    const answer = await performCall(raced, await aCall(world, { mission: mission.id, ...WRITE }));
    expect(answer).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.broker.sent).toEqual([]);
  });

  it("does not count for a higher level that is due now: the call stays, asked anew, with both requests in the log", async () => {
    await vote(world, { ...parked(), person: MANAGER });
    const before = await loadApproval(world, parked());
    world.governor.answerCalls({ ...ASK, level: "L3" });
    expect(await present()).toEqual({ kind: "waits", for: "approval", untilMs: before?.untilMs });
    const raised = await loadApproval(world, parked());
    expect(raised).toMatchObject({ level: "L3", votes: [], requestedAtMs: before?.requestedAtMs });
    const [first, , second] = await callEntries();
    expect(second).toMatchObject({
      type: "call.raised",
      data: { level: "L3", before: { level: "L2", shown: before?.vote.shown } },
    });
    expect(second?.data["decision"]).not.toEqual(first?.data["decision"]);
    // asked again, it is not raised again
    await present();
    expect(await callEntries()).toHaveLength(3);
    expect(await vote(world, { ...parked(), person: MANAGER })).toMatchObject({ outcome: "approved" });
    expect(await present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect((await callEntries()).at(-2)).toMatchObject({ data: { votes: [4] } });
  });

  it("over the request as it was before a higher level was due is refused", async () => {
    const old = await aVote(world, { ...parked(), person: MANAGER });
    world.governor.answerCalls({ ...ASK, level: "L3" });
    await present();
    await expect(castVote(world, old)).rejects.toMatchObject({ code: "mission/vote_mismatch" });
  });

  it("serves the call that it is over and no other, though tool and arguments are the same", async () => {
    await vote(world, { ...parked(), person: MANAGER });
    await present();
    expect(await present("1.2")).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is used once: another presentation of the call answers what is recorded", async () => {
    await vote(world, { ...parked(), person: MANAGER });
    const [one, other] = await Promise.all([present(), present()]);
    expect(one).toEqual(other);
    expect(world.broker.sent).toHaveLength(1);
  });
});

describe("a call that was approved and whose outcome is lost", () => {
  beforeEach(async () => {
    await park();
    await vote(world, { ...parked(), person: MANAGER });
    world.broker.act = async () => ({ kind: "unknown", reason: "The line broke." });
    await present();
    world.broker.act = async (sending) => ({ kind: "succeeded", result: world.broker.effect(sending) });
    world.clock.advance(60_000);
  });

  it("is decided again when its tool says that it did not happen, and names its votes again", async () => {
    expect(await present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    const sent = (await callEntries()).filter(({ type }) => type === "call.sent");
    expect(sent.map(({ data }) => data["votes"])).toEqual([[2], [2]]);
    expect(world.broker.sent).toHaveLength(2);
  });

  it("is not sent again when the rules deny it by now", async () => {
    world.governor.answerCalls({ kind: "DENY", rules: ["never"] });
    expect(await present()).toMatchObject({ end: { kind: "failed", code: "mission/denied" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is not sent again when its voter has left the pool", async () => {
    world.governor.pool = (question) => aPool(question, ["manager-2"]);
    expect(await present()).toMatchObject({ end: { kind: "failed", code: "mission/approval_required" } });
    expect(world.broker.sent).toHaveLength(1);
  });

  it("is not sent again after what the vote itself says is its end", async () => {
    world.clock.advance(world.defaults.approvalWindowMs);
    const answer = await present();
    expect(answer).not.toMatchObject({ end: { kind: "succeeded" } });
    expect(world.broker.sent).toHaveLength(1);
  });
});

describe("a vote that is refused", () => {
  beforeEach(() => park());

  const order = (override: Partial<VoteOrder>): Promise<VoteOrder> =>
    aVote(world, { ...parked(), person: MANAGER }).then((honest) => ({ ...honest, ...override }));
  const spoilt = (spoil: { readonly [member: string]: unknown }) => () =>
    aVote(world, { ...parked(), person: MANAGER, spoil });
  const signed = (typ: string, payload: object) => async (): Promise<VoteOrder> => {
    const jws = await signJws(world.keys.persons[MANAGER] ?? world.keys.agent, typ, payload as never);
    return { ...parked(), person: MANAGER, jws };
  };
  const H = "A".repeat(43);

  const refusals: readonly (readonly [name: string, code: string, make: () => Promise<VoteOrder>])[] = [
    ["no JWS", "mission/vote_malformed", () => order({ jws: "" })],
    ["two parts", "mission/vote_malformed", () => order({ jws: "e30.e30" })],
    ["a JWS with a byte too many", "mission/vote_malformed", async () => order({ jws: `${(await order({})).jws}=` })],
    ["of an unknown person", "mission/vote_unknown_approver", () => order({ person: "nobody" })],
    ["of another type", "mission/vote_malformed", signed("aura-enrolment+jwt", {})],
    ["a payload that is no vote", "mission/vote_malformed", signed("aura-vote+jwt", { format: "aura-vote-1" })],
    ["a member too many", "mission/vote_malformed", spoilt({ note: "x" })],
    ["a level that there is not", "mission/vote_malformed", spoilt({ level: "L5" })],
    ["a choice that there is not", "mission/vote_malformed", spoilt({ choice: "MAYBE" })],
    ["signed by another approver in this person's name", "mission/vote_forged", () => order({ person: "manager-2" })],
    [
      "signed by the key of an agent",
      "mission/vote_forged",
      () => aVote(world, { ...parked(), person: MANAGER, signer: world.keys.agent }),
    ],
    [
      "signed by nobody's key",
      "mission/vote_forged",
      () => aVote(world, { ...parked(), person: MANAGER, signer: testSigner(99) }),
    ],
    [
      "with a signature that was changed",
      "mission/vote_forged",
      async () => order({ jws: tampered((await order({})).jws) }),
    ],
    ["for another namespace", "mission/vote_mismatch", spoilt({ namespace: "other" })],
    ["for another mission", "mission/vote_mismatch", spoilt({ mission: "01936f3e-0000-7000-8000-000000000001" })],
    ["for another call", "mission/vote_mismatch", spoilt({ call: "1.2" })],
    ["for the mission as a whole", "mission/vote_mismatch", spoilt({ call: null })],
    ["over another tool", "mission/vote_mismatch", spoilt({ tool: "read_note" })],
    ["over other arguments", "mission/vote_mismatch", spoilt({ arguments: H })],
    ["under another boundary", "mission/vote_mismatch", spoilt({ boundary: H })],
    ["at another level", "mission/vote_mismatch", spoilt({ level: "L3" })],
    ["over another text", "mission/vote_mismatch", spoilt({ shown: H })],
    ["under another release", "mission/vote_mismatch", spoilt({ release: H })],
    ["with another end", "mission/vote_mismatch", spoilt({ expiresMs: 1 })],
    [
      "of who created the mission",
      "mission/vote_own_mission",
      () => aVote(world, { ...parked(), person: AN_OWNER.id }),
    ],
    [
      "of who is not in the pool",
      "mission/vote_not_in_pool",
      () => {
        world.governor.pool = (question) => aPool(question, ["manager-2"]);
        return aVote(world, { ...parked(), person: MANAGER });
      },
    ],
    [
      "when nobody can be in the pool any more",
      "mission/vote_not_in_pool",
      () => {
        world.governor.pool = () => ({ kind: "unreachable", reason: "GRAPH_CYCLE", passed: [] });
        return aVote(world, { ...parked(), person: MANAGER });
      },
    ],
    [
      "after its time",
      "mission/vote_expired",
      async () => {
        const late = await order({});
        world.clock.advance(world.defaults.approvalWindowMs);
        return late;
      },
    ],
    [
      "of a person whose key was revoked",
      "mission/vote_unknown_approver",
      async () => {
        const late = await order({});
        const { kid } = world.keys.persons[MANAGER]?.publicKey ?? { kid: "" };
        await revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER });
        return late;
      },
    ],
  ];

  it.each(refusals)("%s: %s, and nothing is recorded", async (_name, code, make) => {
    const refused = await make();
    const size = await world.store.size(world.context);
    await expect(castVote(world, refused)).rejects.toMatchObject({ code });
    expect(await world.store.size(world.context)).toBe(size);
    expect(await present()).not.toMatchObject({ end: { kind: "succeeded" } });
  });

  it("counts up to the last millisecond of its time", async () => {
    world.clock.advance(world.defaults.approvalWindowMs - 1);
    expect(await vote(world, { ...parked(), person: MANAGER })).toMatchObject({ outcome: "approved" });
    world.clock.advance(1);
    expect(await present()).toMatchObject({ end: { code: "mission/approval_expired" } });
  });

  it.each(["1.1", "1.9", "no key", null])("on a call %s that does not wait: mission/vote_not_waiting", async (key) => {
    const honest = await order({});
    await vote(world, { ...parked(), person: MANAGER });
    await present();
    const other = signed("aura-vote+jwt", { ...payloadOf(honest.jws), call: key });
    await expect(castVote(world, { ...(await other()), call: key })).rejects.toMatchObject({
      code: "mission/vote_not_waiting",
    });
  });

  it("on a mission that there is not: mission/vote_not_waiting", async () => {
    const id = "01936f3e-0000-7000-8000-000000000001";
    const honest = await order({});
    for (const other of [id, "../control", ""]) {
      const make = signed("aura-vote+jwt", { ...payloadOf(honest.jws), mission: other });
      await expect(castVote(world, { ...(await make()), mission: other })).rejects.toMatchObject({
        code: "mission/vote_not_waiting",
      });
    }
  });

  it("is not told what waits unless its key is known", async () => {
    const stranger = await aVote(world, { ...parked(), person: MANAGER, signer: testSigner(99) });
    const nowhere = { ...stranger, mission: "01936f3e-0000-7000-8000-000000000001" };
    await expect(castVote(world, stranger)).rejects.toMatchObject({ code: "mission/vote_forged" });
    await expect(castVote(world, nowhere)).rejects.toMatchObject({ code: "mission/vote_forged" });
  });

  it("when one digit of the amount is another one", async () => {
    // The person approved 42.00 under key 1.1; the agent asks for 43.00 under another key: another commitment, another text.
    const approved = await aVote(world, { ...parked(), person: MANAGER });
    const args = { path: "report.txt", content: "43.00" };
    await performCall(
      world,
      await aCall(world, { mission: mission.id, key: "1.2", tool: "write_note", arguments: args }),
    );
    const moved = signed("aura-vote+jwt", { ...payloadOf(approved.jws), call: "1.2" });
    await expect(castVote(world, { ...(await moved()), call: "1.2" })).rejects.toMatchObject({
      code: "mission/vote_mismatch",
    });
  });
});

describe("racers", () => {
  it("for one person's vote: one wins, in one process and in two", async () => {
    await park();
    world.governor.pool = (question) => aPool(question, ["manager-1", "manager-2"], 2);
    const order = await aVote(world, { ...parked(), person: MANAGER });
    const answers = await Promise.allSettled([castVote(world, order), castVote(world, order)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    // another process: its turn is not ours, the stream's version decides
    await park("1.2");
    const second = await aVote(world, { ...parked("1.2"), person: MANAGER });
    let inner: Promise<unknown> = Promise.resolve();
    const otherProcess = racing(world, "call.voted", async () => (inner = castVote(world, second)));
    await expect(castVote(otherProcess, second)).rejects.toMatchObject({ code: "mission/vote_already_cast" });
    await inner;
    expect((await callEntries("1.2")).filter(({ type }) => type === "call.voted")).toHaveLength(1);
  });

  it("an approval and a rejection: whoever comes second finds what the first left", async () => {
    await park();
    const approve = await aVote(world, { ...parked(), person: "manager-1" });
    const reject = await aVote(world, { ...parked(), person: "manager-2", choice: "REJECT" });
    const raced = racing(world, "call.voted", () => castVote(world, reject));
    await expect(castVote(raced, approve)).rejects.toMatchObject({ code: "mission/vote_not_waiting" });
    expect(await present()).toMatchObject({ end: { code: "mission/rejected" } });
  });

  it("a vote and its call's intent: the call is sent once", async () => {
    await park();
    await vote(world, { ...parked(), person: "manager-1" });
    const late = await aVote(world, { ...parked(), person: "manager-2", choice: "REJECT" });
    const raced = racing(world, "call.sent", () => castVote(world, late));
    const answer = await performCall(raced, await aCall(world, { mission: mission.id, ...WRITE }));
    expect(answer).toMatchObject({ end: { kind: "denied", code: "mission/rejected" } });
    expect(world.broker.sent).toEqual([]);
  });

  it("a vote that meets a revocation of something else is judged again and stands", async () => {
    await park();
    const raced = racing(world, "call.voted", () =>
      raiseEpoch(world, { kind: "org" }, { reason: "Drill.", actor: AN_OWNER }),
    );
    const order = await aVote(world, { ...parked(), person: MANAGER });
    expect(await castVote(raced, order)).toMatchObject({ outcome: "approved" });
  });
});

describe("who can be asked", () => {
  const unreachable = (reasons: readonly ("LEVEL_TOO_LOW" | "LIMIT_TOO_LOW" | "CONFLICT" | "VACANT")[]) =>
    ({
      kind: "unreachable",
      reason: "QUORUM_UNREACHABLE",
      passed: reasons.map((reason, nth) => ({ position: `p-${nth}`, reason })),
    }) as const;

  it.each([
    ["mission/quorum_unreachable", []],
    ["mission/quorum_unreachable", ["LEVEL_TOO_LOW", "CONFLICT"]],
    ["mission/authority_exceeded", ["LEVEL_TOO_LOW", "LIMIT_TOO_LOW"]],
  ] as const)("nobody ever: %s at once for %j", async (code, reasons) => {
    world.governor.pool = () => unreachable(reasons);
    expect(await present()).toMatchObject({ end: { kind: "denied", code, rules: ["big-writes"] } });
    expect((await callEntries()).map(({ type }) => type)).toEqual(["call.denied"]);
  });

  it("nobody at a level that is due now: denied, though it was parked", async () => {
    await park();
    world.governor.answerCalls({ ...ASK, level: "L4" });
    world.governor.pool = () => unreachable(["LEVEL_TOO_LOW"]);
    expect(await present()).toMatchObject({ end: { kind: "denied", code: "mission/authority_exceeded" } });
    expect(await loadApproval(world, parked())).toBeUndefined();
    expect(await world.store.rows(world.context, APPROVAL_TABLE)).toEqual([]);
  });
});

describe("a mission as a whole", () => {
  const whole = () => ({ mission: mission.id, call: null });

  const waiting = async (override = {}) => {
    mission = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition(override) });
  };

  it("of authority L2 is approved by votes, which are used and named", async () => {
    await waiting({ authority: "L2" });
    await expect(approveMission(world, mission.id)).rejects.toMatchObject({ code: "mission/approval_required" });
    expect(await vote(world, { ...whole(), person: MANAGER })).toMatchObject({ outcome: "approved", version: 4 });
    const approved = await approveMission(world, mission.id);
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
    mission = await walkMission(world, (await loadMission(world, mission.id)) ?? mission, "IN_PROGRESS");
    expect(await present()).toMatchObject({ end: { kind: "succeeded" } });
    expect((await callEntries())[0]?.data).not.toHaveProperty("votes");
    const elsewhere = { path: "other.txt", content: "42.00" };
    const beyond = await aCall(world, { mission: mission.id, key: "1.2", tool: "write_note", arguments: elsewhere });
    expect(await performCall(world, beyond)).toMatchObject({ end: { kind: "denied" } });
    const unlisted = await performCall(world, await aCall(world, { mission: mission.id, key: "1.3" }));
    expect(unlisted).toMatchObject({ end: { code: "mission/tool_not_in_boundary" } });
    world.governor.answerCalls({ ...ASK, level: "L3" });
    expect(await present("1.4")).toMatchObject({ kind: "waits", for: "approval" });
    expect(await loadApproval(world, parked("1.4"))).toMatchObject({ level: "L3" });
  });

  it("gives nothing to calls when its authority is L1, though people approved it", async () => {
    world.governor.answer = (request) => (request.kind === "mission" ? ASK : { kind: "PERMIT", rules: ["p"] });
    await waiting();
    await vote(world, { ...whole(), person: MANAGER });
    mission = await walkMission(world, (await loadMission(world, mission.id)) ?? mission, "IN_PROGRESS");
    world.governor.answerCalls(ASK);
    expect(await present()).toMatchObject({ kind: "waits", for: "approval" });
  });

  it("is abandoned in the unit of a rejection, over a head that the receipt proves", async () => {
    await waiting({ authority: "L3" });
    expect(await vote(world, { ...whole(), person: MANAGER, choice: "REJECT" })).toMatchObject({ outcome: "rejected" });
    expect(await loadMission(world, mission.id)).toMatchObject({
      state: "CLOSED",
      outcomeKind: "DENIED",
      outcomeCode: "mission/rejected",
      endedBy: { id: MANAGER, custody: "person" },
    });
    const entries = await entriesOf(world, missionStream(mission.id));
    expect(entries.at(-1)?.unit).toBe(entries.at(-2)?.unit);
    expect(await world.store.rows(world.context, APPROVAL_TABLE)).toEqual([]);
  });

  it("is not started when a higher level is due by then", async () => {
    await waiting({ authority: "L2" });
    await vote(world, { ...whole(), person: MANAGER });
    const queued = await walkMission(world, (await loadMission(world, mission.id)) ?? mission, "PENDING_EXECUTION");
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
    expect(await approveMission(world, mission.id)).toMatchObject({
      state: "CLOSED",
      outcomeKind: "DENIED",
      outcomeCode: "mission/quorum_unreachable",
    });
  });

  it("does not count who has left the pool, nor whose key was revoked before it is approved", async () => {
    await waiting({ authority: "L2" });
    const { kid } = await vote(world, { ...whole(), person: MANAGER });
    world.governor.pool = (question) => aPool(question, ["manager-2"]);
    await expect(approveMission(world, mission.id)).rejects.toMatchObject({ code: "mission/approval_required" });
    world.governor.pool = (question) => aPool(question);
    await revokeApprover(world, { person: MANAGER, kid, reason: "Lost.", actor: AN_OWNER });
    await expect(approveMission(world, mission.id)).rejects.toMatchObject({ code: "mission/approval_required" });
  });

  it("is decided by a vote once: after it was approved no vote lands", async () => {
    await waiting({ authority: "L2" });
    const late = await aVote(world, { ...whole(), person: "manager-2", choice: "REJECT" });
    await vote(world, { ...whole(), person: MANAGER });
    await approveMission(world, mission.id);
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

describe("an undo that needs people", () => {
  it("waits for them like any call, and is asked about in the compensator's name", async () => {
    world.governor.answerCalls({ kind: "PERMIT", rules: ["p"] });
    await present();
    world.governor.answerCalls(ASK);
    const asked: unknown[] = [];
    world.governor.pool = (question) => {
      asked.push([question.request.agent.id, question.request.facts["compensation.of"], question.excluded]);
      return aPool(question);
    };
    const undo = presentUndo(world, mission.id);
    const ending = { kind: "FAILED", code: "engine/function_failed", cause: "It gave up." } as const;
    expect(await endMission(world, mission.id, ending, undo)).toMatchObject({ kind: "waits", for: "approval" });
    const request = { mission: mission.id, call: "undo.1.1" };
    expect(await loadApproval(world, request)).toMatchObject({ agent: "compensator", tool: "remove_note" });
    expect(await vote(world, { ...request, person: MANAGER })).toMatchObject({ outcome: "approved" });
    expect(await endMission(world, mission.id, ending, undo)).toMatchObject({ state: "EXECUTED" });
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(["compensator", "write_note", [AN_OWNER.id]])]),
    );
    expect(world.broker.sent.map(({ tool }) => tool.name)).toEqual(["write_note", "remove_note"]);
  });
});

describe("whatever is handed in as a vote", () => {
  it("is a typed refusal and leaves nothing behind", async () => {
    await park();
    const honest = await aVote(world, { ...parked(), person: MANAGER });
    const size = await world.store.size(world.context);
    const [header = "", payload = "", signature = ""] = honest.jws.split(".");
    const part = fc.oneof(fc.constantFrom(header, payload, signature, "", "e30"), fc.base64String(), fc.string());
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (jws) => {
        if (jws === honest.jws) return;
        const error: unknown = await castVote(world, { ...honest, jws }).catch((thrown: unknown) => thrown);
        expect((error as { code: string }).code).toMatch(/^mission\/vote_(?:malformed|forged)$/);
      }),
      { numRuns: 100 },
    );
    expect(await world.store.size(world.context)).toBe(size);
  });
});

describe("the list of what waits", () => {
  it("holds what people are asked, oldest first, and lets go of what was decided", async () => {
    await park("1.2");
    world.clock.advance(1);
    const other = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
    world.clock.advance(1);
    await park("1.1");
    const ids = async () => {
      const listed: unknown[] = [];
      for await (const request of listApprovals(world)) listed.push([request.mission, request.call]);
      return listed;
    };
    expect(await ids()).toEqual([
      [mission.id, "1.2"],
      [other.id, null],
      [mission.id, "1.1"],
    ]);
    await vote(world, { ...parked("1.2"), person: MANAGER });
    await present("1.2");
    await vote(world, { ...parked("1.1"), person: MANAGER, choice: "REJECT" });
    await abandonMission(world, other.id, { kind: "CANCELLED", cause: "mission/cancelled", actor: AN_OWNER });
    expect(await ids()).toEqual([]);
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
  });

  it("is answered while the tool's upstream is down", async () => {
    await park();
    world.catalogue.failure = upstreamDown();
    expect(await vote(world, { ...parked(), person: MANAGER })).toMatchObject({ outcome: "approved" });
  });
});

function payloadOf(jws: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, unknown>;
}

/** Another signature of the right length. */
function tampered(jws: string): string {
  const at = jws.lastIndexOf(".") + 5;
  return `${jws.slice(0, at)}${jws[at] === "A" ? "B" : "A"}${jws.slice(at + 1)}`;
}
