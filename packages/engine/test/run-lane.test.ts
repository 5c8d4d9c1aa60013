import { TIME_BUILDS_MAX } from "@aura/mission";
import { interceptAppend } from "@aura/mission/testing";
import { type Answer, EMPTY_HEAD, type EntryDraft, type LogStore, type Unit, openMemoryLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { systemRandom } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { bare } from "../src/bare-unit.ts";
import { Lane } from "../src/run-lane.ts";

const STREAM = "mission/m1/run/1";
const CONTEXT = { namespace: "acme" };
/** Longer than the store lets an entry wait. */
const NAP_MS = 5_000;

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

  it("builds what came too late for its time again, and all that stands on it, in the same order", async () => {
    const { lane, landed, store, appends, sleepBefore } = aLane();
    await lane.append([aDraft(1)], bare);
    sleepBefore(2);
    const answers = await Promise.all([2, 3, 4].map((operation) => lane.append([aDraft(operation)], bare)));
    expect(answers.map(({ kind }) => kind)).toEqual(["appended", "appended", "appended"]);
    expect([landed, lane.held()]).toEqual([[1, 2, 3, 4], true]);
    const times: number[] = [];
    for await (const { timeMs } of store.read(CONTEXT, STREAM, 0)) times.push(timeMs);
    expect(times.slice(1)).toEqual([3, 4, 5].map(() => (times[0] ?? 0) + NAP_MS + 1));
    expect(appends.length).toBe(1 + 3 + 3);
  });

  it("builds again only what came too late, and what was asked for meanwhile stands behind it", async () => {
    const { lane, landed, sleepBefore } = aLane();
    sleepBefore(3);
    const first = [1, 2, 3].map((operation) => lane.append([aDraft(operation)], bare));
    const later = first.map((answer, index) => answer.then(() => lane.append([aDraft(4 + index)], bare)));
    const answers = await Promise.all([...first, ...later]);
    expect(answers.every(({ kind }) => kind === "appended")).toBe(true);
    expect([landed.slice(0, 3), landed.toSorted((left, right) => Number(left) - Number(right))]).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  it("is closed by a machine that sleeps before every commit, and says so", async () => {
    const { lane, landed, appends, sleepBefore } = aLane();
    sleepBefore(...Array.from({ length: 2 * TIME_BUILDS_MAX }, (_, index) => index + 1));
    const answers = await Promise.all([1, 2].map((operation) => lane.append([aDraft(operation)], bare)));
    expect(answers.map(({ kind }) => kind)).toEqual(["refused", "stale"]);
    expect([lane.closedBy, landed]).toEqual([{ kind: "refused", code: "store/time_off" }, []]);
    expect(appends.length).toBe(2 * TIME_BUILDS_MAX);
  });

  it("is fenced, not built again, when somebody took the run over while the machine slept", async () => {
    const { lane, landed, store, sleepBefore } = aLane();
    await lane.append([aDraft(1)], bare);
    await aLaneOn(store, await store.head(CONTEXT, STREAM)).lane.append([{ ...aDraft(9), takeOver: true }], bare);
    sleepBefore(2);
    expect((await lane.append([aDraft(2)], bare)).kind).toBe("fenced");
    expect([lane.held(), landed]).toEqual([false, [1]]);
  });

  it("is closed by a unit that cannot be built again", async () => {
    const { lane, sleepBefore } = aLane();
    sleepBefore(1);
    let builds = 0;
    const broken = lane.append([aDraft(1)], (write, id) => {
      builds += 1;
      if (builds === 2) throw new Error("no unit");
      return bare(write, id);
    });
    await expect(broken).rejects.toThrow("no unit");
    expect([lane.held(), (await lane.append([aDraft(2)], bare)).kind]).toEqual([false, "fenced"]);
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
  const clock = new FakeClock();
  const memory = openMemoryLogStore({ clock, projections: [] });
  const appends: (readonly Unit[])[] = [];
  const naps = new Set<number>();
  const store = interceptAppend(memory, (append, context, units) => {
    appends.push(units);
    if (naps.has(appends.length)) clock.advance(NAP_MS);
    return append(context, units);
  });
  /** The machine sleeps just before its `nth` append, from 1. Until then a millisecond passes, so that times differ. */
  const sleepBefore = (...nth: readonly number[]): void => {
    clock.advance(1);
    for (const number of nth) naps.add(number);
  };
  return { ...aLaneOn(wrap(store), EMPTY_HEAD), store: memory, appends, sleepBefore };
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
