import { resolveCall } from "@aura/mission";
import { FakeGovernor, aTool } from "@aura/mission/testing";
import type { JsonObject } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { Presenter } from "../src/index.ts";
import { aPresenter, aRun, anAgent, executed, quiet, story } from "./support/a-run.ts";
import { aGate } from "./support/gate.ts";

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

  it("of a tool with a retry policy is presented again at each attempt's time, and its function sees one answer", async () => {
    const retry = { attempts: 3, initialMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0, totalMs: 600_000 };
    const run = await aRun({ tools: [aTool({ retry: { ...retry, never: [] } })] });
    const sentMs: number[] = [];
    run.world.broker.act = async (sending) => {
      sentMs.push(run.world.clock.nowMs());
      if (sentMs.length < 3) return { kind: "failed", code: "tool/busy", message: "Try later." };
      return { kind: "succeeded", result: run.world.broker.effect(sending) };
    };
    const end = await executed(run, async (_mission, ctx) => {
      await ctx.call("read_note", { path: "a" });
      return "read";
    });
    expect(end).toEqual({ kind: "completed", result: "read" });
    expect(sentMs.map((ms) => ms - (sentMs[0] ?? 0))).toEqual([0, 1_000, 3_000]);
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.delivered 1 call read_note succeeded",
      "run.ended completed",
    ]);
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
