import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogStore } from "@aura/store";
import { openMemoryLogStore, openSqliteLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Mission, Reservation } from "../src/index.ts";
import { callStream, missionProjection, performCall, resolveCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aMission, aTool, aWorld, interceptAppend, onStore, vote } from "../src/testing/index.ts";
import { WRITE, aWriteToolWithoutFind, entriesOf } from "./scenes.ts";

const COUNTER = "budget/spend/invoice-clerk/day";
const reserve = (delta: number, ceiling: number): readonly Reservation[] => [{ counter: COUNTER, delta, ceiling }];

let world: TestWorld;
let mission: Mission;

const spent = () => world.store.counter(world.context, COUNTER);
const present = async (key = "1.1") => performCall(world, await aCall(world, { mission: mission.id, key, ...WRITE }));

/** A budget as governance keeps it: PERMIT under the ceiling of the approved level; over it L2 is asked, then nobody. */
function keepBudget(delta: number, ceilings: { readonly L1: number; readonly L2: number }): void {
  const { answer } = world.governor;
  world.governor.answer = (request) => {
    if (request.kind === "mission") return answer(request);
    const level = request.facts["approval.level"] === "L2" ? "L2" : "L1";
    if (request.facts["refused.budget"] === "spend") {
      return level === "L1"
        ? { kind: "ESCALATE", level: "L2", rules: ["budget/spend"] }
        : { kind: "DENY", rules: ["budget/spend"] };
    }
    return { kind: "PERMIT", rules: ["permit-all"], reservations: reserve(delta, ceilings[level]) };
  };
}

describe("a reservation", () => {
  beforeEach(async () => {
    world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind()] });
    mission = await aMission(world);
    keepBudget(30, { L1: 50, L2: 100 });
  });

  it("stands in the intent and in its counter, and is kept by what succeeded", async () => {
    await present();
    const [sent, succeeded] = await entriesOf(world, callStream(mission.id, "1.1"));
    expect(sent?.data["reservations"]).toEqual([{ counter: COUNTER, delta: 30, ceiling: 50 }]);
    expect(succeeded?.data).not.toHaveProperty("reservations");
    expect(await spent()).toBe(30);
  });

  it.each(["failed", "not_sent"] as const)(
    "is given back, exactly, by what is known not to have happened: %s",
    async (kind) => {
      await present("1.1");
      world.broker.act = async () => {
        expect(await spent()).toBe(50);
        return { kind, code: "notes/full", message: "No." };
      };
      keepBudget(20, { L1: 50, L2: 100 });
      await present("1.2");
      expect(await spent()).toBe(30);
      const [, failed] = await entriesOf(world, callStream(mission.id, "1.2"));
      expect(failed?.data["reservations"]).toEqual([{ counter: COUNTER, delta: 20, ceiling: 50 }]);
    },
  );

  it("is kept by what nobody knows, and given back when a person says that it did not happen", async () => {
    world.broker.act = async () => ({ kind: "unknown", reason: "The line broke." });
    await present();
    expect(await spent()).toBe(30);
    const as = { kind: "failed", code: "notes/none", message: "Looked: nothing there." } as const;
    await resolveCall(world, { mission: mission.id, key: "1.1", person: "p-1", as });
    expect(await spent()).toBe(0);
  });

  it("is kept by a read that nobody answered: it may have been served", async () => {
    world.broker.act = async () => ({ kind: "unknown", reason: "The line broke." });
    keepBudget(1, { L1: 50, L2: 100 });
    const answer = await performCall(world, await aCall(world, { mission: mission.id, key: "1.3" }));
    expect(answer).toMatchObject({ end: { kind: "failed", code: "call/no_answer" } });
    expect(await spent()).toBe(3);
  });

  it("that does not fit is told to the rules, which may ask people; what they approve has its own ceiling", async () => {
    await present("1.1");
    expect(await present("1.2")).toMatchObject({ kind: "waits", for: "approval" });
    expect(world.governor.asked.at(-1)?.facts).toMatchObject({
      "time.day": "2026-11-24",
      "refused.counter": COUNTER,
      "refused.budget": "spend",
    });
    expect(await spent()).toBe(30);
    await vote(world, { mission: mission.id, call: "1.2", person: "manager-1" });
    expect(await present("1.2")).toMatchObject({ end: { kind: "succeeded" } });
    expect(await spent()).toBe(60);
    expect(await present("1.3")).toMatchObject({ kind: "waits", for: "approval" });
    await vote(world, { mission: mission.id, call: "1.3", person: "manager-1" });
    expect(await present("1.3")).toMatchObject({ end: { kind: "succeeded" } });
    await present("1.4");
    await vote(world, { mission: mission.id, call: "1.4", person: "manager-1" });
    expect(await present("1.4")).toMatchObject({ end: { kind: "denied", rules: ["budget/spend"] } });
    expect(await spent()).toBe(90);
  });

  it("of an attempt that is made again after an unknown outcome comes on top of the old one", async () => {
    world.catalogue.tools.set("write_note", aTool({ ...aWriteToolWithoutFind(), repeatable: true }));
    mission = await aMission(world);
    keepBudget(10, { L1: 50, L2: 100 });
    let attempts = 0;
    world.broker.act = async (sending) => {
      attempts += 1;
      if (attempts === 1) return { kind: "unknown", reason: "The line broke." };
      return { kind: "succeeded", result: world.broker.effect(sending) };
    };
    expect(await present()).toMatchObject({ end: { kind: "succeeded" } });
    expect(await spent()).toBe(20);
  });

  it("of an attempt that its tool says did not happen is replaced, not doubled", async () => {
    world = await aWorld();
    mission = await aMission(world);
    keepBudget(30, { L1: 30, L2: 30 });
    world.broker.act = async () => ({ kind: "unknown", reason: "The line broke." });
    expect(await present()).toMatchObject({ kind: "waits", for: "tool" });
    world.broker.act = async (sending) => ({ kind: "succeeded", result: world.broker.effect(sending) });
    world.clock.advance(60_000);
    expect(await present()).toMatchObject({ end: { kind: "succeeded" } });
    expect(await spent()).toBe(30);
    const sent = (await entriesOf(world, callStream(mission.id, "1.1"))).filter(({ type }) => type === "call.sent");
    expect(sent.map(({ data }) => data["givesBack"])).toEqual([undefined, sent[0]?.data["reservations"]]);
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
  });

  it("that was refused at one level is tried at another that people approved meanwhile", async () => {
    keepBudget(30, { L1: 30, L2: 60 });
    await present("1.1");
    await present("1.2");
    let refusals = 0;
    const store = interceptAppend(world.store, async (append, ...args) => {
      const answers = await append(...args);
      if (answers[0]?.kind === "refused" && refusals === 0) {
        refusals += 1;
        await vote(world, { mission: mission.id, call: "1.2", person: "manager-1" });
      }
      return answers;
    });
    const request = await aCall(world, { mission: mission.id, key: "1.2", ...WRITE });
    expect(await performCall(onStore(world, store), request)).toMatchObject({ end: { kind: "succeeded" } });
    expect([refusals, await spent()]).toEqual([1, 60]);
  });

  it("is given back by a failure that is tried again, and made anew by the next intent, with the same votes", async () => {
    const retry = { attempts: 3, initialMs: 100, factor: 1, maxMs: 100, jitter: 0, totalMs: 10_000 };
    world = await aWorld({ tools: [aTool(), aTool({ ...aWriteToolWithoutFind(), retry })] });
    mission = await aMission(world);
    keepBudget(30, { L1: 0, L2: 30 });
    expect(await present()).toMatchObject({ kind: "waits", for: "approval" });
    await vote(world, { mission: mission.id, call: "1.1", person: "manager-1" });
    world.broker.act = async () => ({ kind: "not_sent", code: "gateway/unreachable", message: "Nothing was sent." });
    expect(await present()).toMatchObject({ kind: "waits", for: "tool" });
    expect(await spent()).toBe(0);
    world.broker.act = async (sending) => ({ kind: "succeeded", result: world.broker.effect(sending) });
    world.clock.advance(100);
    expect(await present()).toMatchObject({ end: { kind: "succeeded" } });
    expect(await spent()).toBe(30);
    const sent = (await entriesOf(world, callStream(mission.id, "1.1"))).filter(({ type }) => type === "call.sent");
    expect(sent.map(({ data }) => data["votes"])).toEqual([[2], [2]]);
  });

  it("that rules permit again though it was refused ends the call as mission/budget_spent", async () => {
    world.governor.answerCalls({ kind: "PERMIT", rules: ["stubborn"], reservations: reserve(30, 29) });
    expect(await present()).toMatchObject({ end: { kind: "denied", code: "mission/budget_spent" } });
    expect([await spent(), world.broker.sent.length]).toEqual([0, 0]);
  });

  it("leaves tables that are the fold of the log", async () => {
    await present("1.1");
    world.broker.act = async () => ({ kind: "failed", code: "notes/full", message: "No." });
    await present("1.2");
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
  });
});

describe.each(["memory", "SQLite"] as const)("64 calls at once, with budget for one, on %s", (kind) => {
  const CALLS = 64;
  let folder: string;
  let store: LogStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "aura-reservation-"));
    const clock = new FakeClock();
    const options = { clock, projections: [missionProjection] };
    store =
      kind === "memory"
        ? openMemoryLogStore(options)
        : await openSqliteLogStore({ ...options, path: join(folder, "log.db") });
    world = await aWorld({ store, clock });
    mission = await aMission(world);
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it("admit exactly one", async () => {
    world.governor.answerCalls({ kind: "PERMIT", rules: ["p"], reservations: reserve(60, 100) });
    const { answer } = world.governor;
    world.governor.answer = (request) =>
      "refused.budget" in request.facts ? { kind: "DENY", rules: ["budget/spend"] } : answer(request);
    const answers = await Promise.all(Array.from({ length: CALLS }, (_, nth) => present(`1.${nth}`)));
    const ends = answers.map((one) => (one.kind === "ended" ? one.end.kind : one.kind));
    expect(ends.filter((end) => end === "succeeded")).toHaveLength(1);
    expect(ends.filter((end) => end === "denied")).toHaveLength(CALLS - 1);
    expect(world.broker.sent).toHaveLength(1);
    expect(await spent()).toBe(60);
  });

  it("admit exactly one more when people approve all of them", async () => {
    keepBudget(60, { L1: 60, L2: 120 });
    const keys = Array.from({ length: 16 }, (_, nth) => `1.${nth}`);
    await Promise.all(keys.map(present));
    expect(await spent()).toBe(60);
    for (const key of keys.slice(1)) {
      const waiting = { mission: mission.id, call: key, person: "manager-1" };
      await vote(world, waiting).catch((error: unknown) => {
        if ((error as Error).message !== "nobody is asked about that") throw error;
      });
    }
    await Promise.all(keys.map(present));
    expect(await spent()).toBe(120);
    expect(world.broker.sent).toHaveLength(2);
  });
});
