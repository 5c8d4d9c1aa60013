import type { LogStore } from "@aura/store";
import { describe, expect, it } from "vitest";
import { executeRun } from "../src/index.ts";
import { aRun, anAgent, behind, executed, quiet } from "./support/a-run.ts";
import { watching } from "./support/watched-store.ts";

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

async function standing({ world }: Awaited<ReturnType<typeof aRun>>) {
  return { size: await world.store.size(world.context), sent: world.broker.sent.length };
}
