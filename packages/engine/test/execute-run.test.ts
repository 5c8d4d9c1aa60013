import { finishMission, raiseEpoch } from "@aura/mission";
import { AN_OWNER, aDefinition, aMission, interceptAppend, walkMission } from "@aura/mission/testing";
import { describe, expect, it } from "vitest";
import { RUN_RESULT_BYTES_MAX, type RunContext, STEP_RESULT_BYTES_MAX, agent, executeRun } from "../src/index.ts";
import { aRun, behind, executed, runEntries, story } from "./support/a-run.ts";

describe("a run", () => {
  it("records what it did, one entry a step and a delivery in the unit of each call's outcome", async () => {
    const run = await aRun();
    const end = await executed(run, async (mission, ctx) => {
      const note = await ctx.call("read_note", { path: "invoices.txt" });
      const total = await ctx.step("sum", () => ({ total: "42.00", note }));
      await ctx.sleep(1_000);
      await ctx.call("write_note", { path: "report.txt", content: total.total });
      return { objective: mission.objective, total: total.total };
    });
    expect(end).toEqual({
      kind: "completed",
      result: { objective: "Sum the invoices and write a report.", total: "42.00" },
    });
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.delivered 1 call read_note succeeded",
      "run.recorded 2 step sum succeeded",
      "run.recorded 3 sleep sleep",
      "run.delivered 3 sleep sleep woke",
      "run.delivered 4 call write_note succeeded",
      "run.ended completed",
    ]);
    const [outcome] = await run.world.store.streams(run.world.context, `mission/${run.mission.id}/call/1.1`);
    const delivered = (await runEntries(run))[1];
    const call = [];
    for await (const entry of run.world.store.read(run.world.context, outcome?.stream ?? "", 1)) call.push(entry.unit);
    expect(call).toEqual([delivered?.unit]);
  });

  it("answers its recorded end when it is executed again, and appends nothing", async () => {
    const run = await aRun();
    const first = await executed(run, async () => ({ total: "42.00" }));
    const size = await run.world.store.size(run.world.context);
    const again = await executed(run, async () => {
      throw new Error("not called again");
    });
    expect([again, await run.world.store.size(run.world.context)]).toEqual([first, size]);
  });

  it("answers its recorded failure when it is executed again, even when the mission is over", async () => {
    const run = await aRun();
    const first = await executed(run, async () => {
      throw new Error("no invoices");
    });
    await finishMission(run.world, run.mission.id, { kind: "FAILED" });
    expect(first).toEqual({ kind: "failed", code: "engine/function_failed", because: null, message: "no invoices" });
    expect(await executed(run, async () => null)).toEqual(first);
  });

  it("gives the function frozen members of its mission only", async () => {
    const run = await aRun();
    const end = await executed(run, async (mission) => ({ ...mission, frozen: Object.isFrozen(mission) }));
    const { id, deadlineMs = 0, timeoutMs } = run.mission;
    expect(end).toMatchObject({ result: { id, deadlineMs, timeoutMs, authority: "L1", frozen: true } });
  });

  it("sees time stand still between two facts", async () => {
    const run = await aRun();
    const startedMs = run.world.clock.nowMs();
    const end = await executed(run, async (_mission, ctx) => {
      const times = [ctx.now()];
      await ctx.sleep(60_000);
      times.push(ctx.now());
      return times;
    });
    expect(end).toEqual({ kind: "completed", result: [startedMs, startedMs + 60_000] });
  });

  it("refuses a mission that is not IN_PROGRESS, is another agent's, or does not exist", async () => {
    const { world, presenter } = await aRun();
    const queued = await aMission(world, { state: "PENDING_EXECUTION", definition: aDefinition() });
    const ask = (mission: string, name = "invoice-clerk") =>
      executeRun(world, { mission, agent: agent(name, "1", async () => null), presenter });
    await expect(ask(queued.id)).rejects.toMatchObject({ code: "engine/mission_not_in_progress" });
    await expect(ask(queued.id, "somebody")).rejects.toMatchObject({ code: "engine/wrong_agent" });
    await expect(ask("00000000-0000-7000-8000-000000000000")).rejects.toMatchObject({ code: "engine/mission_unknown" });
    await walkMission(world, queued, "CLOSED");
    await expect(ask(queued.id)).rejects.toMatchObject({ code: "engine/mission_not_in_progress" });
  });

  it("is claimed only while its mission stands as it was seen, and looks again when it moved", async () => {
    const run = await aRun();
    const { world, mission } = run;
    let moved = false;
    const moving = interceptAppend(world.store, async (append, ...args) => {
      if (!moved) {
        moved = true;
        await raiseEpoch(world, { kind: "mission", mission: mission.id }, { reason: "test", actor: AN_OWNER });
      }
      return append(...args);
    });
    expect(await executed(behind(run, moving), async () => "done")).toEqual({ kind: "completed", result: "done" });
    expect(await story(run)).toEqual(["run.started invoice-clerk 1", "run.ended completed"]);
  });

  it("is not begun for a mission that ended while it was read", async () => {
    const run = await aRun();
    const { world, mission } = run;
    let over = false;
    const finishing = interceptAppend(world.store, async (append, ...args) => {
      if (!over) {
        over = true;
        await finishMission(world, mission.id, { kind: "CANCELLED", code: "mission/cancelled" });
      }
      return append(...args);
    });
    await expect(executed(behind(run, finishing), async () => "done")).rejects.toMatchObject({
      code: "engine/mission_not_in_progress",
    });
    expect(await runEntries(run)).toEqual([]);
  });

  it("is lost when its mission is ended by somebody else", async () => {
    const run = await aRun();
    const { world, mission } = run;
    const end = await executed(run, async (_mission, ctx) => {
      await ctx.step("a", async () => {
        await finishMission(world, mission.id, { kind: "CANCELLED", code: "mission/cancelled" });
      });
      await ctx.call("write_note", { path: "a", content: "1" });
    });
    expect(end).toEqual({ kind: "lost", reason: "refused: mission/not_in_progress" });
    expect(world.broker.sent).toEqual([]);
  });

  it("runs operations that were not awaited before it ends", async () => {
    const run = await aRun();
    const end = await executed(run, async (_mission, ctx) => {
      void ctx.call("write_note", { path: "a", content: "1" });
      void ctx.sleep(100_000);
      return "done";
    });
    expect(end).toEqual({ kind: "completed", result: "done" });
    expect(run.world.broker.notes.get("a")).toBe("1");
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.delivered 1 call write_note succeeded",
      "run.ended completed",
    ]);
  });

  it("starts nothing more for a function that failed, and sees through what was begun", async () => {
    const run = await aRun();
    const end = await executed(run, async (_mission, ctx) => {
      const begun = ctx.call("write_note", { path: "a", content: "1" });
      await ctx.step("first", () => 1);
      void ctx.call("write_note", { path: "b", content: "2" });
      void begun;
      throw new Error("stop here");
    });
    expect(end).toMatchObject({ kind: "failed", message: "stop here" });
    expect([...run.world.broker.notes.keys()]).toEqual(["a"]);
    expect((await story(run)).at(-2)).toBe("run.delivered 1 call write_note succeeded");
  });
});

describe("what a function gets wrong is a clear failure", () => {
  const failing = async (body: (ctx: RunContext) => Promise<unknown>) =>
    executed(await aRun(), (_mission, ctx) => body(ctx) as Promise<null>);

  it.each<[string, (ctx: RunContext) => Promise<unknown>, object]>([
    ["a promise that nobody resolves", () => new Promise(() => undefined), { code: "engine/function_stalled" }],
    [
      "a promise of somebody else's",
      async (ctx) => {
        await ctx.step("a", () => 1);
        await new Promise((resolve) => setImmediate(resolve));
        return ctx.step("b", () => 1);
      },
      { code: "engine/function_stalled" },
    ],
    [
      "a promise of somebody else's beside an operation",
      async (ctx) => {
        const slow = ctx.step("slow", async () => {
          for (let turn = 0; turn < 9; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        });
        await new Promise((resolve) => setImmediate(resolve));
        await ctx.step("b", () => 1);
        await slow;
      },
      { code: "engine/foreign_await" },
    ],
    [
      "its context used inside a step",
      (ctx) =>
        ctx.step("outer", async () => {
          await ctx.step("inner", () => 1);
        }),
      { code: "engine/foreign_await" },
    ],
    ["a date", async () => ({ at: new Date(0) }), { code: "engine/result_not_json" }],
    ["a number that is none", async () => Number.NaN, { code: "engine/result_not_json" }],
    ["itself", async () => cycle(), { code: "engine/result_not_json" }],
    [
      "something thrown that is no error",
      async () => {
        throw "just a text"; // eslint-disable-line typescript/only-throw-error
      },
      { code: "engine/threw_no_error", message: "Something was thrown that is no error: just a text" },
    ],
    [
      "an error with a code",
      async () => {
        throw Object.assign(new Error("disk"), { code: "ENOSPC" });
      },
      { code: "engine/function_failed", because: "ENOSPC", message: "disk" },
    ],
    [
      "a failing step that nobody caught",
      (ctx) =>
        ctx.step("a", () => {
          throw Object.assign(new Error("gone"), { code: "ENOENT" });
        }),
      { code: "engine/step_failed", because: "ENOENT" },
    ],
    [
      "arguments that are not JSON",
      (ctx) => ctx.call("read_note", { path: 1n as never }),
      { code: "engine/arguments_not_json" },
    ],
    ["a nameless step", (ctx) => ctx.step("", () => 1), { code: "engine/name_invalid" }],
    ["a sleep into the past", (ctx) => ctx.sleep(-1), { code: "engine/duration_invalid" }],
  ])("%s", async (_what, body, expected) => {
    expect(await failing(body)).toMatchObject({ kind: "failed", ...expected });
  });

  it("a result of one byte more than RUN_RESULT_BYTES_MAX", async () => {
    const text = "x".repeat(RUN_RESULT_BYTES_MAX - 2);
    expect(await failing(async () => text)).toEqual({ kind: "completed", result: text });
    expect(await failing(async () => `${text}x`)).toMatchObject({ code: "engine/result_too_large" });
  });

  it("a step's result of one byte more than STEP_RESULT_BYTES_MAX, which the function may catch", async () => {
    const text = "x".repeat(STEP_RESULT_BYTES_MAX - 2);
    const size = async (ctx: RunContext, result: string) => {
      try {
        return (await ctx.step("a", () => result)).length;
      } catch (error) {
        return (error as { because: string }).because;
      }
    };
    expect(await failing((ctx) => size(ctx, text))).toEqual({ kind: "completed", result: text.length });
    expect(await failing((ctx) => size(ctx, `${text}x`))).toEqual({
      kind: "completed",
      result: "engine/result_too_large",
    });
  });

  it("gives a step that returns nothing back as nothing", async () => {
    expect(await failing(async (ctx) => (await ctx.step("a", () => undefined)) === undefined)).toEqual({
      kind: "completed",
      result: true,
    });
  });
});

describe("the deadline", () => {
  it("ends the run as expired: no further operation starts", async () => {
    const run = await aRun({ timeoutMs: 60_000 });
    let started = 0;
    const end = await executed(
      run,
      async (_mission, ctx) => {
        for (;;) {
          await ctx.step("work", () => (started += 1));
          await ctx.sleep(25_000);
        }
      },
      { past: "deadline" },
    );
    expect(end).toMatchObject({ kind: "failed", code: "mission/expired" });
    expect(started).toBe(3);
    expect((await story(run)).at(-1)).toBe("run.ended failed");
  });

  it("lets a call that was sent land before the run ends", async () => {
    const run = await aRun({ timeoutMs: 60_000 });
    run.world.broker.act = async (sending) => {
      run.world.timers.advanceTo(run.mission.deadlineMs ?? 0);
      return { kind: "succeeded", result: run.world.broker.effect(sending) };
    };
    const end = await executed(run, async (_mission, ctx) => ctx.call("write_note", { path: "a", content: "1" }), {
      past: "deadline",
    });
    expect(end).toMatchObject({ kind: "failed", code: "mission/expired" });
    expect((await story(run)).slice(-2)).toEqual(["run.delivered 1 call write_note succeeded", "run.ended failed"]);
  });

  it("does not wait for a step that hangs", async () => {
    const run = await aRun({ timeoutMs: 60_000 });
    const end = await executed(run, (_mission, ctx) => ctx.step("hangs", () => new Promise<null>(() => undefined)), {
      past: "deadline",
    });
    expect(end).toMatchObject({ kind: "failed", code: "mission/expired" });
  });
});

function cycle(): unknown {
  const self: Record<string, unknown> = {};
  self["self"] = self;
  return self;
}
