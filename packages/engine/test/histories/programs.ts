import type { AgentFunction } from "../../src/index.ts";

/** The programs whose histories are kept. Never change one: a history that it does not repeat is a broken promise. */
export const PROGRAMS: { readonly [name: string]: AgentFunction } = {
  "calls-and-steps": async (mission, ctx) => {
    const before = await ctx.call("read_note", { path: "report", count: 1 });
    const sum = await ctx.step("sum", () => ({ total: "42.00", lines: [1, 2, 3], vat: null }));
    await ctx.sleep(60_000);
    const written = await ctx.call("write_note", { path: "report", content: sum.total });
    await ctx.step("nothing", () => undefined);
    return { agent: mission.agent, objective: mission.objective, before, sum, written, minutes: elapsed(mission, ctx.now()) };
  },
  interleaved: async (mission, ctx) => {
    const seen: string[] = [];
    const noted = async (name: string, turns: number): Promise<string> => {
      const result = await ctx.step(name, () => after(turns, name));
      seen.push(`${result} ${elapsed(mission, ctx.now())}`);
      return result;
    };
    const first = await Promise.race([noted("slow", 9), noted("fast", 2), ctx.sleep(60_000).then(() => "sleep")]);
    const all = await ctx.all([noted("a", 6), noted("b", 1), noted("c", 3), ctx.call("append_note", { path: "log", content: first })]);
    await ctx.sleep(0);
    return { first, all, seen: [...seen] };
  },
  failures: async (_mission, ctx) => {
    const caught: { code: string; because: string | null; message: string }[] = [];
    const attempt = async (act: () => Promise<unknown>): Promise<void> => {
      try {
        await act();
      } catch (error) {
        const { code, because, message } = error as { code: string; because?: string | null; message: string };
        caught.push({ code, because: because ?? null, message });
      }
    };
    await attempt(() => ctx.step("throws", () => Promise.reject(Object.assign(new Error("no room"), { code: "ENOSPC" }))));
    await attempt(() => ctx.step("date", () => new Date(0) as never));
    await attempt(() => ctx.call("read_note", { path: "missing" }));
    await attempt(() => ctx.call("send_mail", { path: "refused" }));
    await attempt(() => ctx.sleep(-1));
    await attempt(() => ctx.all([ctx.step("fine", () => 1), ctx.step("bad", () => Promise.reject(new Error("bad")))]));
    return caught;
  },
};

function elapsed(mission: { readonly deadlineMs: number; readonly timeoutMs: number }, nowMs: number): number {
  return nowMs - (mission.deadlineMs - mission.timeoutMs);
}

async function after(turns: number, value: string): Promise<string> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return value;
}
