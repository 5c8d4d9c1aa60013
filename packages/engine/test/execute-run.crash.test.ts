import { type CrashSide, SimulatedCrash, interceptAppend } from "@aura/mission/testing";
import type { JsonObject } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { AgentFunction } from "../src/index.ts";
import { type TestRun, aPresenter, aRun, behind, executed, mortal, runEntries } from "./support/a-run.ts";

/** Calls of each class, steps side by side, sleeps, a race, and a failure that is caught. */
const program =
  (ran: string[]): AgentFunction =>
  async (_mission, ctx) => {
    const before = await ctx.call("read_note", { path: "report" });
    const [left, right] = await ctx.all([
      ctx.step("left", () => (ran.push("left"), 1)),
      ctx.step("right", async () => (ran.push("right"), 2)),
      ctx.sleep(1_000),
    ]);
    const failure = await ctx
      .step("fails", () => {
        throw Object.assign(new Error("no"), { code: "E_NO" });
      })
      .catch((error: { because: string }) => error.because);
    await ctx.all([
      ctx.call("write_note", { path: "report", content: "42.00" }),
      ctx.call("append_note", { path: "log", content: "written" }),
    ]);
    const first = await Promise.race([ctx.step("fast", () => "fast"), ctx.sleep(60_000)]);
    return { before, left, right, failure, first: first ?? "late", slept: ctx.now() > 0 };
  };

const RESULT = {
  kind: "completed",
  result: { before: null, left: 1, right: 2, failure: "E_NO", first: "fast", slept: true },
};

/** Appends of the program when nothing dies: start, 3 calls of 2 units, 4 steps, 2 sleeps set, 1 woke, end. */
const APPENDS = 15;

describe("a process that dies", () => {
  it("is tried at every append of the program", async () => {
    const run = await aRun();
    const before = await run.world.store.size(run.world.context);
    let appends = 0;
    const counted = behind(
      run,
      interceptAppend(run.world.store, (append, ...args) => {
        appends += 1;
        return append(...args);
      }),
    );
    expect(await executed(counted, program([]))).toEqual(RESULT);
    expect(appends).toBe(APPENDS);
    // Each call's outcome lands together with its delivery.
    expect((await run.world.store.size(run.world.context)) - before).toBe(APPENDS + 3);
  });

  it.each(bothSidesOfAppend(APPENDS))(
    "loses nothing and repeats nothing recorded $side append $nth",
    async ({ nth, side }) => {
      const run = await aRun();
      const { world } = run;
      const ran: string[] = [];
      const dying = mortal(run, nth, side);
      await expect(executed(dying, program(ran))).rejects.toThrow(SimulatedCrash);
      const recorded = await recordedOperations(run);

      expect(await executed(run, program(ran))).toEqual(RESULT);

      expect(world.broker.notes.get("report")).toBe("42.00");
      expect(await recordedOperations(run)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect((await runEntries(run)).filter(({ type }) => type === "run.ended")).toHaveLength(1);
      const sends = world.broker.sends();
      expect(sends["1.6"], "a write is sent once, whatever dies: its tool is asked").toBe(1);
      expect(sends["1.1"]).toBeLessThanOrEqual(2);
      expect(sends["1.7"]).toBeLessThanOrEqual(2);
      for (const operation of recorded) expect(sends[`1.${operation}`] ?? 1, "recorded, so sent once").toBe(1);
      for (const name of ["left", "right"]) expect(ran.filter((one) => one === name).length).toBeLessThanOrEqual(2);
    },
  );

  it("twice in a row at every pair of early appends, ends the same", async () => {
    for (const first of [1, 3, 5]) {
      for (const second of [0, 1, 2, 4]) {
        const run = await aRun();
        await expect(executed(mortal(run, first, "after"), program([]))).rejects.toThrow(SimulatedCrash);
        await expect(executed(mortal(run, second, "before"), program([]))).rejects.toThrow(SimulatedCrash);
        expect(await executed(run, program([])), `${first}, ${second}`).toEqual(RESULT);
        expect(run.world.broker.sends()["1.6"]).toBe(1);
      }
    }
  });
});

it("waits for the rest of a sleep only, when the process died in it", async () => {
  const run = await aRun();
  const startedMs = run.world.clock.nowMs();
  const sleeper: AgentFunction = async (_mission, ctx) => {
    await ctx.sleep(60_000);
    return ctx.now();
  };
  await expect(executed(mortal(run, 1, "after"), sleeper)).rejects.toThrow(SimulatedCrash);
  run.world.clock.advance(45_000);
  expect(await executed(run, sleeper)).toEqual({ kind: "completed", result: startedMs + 60_000 });
});

describe("a call that was sent when the process died", () => {
  /** Sent and done, and its outcome was not recorded. */
  const SENT = 2;
  const mailer: AgentFunction = async (_mission, ctx) => {
    await ctx.call("write_note", { path: "a", content: "1" });
    return "written";
  };

  it("is seen through even when the deadline has passed meanwhile", async () => {
    const run = await aRun({ timeoutMs: 60_000 });
    await expect(executed(mortal(run, SENT, "before"), mailer)).rejects.toThrow(SimulatedCrash);
    run.world.clock.advance(120_000);
    const presenter = await aPresenter(run.world, run.mission);
    const end = await executed({ ...run, presenter }, mailer, { past: "deadline" });
    expect(end).toMatchObject({ kind: "failed", code: "mission/expired" });
    expect(await recordedOperations(run)).toEqual([1]);
    expect([run.world.broker.sent.length, run.world.broker.asked.length]).toEqual([1, 1]);
  });

  it("waits for a person, and is never called denied, when it cannot be presented any more", async () => {
    const run = await aRun();
    await expect(executed(mortal(run, SENT, "before"), mailer)).rejects.toThrow(SimulatedCrash);
    const presenter = { ...run.presenter, present: async () => ({ credential: "", token: "", proof: "" }) };
    expect(await executed({ ...run, presenter }, mailer)).toMatchObject({ kind: "waits", for: "person" });
    expect(await recordedOperations(run)).toEqual([]);
    expect(await executed(run, mailer)).toEqual({ kind: "completed", result: "written" });
    expect(run.world.broker.sends()).toEqual({ "1.1": 1 });
  });
});

it("gives a step the same key again when the process died before its record", async () => {
  const run = await aRun();
  const keys: string[] = [];
  const stepper: AgentFunction = async (_mission, ctx) => {
    await ctx.step("one", (key) => void keys.push(key));
    await ctx.step("two", (key) => void keys.push(key));
  };
  await expect(executed(mortal(run, 1, "before"), stepper)).rejects.toThrow(SimulatedCrash);
  await executed(run, stepper);
  const place = `acme/${run.mission.id}/1`;
  expect(keys).toEqual([`${place}.1`, `${place}.1`, `${place}.2`]);
});

function bothSidesOfAppend(count: number): readonly { readonly nth: number; readonly side: CrashSide }[] {
  return Array.from({ length: count }, (_, nth) => nth).flatMap((nth) => [
    { nth, side: "before" as const },
    { nth, side: "after" as const },
  ]);
}

/** Operations that the run's stream answers, ascending. */
async function recordedOperations(run: TestRun): Promise<readonly number[]> {
  const entries = await runEntries(run);
  const answers = entries.filter(({ data }: { data: JsonObject }) => data["end"] !== undefined);
  return answers.map(({ data }) => Number(data["operation"])).toSorted((one, other) => one - other);
}
