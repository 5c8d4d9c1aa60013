import { interceptAppend } from "@aura/mission/testing";
import { type Answer, EMPTY_HEAD, type EntryDraft, type LogStore, type Unit, openMemoryLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { systemRandom } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { bare } from "../src/bare-unit.ts";
import { Lane } from "../src/run-lane.ts";

const STREAM = "mission/m1/run/1";
const CONTEXT = { namespace: "acme" };

describe("a lane", () => {
  it("builds units at once on the head that the units before them will leave", async () => {
    const { lane, landed, store } = aLane();
    const answers = await Promise.all([1, 2, 3].map((operation) => lane.append([aDraft(operation)], bare)));
    expect(answers.map(({ kind }) => kind)).toEqual(["appended", "appended", "appended"]);
    expect(landed).toEqual([1, 2, 3]);
    expect((await store.head(CONTEXT, STREAM)).version).toBe(3);
  });

  it("tells what landed in the order of the stream, whatever order the answers come in", async () => {
    const gates: (() => void)[] = [];
    const { lane, landed } = aLane((store) =>
      interceptAppend(store, async (append, context, units) => {
        const answers = await append(context, units);
        await new Promise<void>((resolve) => gates.push(resolve));
        return answers;
      }),
    );
    const appends = [1, 2, 3].map((operation) => lane.append([aDraft(operation)], bare));
    await new Promise((resolve) => setImmediate(resolve));
    const told: number[] = [];
    for (const open of gates.toReversed()) {
      open();
      await new Promise((resolve) => setImmediate(resolve));
      told.push(landed.length);
    }
    await Promise.all(appends);
    expect([told, landed]).toEqual([
      [0, 0, 3],
      [1, 2, 3],
    ]);
  });

  it.each<[string, (lane: Lane, store: LogStore) => Promise<unknown>, Answer["kind"]]>([
    [
      "another holder took the run over",
      async (_lane, store) => {
        const heir = aLaneOn(store, await store.head(CONTEXT, STREAM)).lane;
        await heir.append([{ ...aDraft(9), takeOver: true }], bare);
      },
      "fenced",
    ],
    [
      "the stream moved under it",
      async (_lane, store) => aLaneOn(store, await store.head(CONTEXT, STREAM)).lane.append([aDraft(9)], bare),
      "stale",
    ],
  ])("is closed for good by its first answer that is not appended: %s", async (_why, happen, kind) => {
    const { lane, landed, store, appends } = aLane();
    await lane.append([aDraft(1)], bare);
    await happen(lane, store);
    const before = appends.length;
    const answers = await Promise.all([2, 3].map((operation) => lane.append([aDraft(operation)], bare)));
    expect([answers[0]?.kind, lane.held()]).toEqual([kind, false]);
    expect((await lane.append([aDraft(4)], bare)).kind).toBe(kind);
    // What was under way travelled; nothing was asked of the store after the answer.
    expect([appends.length - before, landed]).toEqual([2, [1]]);
  });

  it("is closed by an append whose outcome nobody knows, and says what the store threw", async () => {
    const lost = new Error("the answer was lost");
    const { lane } = aLane((store) =>
      interceptAppend(store, async (append, context, units) => {
        await append(context, units);
        throw lost;
      }),
    );
    await expect(lane.append([aDraft(1)], bare)).rejects.toBe(lost);
    expect([lane.held(), lane.failure]).toEqual([false, { error: lost }]);
    expect((await lane.append([aDraft(2)], bare)).kind).toBe("fenced");
  });

  it("appends nothing more once it is given up", async () => {
    const { lane, appends } = aLane();
    lane.close();
    expect([(await lane.append([aDraft(1)], bare)).kind, appends.length]).toEqual(["fenced", 0]);
  });

  it("does not count a unit that could not be built", async () => {
    const { lane, landed } = aLane();
    const broken = lane.append([aDraft(1)], () => {
      throw new Error("no unit");
    });
    await expect(broken).rejects.toThrow("no unit");
    await lane.append([aDraft(2)], bare);
    expect([lane.held(), landed]).toEqual([true, [2]]);
  });

  it("carries the raised fence after a take-over", async () => {
    const { lane } = aLane();
    expect(lane.fence).toBe(0);
    await lane.append([{ ...aDraft(1), takeOver: true }], bare);
    expect(lane.fence).toBe(1);
  });
});

function aLane(wrap: (store: LogStore) => LogStore = (store) => store) {
  const memory = openMemoryLogStore({ clock: new FakeClock(), projections: [] });
  const appends: (readonly Unit[])[] = [];
  const store = interceptAppend(memory, (append, context, units) => {
    appends.push(units);
    return append(context, units);
  });
  return { ...aLaneOn(wrap(store), EMPTY_HEAD), store: memory, appends };
}

function aLaneOn(store: LogStore, head: typeof EMPTY_HEAD) {
  const landed: unknown[] = [];
  const lane = new Lane({
    store,
    context: CONTEXT,
    random: systemRandom,
    stream: STREAM,
    head,
    onLanded: ({ entries }) => landed.push(...entries.map(({ data }) => data["operation"])),
  });
  return { lane, landed };
}

function aDraft(operation: number): EntryDraft {
  return { type: "run.recorded", actor: { id: "a", custody: "runtime" }, data: { operation } };
}
