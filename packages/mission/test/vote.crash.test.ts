import { isAuraError } from "@aura/trust";
import { formatVerifierKey, parseVerifierKey, verifyReceipt } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { ApprovalKey, CallAnswer, Mission } from "../src/index.ts";
import {
  approveMission,
  buildReceipt,
  callStream,
  createMission,
  finishMission,
  loadApproval,
  loadMission,
  missionStream,
  performCall,
} from "../src/index.ts";
import type { CrashSide, TestWorld } from "../src/testing/index.ts";
import {
  AN_AGENT,
  AN_OWNER,
  SimulatedCrash,
  TestRunLane,
  aCall,
  aDefinition,
  aPool,
  aWorld,
  crashAtAppend,
  onStore,
  vote,
  walkMission,
} from "../src/testing/index.ts";
import { WRITE, appendsOf, entriesOf } from "./scenes.ts";

const PEOPLE = ["manager-1", "manager-2"];
const COUNTER = "budget/spend/acme/day";

/** One process: takes the mission over wherever it stands; its people vote, its call is made, it comes to its end. */
async function live(world: TestWorld, id: string): Promise<Mission> {
  let mission = await loadMission(world, id);
  if (mission === undefined) throw new Error("it was created");
  if (["CREATED", "PLANNING"].includes(mission.state)) mission = await walkMission(world, mission, "WAITING_APPROVAL");
  if (mission.state === "WAITING_APPROVAL") {
    await everybodyVotes(world, { mission: id, call: null });
    mission = await approveMission(world, id);
  }
  if (["APPROVED", "PENDING_EXECUTION"].includes(mission.state)) {
    mission = await walkMission(world, mission, "IN_PROGRESS");
  }
  if (mission.state === "IN_PROGRESS") {
    const lane = await TestRunLane.takeOver(world, id);
    const delivered = (await entriesOf(world, lane.stream)).some(({ type }) => type === "run.delivered");
    if (!delivered) await callUntilEnded(world, id, lane);
    mission = await finishMission(world, id, { kind: "SUCCEEDED" });
  }
  return walkMission(world, mission, "CLOSED");
}

async function callUntilEnded(world: TestWorld, id: string, lane: TestRunLane): Promise<CallAnswer> {
  for (let presentation = 0; presentation < 5; presentation += 1) {
    const answer = await performCall(world, await aCall(world, { mission: id, key: "1.1", ...WRITE }), lane, 1);
    if (answer.kind !== "waits") return answer;
    if (answer.for === "approval") await everybodyVotes(world, { mission: id, call: "1.1" });
    else world.clock.advance(Math.max(0, answer.untilMs - world.clock.nowMs()));
  }
  throw new Error("the call did not end");
}

/** Whoever does not know whether the vote was heard votes again, and is told. */
async function everybodyVotes(world: TestWorld, request: ApprovalKey): Promise<void> {
  for (const person of PEOPLE) {
    if ((await loadApproval(world, request)) === undefined) return;
    try {
      await vote(world, { ...request, person });
    } catch (error) {
      if (!isAuraError(error, "mission/vote_already_cast")) throw error;
    }
  }
}

async function aStory(): Promise<{ readonly world: TestWorld; readonly id: string }> {
  const world = await aWorld();
  world.governor.pool = (question) => aPool(question, PEOPLE, 2);
  world.governor.answer = ({ kind, facts }) =>
    kind === "mission"
      ? { kind: "PERMIT", rules: ["p"] }
      : {
          kind: "ESCALATE",
          level: "L3",
          rules: ["big"],
          ...(facts["approval.level"] === "L3" ? { reservations: [{ counter: COUNTER, delta: 5, ceiling: 5 }] } : {}),
        };
  const definition = aDefinition({ authority: "L2" });
  const { id } = await createMission(world, { definition, agent: AN_AGENT, actor: AN_OWNER });
  return { world, id };
}

async function appendsOfAStory(): Promise<number> {
  const { world, id } = await aStory();
  return appendsOf(world, (on) => live(on, id));
}

const typesOf = async (world: TestWorld, stream: string) => (await entriesOf(world, stream)).map(({ type }) => type);

describe("a process that dies at any append between a request, its votes, the intent and the outcome", async () => {
  const appends = await appendsOfAStory();

  it("has some appends to die at", () => {
    // plan, request, 2 votes, approve, queue, start, run, park, 2 votes, intent, outcome, finish, seal
    expect(appends).toBe(15);
  });

  const deaths = Array.from({ length: appends }, (_, nth) => nth).flatMap((nth) =>
    (["before", "after"] as const).map((side): { nth: number; side: CrashSide } => ({ nth, side })),
  );

  it.each(deaths)("comes to the same end when append $nth dies $side the commit", async ({ nth, side }) => {
    const { world, id } = await aStory();
    await expect(live(onStore(world, crashAtAppend(world.store, nth, side)), id)).rejects.toThrow(SimulatedCrash);
    expect(await live(world, id)).toMatchObject({ state: "CLOSED", outcomeKind: "SUCCEEDED" });

    // the effect happened once; each person's vote stands once; what was used is named
    expect(world.broker.sends()).toEqual({ "1.1": 1 });
    const calls = await entriesOf(world, callStream(id, "1.1"));
    expect(calls.map(({ type }) => type).filter((type) => type === "call.voted")).toHaveLength(2);
    expect(calls.findLast(({ type }) => type === "call.sent")?.data["votes"]).toEqual([2, 3]);
    expect(calls.at(-1)?.type).toBe("call.succeeded");
    expect(await typesOf(world, missionStream(id))).toEqual([
      "mission.created",
      "mission.planned",
      "mission.approval_requested",
      "mission.voted",
      "mission.voted",
      "mission.approved",
      "mission.queued",
      "mission.started",
      "mission.finished",
      "mission.sealed",
    ]);

    // what is reserved is what was sent; the tables are the fold of the log; an auditor can check all of it
    expect(await world.store.counter(world.context, COUNTER)).toBe(5);
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
    const key = parseVerifierKey(formatVerifierKey(world.origin, world.keys.log.publicKey));
    expect(verifyReceipt(await buildReceipt(world, id), { key })).toMatchObject({ ok: true });
  });
});
