import { interceptAppend } from "@aura/mission/testing";
import { describe, expect, it } from "vitest";
import type { AgentFunction, Presenter } from "../src/index.ts";
import { PRESENTATIONS_EXPIRED_MAX } from "../src/live-call.ts";
import { type TestRun, aRun, behind, executed, runEntries, story } from "./support/a-run.ts";

/** Longer than a proof lives, shorter than a token. */
const NAP_MS = 40_000;

const PROGRAM: AgentFunction = async (_mission, ctx) => {
  const read = await ctx.call("read_note", { path: "a" });
  const both = await ctx.all([ctx.step("one", () => 1), ctx.call("write_note", { path: "b", content: "2" })]);
  const caught = await ctx.call("send_mail", { path: "c" }).catch(({ because }: { because: string }) => because);
  await ctx.sleep(1_000);
  return { read, both, caught };
};
const RESULT = { read: null, both: [1, { ok: true }], caught: "mission/denied" };

/** The run on a machine that sleeps just before its `nth` append (from 0), and where a millisecond passes at each. */
async function aSleepyRun(nth: number): Promise<TestRun & { readonly slept: () => boolean }> {
  const run = await aRun();
  const { clock, governor, store } = run.world;
  const permit = governor.answer;
  governor.answer = (request) =>
    request.call?.tool.name === "send_mail" ? { kind: "DENY", rules: ["no-mail"] } : permit(request);
  let appends = 0;
  clock.advance(1);
  const sleepy = interceptAppend(store, async (append, ...args) => {
    if (appends === nth) clock.advance(NAP_MS);
    appends += 1;
    const answers = await append(...args);
    clock.advance(1);
    return answers;
  });
  return { ...behind(run, sleepy), slept: () => appends > nth };
}

describe("a machine that sleeps between building and commit", () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("before append %i: loses no run and sends nothing twice", async (nth) => {
    const run = await aSleepyRun(nth);
    expect(await executed(run, PROGRAM)).toEqual({ kind: "completed", result: RESULT });
    expect(run.slept()).toBe(true);
    expect(run.world.broker.sends()).toEqual({ "1.1": 1, "1.3": 1 });
    const answered = (await runEntries(run)).flatMap(({ data }) =>
      data["end"] === undefined ? [] : data["operation"],
    );
    expect(answered.toSorted((left, right) => Number(left) - Number(right))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("a presentation that expired while the machine slept", () => {
  /** A presenter whose machine sleeps after each of its first `times` proofs. */
  function sleeping({ world, presenter }: TestRun, times: number): Presenter & { readonly proofs: () => number } {
    let proofs = 0;
    return {
      ...presenter,
      proofs: () => proofs,
      async present(call) {
        const presented = await presenter.present(call);
        proofs += 1;
        if (proofs <= times) world.clock.advance(NAP_MS);
        return presented;
      },
    };
  }

  it("is made again: nothing was recorded of the first", async () => {
    const run = await aRun();
    const presenter = sleeping(run, 1);
    const end = await executed({ ...run, presenter }, async (_mission, ctx) => ctx.call("read_note", { path: "a" }));
    expect([end, presenter.proofs()]).toEqual([{ kind: "completed", result: null }, 2]);
    expect(await story(run)).toEqual([
      "run.started invoice-clerk 1",
      "run.delivered 1 call read_note succeeded",
      "run.ended completed",
    ]);
  });

  it("is recorded as denied after PRESENTATIONS_EXPIRED_MAX: the clocks do not agree", async () => {
    const run = await aRun();
    const presenter = sleeping(run, 99);
    const end = await executed({ ...run, presenter }, async (_mission, ctx) => ctx.call("read_note", { path: "a" }));
    expect(end).toMatchObject({ kind: "failed", code: "engine/call_denied", because: "trust/proof_expired" });
    expect([presenter.proofs(), run.world.broker.sent]).toEqual([PRESENTATIONS_EXPIRED_MAX, []]);
  });
});
