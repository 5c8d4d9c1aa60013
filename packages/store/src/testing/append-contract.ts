import { expect, it } from "vitest";
import { EMPTY_HEAD, TIME_TOLERANCE_MS, headAfter } from "../index.ts";
import type { Entry } from "@aura/trust";
import type { Unit } from "../index.ts";
import { TEST_TIME_MS, aChange, aNamespace, aPayload, aUnit, anEntryDraft, appendTo } from "./builders.ts";
import { collect, contractWorld, kinds } from "./contract-world.ts";
import type { OpenLogStore } from "./contract-world.ts";

const acme = aNamespace();

/** How units are judged and what an append leaves. */
export function appendContract(open: OpenLogStore): void {
  const world = contractWorld(open);

  it("appends a unit whole and answers the position of each entry", async () => {
    const { store } = await world();
    const [answer] = await store.append(acme, [
      aUnit({ writes: [{ stream: "control", drafts: [anEntryDraft(), anEntryDraft()] }, { stream: "mission/m1" }] }),
    ]);
    expect(answer).toEqual({ kind: "appended", positions: [0, 1, 2] });
    expect(await store.size(acme)).toBe(3);
    expect(await store.position(acme, "mission/m1", 1)).toBe(2);
  });

  it("answers an empty batch with nothing", async () => {
    const { store } = await world();
    expect(await store.append(acme, [])).toEqual([]);
    expect(await store.size(acme)).toBe(0);
  });

  it("gives back every entry as it was written, with its leaf", async () => {
    const { store } = await world();
    const drafts = [
      anEntryDraft({ data: { text: "Größe €5 🧾 \u0000", nested: [1, null, { deep: true }] } }),
      anEntryDraft(),
    ];
    const unit = aUnit({ writes: [{ stream: "mission/m1", drafts }] });
    await store.append(acme, [unit]);
    const logged = await collect(store.readLog(acme, 0));
    expect(logged.map(({ entry }) => entry)).toEqual(entriesOf(unit));
    expect(logged[1]?.leaf).toBe(headAfter(EMPTY_HEAD, entriesOf(unit)).hash);
  });

  it("keeps an entry as it was appended when its writer changes the object afterwards", async () => {
    const { store } = await world();
    const data = { text: "before" };
    await store.append(acme, [aUnit({ writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ data })] }] })]);
    data.text = "after";
    const [entry] = await collect(store.read(acme, "mission/m1", 0));
    expect(entry?.data).toEqual({ text: "before" });
  });

  it("lets exactly one of two writers of the same version win, and gives the loser the head", async () => {
    const { store } = await world();
    const winner = aUnit();
    const [answer] = await store.append(acme, [winner]);
    const [rival] = await store.append(acme, [aUnit()]);
    expect(answer?.kind).toBe("appended");
    expect(rival).toEqual({ kind: "stale", stream: "mission/m1", head: headAfter(EMPTY_HEAD, entriesOf(winner)) });
    expect(await store.size(acme)).toBe(1);
  });

  it("appends the same unit once: the second time it is stale", async () => {
    const { store } = await world();
    const unit = aUnit();
    expect(kinds(await store.append(acme, [unit, unit]))).toEqual(["appended", "stale"]);
    expect(kinds(await store.append(acme, [unit]))).toEqual(["stale"]);
  });

  it("appends nothing of a unit when one of its writes is stale", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "mission/m1" });
    const payload = aPayload();
    const drafts = [anEntryDraft({ payloads: { note: payload.commitment } })];
    const unit = aUnit({ writes: [{ stream: "mission/m2", drafts }, { stream: "mission/m1" }], payloads: [payload] });
    expect(kinds(await store.append(acme, [unit]))).toEqual(["stale"]);
    expect(await store.head(acme, "mission/m2")).toEqual(EMPTY_HEAD);
    expect(await store.payload(acme, payload.commitment)).toBeUndefined();
  });

  it("judges a batch unit by unit on the heads that the earlier ones left", async () => {
    const { store } = await world();
    const first = aUnit();
    const second = aUnit({ writes: [{ stream: "mission/m1", head: headAfter(EMPTY_HEAD, entriesOf(first)) }] });
    const rival = aUnit();
    expect(await store.append(acme, [first, second, rival])).toEqual([
      { kind: "appended", positions: [0] },
      { kind: "appended", positions: [1] },
      { kind: "stale", stream: "mission/m1", head: headAfter(EMPTY_HEAD, entriesOf(second)) },
    ]);
  });

  it("finds a unit stale when the unit it was built on was not appended", async () => {
    const { store } = await world();
    const first = aUnit({
      writes: [{ stream: "mission/m1", drafts: [aChange({ add: [{ counter: "c", delta: 1, ceiling: 0 }] })] }],
    });
    const second = aUnit({ writes: [{ stream: "mission/m1", head: headAfter(EMPTY_HEAD, entriesOf(first)) }] });
    expect(kinds(await store.append(acme, [first, second]))).toEqual(["refused", "stale"]);
    expect(await store.size(acme)).toBe(0);
  });

  it("finds a unit stale that links to another entry at the same version", async () => {
    const { store } = await world();
    const lost = aUnit({ writes: [{ stream: "mission/m1", drafts: [anEntryDraft({ data: { text: "lost" } })] }] });
    const built = aUnit({ writes: [{ stream: "mission/m1", head: headAfter(EMPTY_HEAD, entriesOf(lost)) }] });
    await appendTo(store, acme, { stream: "mission/m1" });
    expect(kinds(await store.append(acme, [built]))).toEqual(["stale"]);
  });

  it("raises the fence with a take-over and fences every writer and reader of the old one", async () => {
    const { store } = await world();
    const stream = "mission/m1/run/1";
    const before = await store.head(acme, stream);
    await appendTo(store, acme, { stream, drafts: [anEntryDraft({ takeOver: true }), anEntryDraft()] });
    const head = await store.head(acme, stream);
    expect(head).toMatchObject({ version: 2, fence: 1 });
    const [zombie, reader, heir] = await store.append(acme, [
      aUnit({ writes: [{ stream, head: before }] }),
      aUnit({ reads: [{ stream, fence: 0 }] }),
      aUnit({ writes: [{ stream, head }], reads: [] }),
    ]);
    expect(zombie).toEqual({ kind: "fenced", stream, head });
    expect(reader).toEqual({ kind: "fenced", stream, head });
    expect(heir?.kind).toBe("appended");
  });

  it("verifies reads: a stream that moved is moved, one that stands is fine, one that does not exist has version 0", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "control" });
    const answers = await store.append(acme, [
      aUnit({ reads: [{ stream: "control", version: 0 }] }),
      aUnit({
        reads: [
          { stream: "control", version: 1 },
          { stream: "agent/a", version: 0 },
          { stream: "agent/b", fence: 0 },
        ],
      }),
    ]);
    expect(answers).toEqual([
      { kind: "moved", stream: "control", head: await store.head(acme, "control") },
      { kind: "appended", positions: [1] },
    ]);
  });

  it("judges fenced before stale before moved before refused", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "read" });
    await appendTo(store, acme, { stream: "written" });
    await appendTo(store, acme, { stream: "leased", drafts: [anEntryDraft({ takeOver: true })] });
    const over = aChange({ add: [{ counter: "c", delta: 1, ceiling: 0 }] });
    const head = await store.head(acme, "written");
    const moved = { stream: "read", version: 0 } as const;
    const fenced = { stream: "leased", fence: 0 } as const;
    const answers = await store.append(acme, [
      aUnit({ writes: [{ stream: "written", drafts: [over] }], reads: [moved, fenced] }),
      aUnit({ writes: [{ stream: "written", drafts: [over] }], reads: [moved] }),
      aUnit({ writes: [{ stream: "written", head, drafts: [over] }], reads: [moved] }),
      aUnit({ writes: [{ stream: "written", head, drafts: [over] }] }),
    ]);
    expect(kinds(answers)).toEqual(["fenced", "stale", "moved", "refused"]);
  });

  it("accepts an entry's time up to the tolerance from store time and refuses it one past", async () => {
    const { store } = await world();
    const offsets = [TIME_TOLERANCE_MS, -TIME_TOLERANCE_MS, TIME_TOLERANCE_MS + 1, -TIME_TOLERANCE_MS - 1];
    const units = offsets.map((offsetMs, index) =>
      aUnit({ timeMs: TEST_TIME_MS + offsetMs, writes: [{ stream: `mission/m${index}` }] }),
    );
    const refused = { kind: "refused", code: "store/time_off" };
    expect(await store.append(acme, units)).toEqual([
      { kind: "appended", positions: [0] },
      { kind: "appended", positions: [1] },
      refused,
      refused,
    ]);
  });

  it("accepts a far time that repeats the one before it in its stream", async () => {
    const { store, clock } = await world();
    await appendTo(store, acme, { stream: "mission/m1" });
    const head = await store.head(acme, "mission/m1");
    clock.advance(60_000);
    const repeats = aUnit({
      timeMs: head.timeMs,
      writes: [{ stream: "mission/m1", head, drafts: [anEntryDraft(), anEntryDraft()] }],
    });
    expect(await store.append(acme, [repeats])).toEqual([{ kind: "appended", positions: [1, 2] }]);
  });

  it("refuses a time before the one before it in its stream, however near to store time", async () => {
    const { store } = await world();
    await appendTo(store, acme, { stream: "mission/m1" });
    const head = await store.head(acme, "mission/m1");
    const back = aUnit({ timeMs: 0, writes: [{ stream: "mission/m1", head: { ...head, timeMs: head.timeMs - 1 } }] });
    expect(await store.append(acme, [back])).toEqual([{ kind: "refused", code: "store/time_off" }]);
  });

  it("never lets store time go back, and lets it go on while the clock catches up", async () => {
    const { store, clock } = await world();
    const startMs = store.nowMs();
    clock.advance(-10_000);
    expect(store.nowMs()).toBe(startMs);
    clock.advance(1_000);
    expect(store.nowMs()).toBe(startMs + 500);
    clock.advance(60_000);
    expect(store.nowMs()).toBe(clock.nowMs());
  });

  it("refuses a malformed unit before anything of its call is appended", async () => {
    const { store } = await world();
    const malformed: Unit = { ...aUnit({ writes: [{ stream: "mission/m2" }] }), payloads: [aPayload()] };
    await expect(store.append(acme, [aUnit(), malformed])).rejects.toMatchObject({ code: "store/malformed_unit" });
    expect(await store.size(acme)).toBe(0);
  });

  it("refuses everything once it is closed", async () => {
    const { store } = await world();
    await store.close();
    await expect(store.append(acme, [aUnit()])).rejects.toMatchObject({ code: "store/closed" });
    await expect(store.head(acme, "control")).rejects.toMatchObject({ code: "store/closed" });
    await expect(collect(store.readLog(acme, 0))).rejects.toMatchObject({ code: "store/closed" });
    await expect(store.close()).resolves.toBeUndefined();
  });
}

function entriesOf(unit: Unit): Entry[] {
  return unit.writes.flatMap(({ entries }) => entries);
}
