import { finishMission, raiseEpoch, resolveCall } from "@aura/mission";
import { AN_OWNER, FakeGovernor, aDefinition, aMission, interceptAppend, walkMission } from "@aura/mission/testing";
import type { LogStore } from "@aura/store";
import type { JsonObject } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  RUN_RESULT_BYTES_MAX,
  type Presenter,
  type RunContext,
  STEP_RESULT_BYTES_MAX,
  agent,
  executeRun,
} from "../src/index.ts";
import { aPresenter, aRun, anAgent, behind, executed, quiet, runEntries, story, whenSettled } from "./support/a-run.ts";

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

describe("a call", () => {
  it("that fails or is denied throws into the function, with the code and the rules behind it", async () => {
    const run = await aRun();
    run.world.broker.act = async () => ({ kind: "failed", code: "notes/missing", message: "There is no such note." });
    run.world.governor.answer = (request) =>
      request.call?.tool.name === "send_mail"
        ? { kind: "DENY", rules: ["no-mail"] }
        : new FakeGovernor().answer(request);
    const end = await executed(run, async (_mission, ctx) => {
      const caught: JsonObject[] = [];
      for (const [tool, args] of [
        ["read_note", { path: "a" }],
        ["send_mail", { path: "b" }],
      ] as const) {
        try {
          await ctx.call(tool, args);
        } catch (error) {
          const { code, because, rules, operation } = error as Record<string, string>;
          caught.push({ code, because, rules, operation } as JsonObject);
        }
      }
      return caught;
    });
    expect(end).toEqual({
      kind: "completed",
      result: [
        { code: "engine/call_failed", because: "notes/missing", rules: [], operation: "read_note" },
        { code: "engine/call_denied", because: "mission/denied", rules: ["no-mail"], operation: "send_mail" },
      ],
    });
    expect(run.world.broker.sent).toHaveLength(1);
  });

  it("whose presentation is refused is recorded as denied, and not sent", async () => {
    const run = await aRun();
    const presenter = { ...run.presenter, present: async () => ({ credential: "", token: "", proof: "" }) };
    const end = await executed({ ...run, presenter }, async (_mission, ctx) => {
      await ctx.call("read_note", { path: "a" });
    });
    expect(end).toMatchObject({ kind: "failed", code: "engine/call_denied", because: "trust/credential_missing" });
    expect(run.world.broker.sent).toEqual([]);
  });

  it("that was sent lands before a failure beside it ends the execution", async () => {
    const run = await aRun();
    const [sent, leave] = aGate();
    const [answered, answer] = aGate();
    run.world.broker.act = async (sending) => {
      leave();
      await answered;
      return { kind: "succeeded", result: run.world.broker.effect(sending) };
    };
    const presenter: Presenter = {
      ...run.presenter,
      async present(call) {
        if (call.tool !== "read_note") return run.presenter.present(call);
        await sent;
        throw new Error("no key");
      },
    };
    const program = anAgent(async (_mission, ctx) =>
      ctx.all([ctx.call("send_mail", { path: "a" }), ctx.call("read_note", { path: "a" })]),
    );
    const broken = executed({ ...run, presenter }, program);
    broken.catch(() => undefined);
    await quiet();
    answer();
    await expect(broken).rejects.toThrow("no key");
    expect(await executed(run, program)).toEqual({ kind: "completed", result: [{ ok: true }, null] });
    expect(run.world.broker.sends()).toEqual({ "1.1": 1, "1.2": 1 });
  });

  it("of unknown outcome is asked of its tool when that can tell, and then goes on", async () => {
    const run = await aRun();
    run.world.broker.act = async (sending) => {
      run.world.broker.effect(sending);
      return { kind: "unknown", reason: "The connection broke." };
    };
    const end = await executed(run, async (_mission, ctx) => {
      await ctx.call("write_note", { path: "a", content: "1" });
      return "written";
    });
    expect(end).toEqual({ kind: "completed", result: "written" });
    expect([run.world.broker.sent.length, run.world.broker.asked.length]).toEqual([1, 1]);
  });

  it("that only a person can settle parks the run, which goes on with what the person found", async () => {
    const run = await aRun();
    run.world.broker.act = async () => ({ kind: "unknown", reason: "The connection broke." });
    const program = anAgent(async (_mission, ctx) => ctx.call("send_mail", { path: "a" }));
    const parked = await executed(run, program);
    expect(parked).toMatchObject({ kind: "waits", for: "person" });
    const { world, mission } = run;
    const as = { kind: "succeeded", result: { sent: true } } as const;
    await resolveCall(world, { mission: mission.id, key: "1.1", person: "owner-1", as });
    expect(await executed(run, program)).toEqual({ kind: "completed", result: { sent: true } });
    expect([world.broker.sent.length, await story(run)]).toEqual([
      1,
      [
        "run.started invoice-clerk 1",
        "run.taken_over",
        "run.delivered 1 call send_mail succeeded",
        "run.ended completed",
      ],
    ]);
  });

  it("that waits for approval parks the run only when nothing else goes on, and is denied when silence ends", async () => {
    const run = await aRun({ timeoutMs: 86_400_000 });
    run.world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask-a-manager"] });
    const program = anAgent(async (_mission, ctx) => {
      const mail = ctx.call("send_mail", { path: "a" }).catch((error: { because: string }) => error.because);
      await ctx.sleep(1_000);
      await ctx.step("meanwhile", () => 1);
      return mail;
    });
    const parked = await executed(run, program);
    expect(parked).toEqual({ kind: "waits", for: "approval", untilMs: run.world.clock.nowMs() - 1_000 + 3_600_000 });
    run.world.clock.advance(3_600_000);
    const presenter = await aPresenter(run.world, run.mission);
    expect(await executed({ ...run, presenter }, program)).toEqual({
      kind: "completed",
      result: "mission/approval_expired",
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

describe("replay", () => {
  it("opens payloads and reads no stream of a call, however many calls were delivered", async () => {
    const run = await aRun();
    const { broker, governor, store } = run.world;
    broker.act = async (sending) =>
      sending.arguments["path"] === "missing"
        ? { kind: "failed", code: "notes/missing", message: "There is none." }
        : { kind: "succeeded", result: { zulu: 1, alpha: -0 } };
    const permit = governor.answer;
    governor.answer = (request) =>
      request.call?.tool.name === "send_mail" ? { kind: "DENY", rules: ["no-mail"] } : permit(request);
    const seen: unknown[][] = [];
    const program = anAgent(async (_mission, ctx) => {
      const own: unknown[] = [];
      seen.push(own);
      for (const [tool, path] of [
        ["read_note", "a"],
        ["read_note", "missing"],
        ["send_mail", "b"],
      ] as const) {
        const what = await ctx.call(tool, { path }).catch(({ code, because, rules, message }) => ({
          code,
          because,
          rules,
          message,
        }));
        own.push(JSON.stringify(what));
      }
      await ctx.step("gate", () => (seen.length === 1 ? new Promise<null>(() => undefined) : null));
    });
    void executeRun(run.world, { mission: run.mission.id, agent: program, presenter: run.presenter });
    await quiet();
    const read: string[] = [];
    const watched = new Proxy(store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== "function") return value;
        if (member !== "read") return value.bind(target) as unknown;
        return (...args: Parameters<LogStore["read"]>) => {
          read.push(args[1]);
          return store.read(...args);
        };
      },
    });
    expect(await executed(behind(run, watched), program)).toMatchObject({ kind: "completed" });
    expect(read.filter((stream) => stream.includes("/call/"))).toEqual([]);
    expect(seen).toEqual([seen[0], seen[0]]);
    expect(seen[0]?.[0]).toBe('{"alpha":0,"zulu":1}');
  });

  it("blocks a function that does not repeat its history: nothing appended, nothing sent", async () => {
    const run = await aRun();
    run.world.broker.act = async (sending) =>
      sending.tool.name === "send_mail"
        ? { kind: "unknown", reason: "The connection broke." }
        : { kind: "succeeded", result: null };
    const body = (args: { path: string }) =>
      anAgent(async (_mission, ctx) => {
        await ctx.step("first", () => 1);
        await ctx.call("read_note", { path: "a" });
        await ctx.call("send_mail", args);
      });
    expect(await executed(run, body({ path: "b" }))).toMatchObject({ kind: "waits" });
    const { size, sent } = await standing(run);
    const programs = {
      "another step": anAgent(async (_mission, ctx) => void (await ctx.step("other", () => 1))),
      "other arguments of an open call": body({ path: "c" }),
      "an open call that it does not make": anAgent(async (_mission, ctx) => {
        await ctx.step("first", () => 1);
        await ctx.call("read_note", { path: "a" });
      }),
      "another version": anAgent(async () => null, "2"),
    };
    const texts: Record<string, string> = {};
    for (const [name, program] of Object.entries(programs)) {
      const end = await executed(run, program);
      texts[name] = end.kind === "blocked" ? end.difference.text : end.kind;
    }
    expect(texts).toEqual({
      "another step": "Operation 1: the history holds step first; the function asks for step other.",
      "other arguments of an open call":
        "Operation 3: the history holds call send_mail; the function asks for call send_mail with other arguments at /path.",
      "an open call that it does not make":
        "Operation 3: the history holds call send_mail; the function asks for nothing.",
      "another version":
        "The run was started by agent invoice-clerk 1; it cannot be continued by agent invoice-clerk 2.",
    });
    expect(await standing(run)).toEqual({ size, sent });
  });

  it("starts no action before the whole history is delivered", async () => {
    const run = await aRun();
    const log: string[] = [];
    let hang = true;
    const program = anAgent(async (_mission, ctx) => {
      const slow = ctx.step("slow", () => (hang ? new Promise<null>(() => undefined) : (log.push("slow"), null)));
      await ctx.step("a", () => void log.push("a"));
      await ctx.step("b", () => void log.push("b"));
      await slow;
      return log.length;
    });
    const { world, mission, presenter } = run;
    void executeRun(world, { mission: mission.id, agent: program, presenter });
    await quiet();
    expect(log).toEqual(["a", "b"]);
    hang = false;
    const appends: number[] = [];
    const watched = behind(
      run,
      watching(world.store, () => appends.push(log.length)),
    );
    expect(await executed(watched, program)).toMatchObject({ kind: "completed" });
    expect([log, appends[0]]).toEqual([["a", "b", "slow"], 2]);
  });
});

describe("two executors of one run", () => {
  it("exactly one goes on, and the other sends and records nothing more", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const program = anAgent(async (_mission, ctx) => {
      await ctx.step("first", () => 1);
      await ctx.step("gate", () => gate);
      await ctx.call("write_note", { path: "a", content: "1" });
      return ctx.now();
    });
    const ask = () => executeRun(world, { mission: mission.id, agent: program, presenter });
    const zombie = ask();
    await quiet();
    const heir = ask();
    await quiet();
    open();
    expect(await Promise.all([zombie, heir])).toMatchObject([
      { kind: "lost", reason: "fenced" },
      { kind: "completed" },
    ]);
    expect(world.broker.sends()).toEqual({ "1.3": 1 });
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.recorded 1 step first succeeded",
      "run.taken_over",
      "run.recorded 2 step gate succeeded",
      "run.delivered 3 call write_note succeeded",
      "run.ended completed",
    ]);
  });

  it("exactly one starts a run that nobody began", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    const program = anAgent(async (_mission, ctx) => ctx.step("a", () => 1));
    const ask = () => executeRun(world, { mission: mission.id, agent: program, presenter });
    const ends = await whenSettled(world, Promise.all([ask(), ask(), ask()]), Infinity);
    expect(ends.map(({ kind }) => kind).toSorted()).toEqual(["completed", "lost", "lost"]);
  });

  it("a call that the other opened while the run was taken over is known to be open", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    const [mayPresent, letPresent] = aGate();
    const [maySend, letSend] = aGate();
    const { broker } = world;
    const send = broker.send.bind(broker);
    broker.send = async (sending) => {
      await maySend;
      return send(sending);
    };
    const slow: Presenter = {
      ...presenter,
      present: async (call) => {
        await mayPresent;
        return presenter.present(call);
      },
    };
    const program = anAgent(async (_mission, ctx) => ctx.call("write_note", { path: "a", content: "1" }));
    const zombie = executeRun(world, { mission: mission.id, agent: program, presenter: slow });
    await quiet();
    let taken = false;
    const racing = interceptAppend(world.store, async (append, ...args) => {
      if (!taken) {
        taken = true;
        letPresent(); // the zombie writes its intent just before the take-over
        await quiet();
      }
      return append(...args);
    });
    const refusing = { ...presenter, present: async () => ({ credential: "", token: "", proof: "" }) };
    const heir = await executed({ ...behind(run, racing), presenter: refusing }, program);
    letSend();
    expect([heir, await zombie]).toMatchObject([{ kind: "waits", for: "person" }, { kind: "lost" }]);
    expect([await story(run), broker.sent]).toEqual([["run.started invoice-clerk 1", "run.taken_over"], []]);
  });

  it("a call whose intent a zombie wrote is not sent by it after the take-over", async () => {
    const run = await aRun();
    const { world, mission, presenter } = run;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const held: boolean[] = [];
    const { broker } = world;
    const send = broker.send.bind(broker);
    let first = true;
    broker.send = async (sending) => {
      if (!first) return send(sending);
      first = false;
      await gate; // paused between the intent and the bytes
      held.push(await sending.stillHeld());
      return send(sending);
    };
    const program = anAgent(async (_mission, ctx) => ctx.call("write_note", { path: "a", content: "1" }));
    const zombie = executeRun(world, { mission: mission.id, agent: program, presenter });
    await quiet();
    const other = behind(run, sameLog(world.store));
    const heir = executed(other, program);
    await quiet();
    open();
    expect(await zombie).toMatchObject({ kind: "lost" });
    expect(await heir).toMatchObject({ kind: "completed" });
    expect([held, world.broker.sends()]).toEqual([[false], { "1.1": 1 }]);
  });
});

function aGate(): readonly [gate: Promise<void>, open: () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}

function cycle(): unknown {
  const self: Record<string, unknown> = {};
  self["self"] = self;
  return self;
}

async function standing({ world }: Awaited<ReturnType<typeof aRun>>) {
  return { size: await world.store.size(world.context), sent: world.broker.sent.length };
}

/** Tells of every append. */
function watching(store: LogStore, told: () => void): LogStore {
  return interceptAppend(store, (append, ...args) => {
    told();
    return append(...args);
  });
}

/** Another process's handle on the same log. */
function sameLog(store: LogStore): LogStore {
  return watching(store, () => undefined);
}
