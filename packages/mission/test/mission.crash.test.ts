import { describe, expect, it } from "vitest";
import type { CallAnswer, Mission } from "../src/index.ts";
import { createMission, findCall, finishMission, loadMission, missionStream, performCall } from "../src/index.ts";
import type { CrashSide, TestWorld } from "../src/testing/index.ts";
import {
  AN_AGENT,
  AN_OWNER,
  SimulatedCrash,
  TestRunLane,
  aCall,
  aDefinition,
  aWorld,
  crashAtAppend,
  onStore,
  walkMission,
} from "../src/testing/index.ts";
import { appendsOf, entriesOf } from "./scenes.ts";

const CALLS = [
  { key: "1.1", tool: "read_note", arguments: { path: "invoices.txt" } },
  { key: "1.2", tool: "write_note", arguments: { path: "report.txt", content: "42.00" } },
  { key: "1.3", tool: "write_note", arguments: { path: "log.txt", content: "done" } },
  { key: "1.4", tool: "drop_table", arguments: {} },
];

/** One process: takes the mission over wherever it stands and walks it to its end. */
async function live(world: TestWorld, id: string): Promise<Mission> {
  let mission = await loadMission(world, id);
  if (mission === undefined) throw new Error("it was created");
  if (mission.state !== "IN_PROGRESS" && mission.state !== "EXECUTED" && mission.state !== "CLOSED") {
    mission = await walkMission(world, mission, "IN_PROGRESS");
  }
  if (mission.state === "IN_PROGRESS") {
    const lane = await TestRunLane.takeOver(world, id);
    const delivered = new Set(
      (await entriesOf(world, lane.stream))
        .map(({ data }) => data["operation"])
        .filter((operation) => operation !== undefined),
    );
    for (const [operation, call] of CALLS.entries()) {
      if (!delivered.has(operation)) await callUntilEnded(world, { mission: id, ...call }, lane, operation);
    }
    mission = await finishMission(world, id, { kind: "SUCCEEDED", result: { total: "42.00" } });
  }
  return walkMission(world, mission, "CLOSED");
}

async function callUntilEnded(
  world: TestWorld,
  call: (typeof CALLS)[number] & { readonly mission: string },
  lane: TestRunLane,
  operation: number,
): Promise<CallAnswer> {
  for (let presentation = 0; presentation < 5; presentation += 1) {
    const answer = await performCall(world, await aCall(world, call), lane, operation);
    if (answer.kind !== "waits") return answer;
    world.clock.advance(Math.max(0, answer.untilMs - world.clock.nowMs()));
  }
  throw new Error(`${call.key} did not end`);
}

async function aStory(): Promise<{ readonly world: TestWorld; readonly id: string }> {
  const world = await aWorld();
  world.broker.notes.set("invoices.txt", "40.00 + 2.00");
  // What the upstream is shown must stand in the log already.
  world.broker.act = async (sending) => {
    const known = await findCall(world, sending.mission, sending.callKey);
    expect(known?.call).toMatchObject({ state: "sent", tool: sending.tool.name });
    return { kind: "succeeded", result: world.broker.effect(sending) };
  };
  const { id } = await createMission(world, { definition: aDefinition(), agent: AN_AGENT, actor: AN_OWNER });
  return { world, id };
}

/** What must be the same whichever write died: how it came out, what the calls came to, what the world looks like. */
async function endState(world: TestWorld, id: string) {
  const calls = [];
  for (const { key } of CALLS) {
    const last = (await entriesOf(world, `mission/${id}/call/${key}`)).at(-1);
    calls.push([key, last?.type, last?.data["code"] ?? null]);
  }
  const mission = await loadMission(world, id);
  return { state: mission?.state, outcome: mission?.outcomeKind, calls, notes: Object.fromEntries(world.broker.notes) };
}

async function appendsOfAStory(): Promise<number> {
  const { world, id } = await aStory();
  return appendsOf(world, (on) => live(on, id));
}

describe("a process that dies at any append of a mission, on either side of it", async () => {
  const reference = await aStory();
  await live(reference.world, reference.id);
  const expected = await endState(reference.world, reference.id);
  const appends = await appendsOfAStory();

  it("has some appends to die at", () => {
    expect(expected).toMatchObject({ state: "CLOSED", outcome: "SUCCEEDED" });
    expect(expected.calls).toEqual([
      ["1.1", "call.succeeded", null],
      ["1.2", "call.succeeded", null],
      ["1.3", "call.succeeded", null],
      ["1.4", "call.denied", "mission/tool_not_in_boundary"],
    ]);
    // five transitions to IN_PROGRESS, the run, three calls of two units, one denial, finish, seal
    expect(appends).toBe(5 + 1 + 6 + 1 + 2);
  });

  const deaths = Array.from({ length: appends }, (_, nth) => nth).flatMap((nth) =>
    (["before", "after"] as const).map((side): { nth: number; side: CrashSide } => ({ nth, side })),
  );

  it.each(deaths)("comes to the same end when append $nth dies $side the commit", async ({ nth, side }) => {
    const { world, id } = await aStory();
    await expect(live(onStore(world, crashAtAppend(world.store, nth, side)), id)).rejects.toThrow(SimulatedCrash);
    await live(world, id);
    expect(await endState(world, id)).toEqual(expected);
    // A write that happened is never sent again; a read may be, once for each death.
    const sends = world.broker.sends();
    expect([sends["1.2"], sends["1.3"], sends["1.4"]]).toEqual([1, 1, undefined]);
    expect(sends["1.1"]).toBeLessThanOrEqual(2);
    expect((await entriesOf(world, missionStream(id))).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each(deaths)(
    "keeps tables that are the fold of the log when append $nth dies $side the commit",
    async ({ nth, side }) => {
      const { world, id } = await aStory();
      await expect(live(onStore(world, crashAtAppend(world.store, nth, side)), id)).rejects.toThrow(SimulatedCrash);
      await live(world, id);
      const before = await world.store.tables(world.context);
      await world.store.rebuild(world.context);
      expect(await world.store.tables(world.context)).toEqual(before);
    },
  );
});
