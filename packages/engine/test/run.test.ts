import { describe, expect, it } from "vitest";
import type { AgentMission } from "../src/agent.ts";
import type { Ask } from "../src/ask.ts";
import { contextOf, type RunContext } from "../src/context.ts";
import type { Fact, Outcome } from "../src/fact.ts";
import { GuestRun } from "../src/guest-run.ts";
import { inProcessHost } from "../src/in-process-host.ts";
import { replay } from "../src/replay.ts";
import { Run } from "../src/run.ts";
import { turn } from "../src/turn.ts";
import { anAgent } from "./support/a-run.ts";

const NEVER_MS = Number.MAX_SAFE_INTEGER;

describe("run", () => {
  it("numbers operations in the order in which the function asks", async () => {
    const run = await started(async (ctx) => {
      await ctx.all([ctx.step("a", act), ctx.call("find", { id: 1 }), ctx.sleep(5)]);
    });
    expect(run.takeAsked().map(({ number, ask }) => [number, ask.kind, ask.name, ask.detail])).toEqual([
      [1, "step", "a", ""],
      [2, "call", "find", '{"id":1}'],
      [3, "sleep", "sleep", "5"],
    ]);
  });

  it("asks a model as a call of the tool `model`", async () => {
    const request = { messages: [{ role: "user", content: "Sum it." }], tools: [] } as const;
    const run = await started((ctx) => ctx.model(request));
    const same = await started((ctx) => ctx.call("model", request));
    expect(run.takeAsked()[0]?.ask).toEqual(
      call("model", '{"messages":[{"content":"Sum it.","role":"user"}],"tools":[]}'),
    );
    await delivered(run, returned(1, call("model", "{}"), '{"content":"42.00","role":"assistant"}'));
    expect(run.settled).toEqual({ kind: "returned", value: { role: "assistant", content: "42.00" } });
    expect(same.takeAsked()).toMatchObject([{ ask: { kind: "call", name: "model" } }]);
  });

  it("keeps the arguments as they were when the function asked", async () => {
    const run = await started(async (ctx) => {
      const args = { id: 1 };
      const asked = ctx.call("find", args);
      args.id = 2;
      await asked;
    });
    expect(run.takeAsked()[0]?.ask.detail).toBe('{"id":1}');
  });

  it("shows the function the time of its last fact", async () => {
    const seen: number[] = [];
    const run = await started(async (ctx) => {
      seen.push(ctx.now());
      await ctx.step("a", act);
      seen.push(ctx.now());
    });
    await delivered(run, returned(1, step("a"), "1", 250));
    expect(seen).toEqual([100, 250]);
  });

  it("lets the first fact of the stream win a race", async () => {
    for (const [first, second, winner] of [
      [1, 2, "a"],
      [2, 1, "b"],
    ] as const) {
      const run = await started((ctx) => Promise.race([ctx.step("a", act), ctx.step("b", act)]));
      for (const operation of [first, second]) {
        const name = operation === 1 ? "a" : "b";
        await delivered(run, returned(operation, step(name), JSON.stringify(name), 200));
      }
      expect(run.settled).toEqual({ kind: "returned", value: winner });
    }
  });

  it("gives the function a copy of the record, so what it does to a result stays with it", async () => {
    const run = await started(async (ctx) => {
      const first = await ctx.step<{ n: number }>("a", () => ({ n: 1 }));
      first.n = 7;
      return ctx.step<{ n: number }>("b", () => ({ n: 1 }));
    });
    const fact = returned(1, step("a"), '{"n":1}', 200);
    await delivered(run, fact);
    await delivered(run, { ...fact, operation: 2, ask: step("b") });
    expect(run.settled).toEqual({ kind: "returned", value: { n: 1 } });
  });

  it("waits for all before all() throws the failure that landed first", async () => {
    const seen: string[] = [];
    const run = await started(async (ctx) => {
      try {
        await ctx.all([ctx.step("a", act), ctx.step("b", act), ctx.step("c", act)]);
      } catch (error) {
        seen.push((error as { operation: string }).operation);
      }
    });
    await delivered(run, failed(2, step("b")));
    await delivered(run, failed(1, step("a")));
    expect(seen).toEqual([]);
    await delivered(run, returned(3, step("c"), "1", 200));
    expect(seen).toEqual(["b"]);
  });

  it("refuses what is asked after the end", async () => {
    let later: RunContext | undefined;
    const run = await started(async (ctx) => {
      later = ctx;
    });
    expect(run.settled?.kind).toBe("returned");
    await expect(later?.step("late", act)).rejects.toMatchObject({ code: "engine/run_ended" });
    expect(run.takeAsked()).toEqual([]);
  });

  it("calls out a function that goes on after something that is not its context", async () => {
    let wake = (): void => undefined;
    const run = await started(async (ctx) => {
      await new Promise<void>((resolve) => (wake = resolve));
      await ctx.step("a", act);
    });
    wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.settled).toMatchObject({ kind: "misused", error: { code: "engine/foreign_await" } });
  });

  it("calls out a function that ends after something that is not its context", async () => {
    let wake = (): void => undefined;
    const run = await started(async () => new Promise<void>((resolve) => (wake = resolve)));
    wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.settled).toMatchObject({ kind: "misused", error: { code: "engine/foreign_await" } });
  });

  it("does not end the process for a failure that nobody looks at", async () => {
    const run = await started(async (ctx) => {
      void ctx.step("a", act);
      void ctx.all([ctx.call("b", {})]);
      void ctx.sleep(-1);
      await ctx.step("c", act);
    });
    await delivered(run, failed(1, step("a")));
    await delivered(run, failed(2, call("b", "{}")));
    await delivered(run, returned(3, step("c"), "1", 200));
    expect(run.settled?.kind).toBe("returned");
  });
});

describe("replay", () => {
  const body = async (ctx: RunContext): Promise<void> => {
    await ctx.call("refund", { order: 7, amount: "42.00" });
    await ctx.step("notify", act);
  };

  it.each([
    [
      "another kind",
      [returned(1, step("refund"), "1")],
      "Operation 1: the history holds step refund; the function asks for call refund.",
    ],
    [
      "another tool",
      [returned(1, call("pay", "{}"), "1")],
      "Operation 1: the history holds call pay; the function asks for call refund.",
    ],
    [
      "other arguments, without showing them",
      [returned(1, call("refund", '{"amount":"43.00","order":7,"urgent":true}'), "1")],
      "Operation 1: the history holds call refund; the function asks for call refund with other arguments at /amount, /urgent.",
    ],
    [
      "a fact that the function has not asked for by then",
      [returned(2, step("notify"), "1")],
      "Operation 2: the history holds step notify; the function asks for nothing.",
    ],
    [
      "more than the function asks for",
      [returned(1, refund(), "1"), returned(2, step("notify"), "1"), returned(3, step("tell"), "1")],
      "Operation 3: the history holds step tell; the function asks for nothing.",
    ],
    [
      "a result that was destroyed",
      [{ ...returned(1, refund(), "1"), outcome: { kind: "erased" } as const }],
      "Operation 1: the history holds call refund, whose result was erased; the function asks for call refund.",
    ],
  ])("finds %s", async (_what, facts, text) => {
    const run = await replayed(body, facts);
    expect(run.difference).toMatchObject({ code: "engine/nondeterministic_replay", text });
  });

  it("compares kind and name where the arguments were destroyed", async () => {
    const gone = { kind: "call", name: "refund", detail: null } as const;
    const same = await replayed(body, [returned(1, gone, "1"), returned(2, step("notify"), "1")]);
    const other = await replayed(async (ctx) => ctx.step("refund", act), [returned(1, gone, "1")]);
    expect([same.difference, other.difference?.recorded]).toEqual([undefined, "call refund"]);
  });

  it("finds a function that ends before its history", async () => {
    const run = await replayed(async () => undefined, [returned(1, refund(), "1")]);
    expect(run.difference?.text).toBe("Operation 1: the history holds call refund; the function asks for nothing.");
  });

  it("does not let the function see a difference and carry on", async () => {
    let caught = false;
    const run = await replayed(
      async (ctx) => {
        await ctx.step("other", act).catch(() => (caught = true));
        await ctx.step("more", act);
      },
      [returned(1, refund(), "1")],
    );
    expect([run.difference?.operation, caught, run.settled]).toEqual([1, false, undefined]);
  });

  it("takes a function that repeats its history", async () => {
    const run = await replayed(body, [returned(1, refund(), "1"), returned(2, step("notify"), null)]);
    expect([run.difference, run.settled]).toEqual([undefined, { kind: "completed", text: "null" }]);
  });

  it("does not give the function facts from the deadline on", async () => {
    const run = await replayed(body, [returned(1, refund(), "1", 5_000)], 5_000);
    expect([run.difference, run.settled, run.pendingCount]).toEqual([undefined, undefined, 0]);
  });
});

function act(): null {
  return null;
}

async function started(body: (ctx: RunContext) => Promise<unknown>): Promise<Run> {
  const run = new Run(100);
  await turn(run, () => run.start(() => body(contextOf(run))));
  return run;
}

async function replayed(
  body: (ctx: RunContext) => Promise<unknown>,
  facts: readonly Fact[],
  deadlineMs = NEVER_MS,
): Promise<GuestRun> {
  const program = anAgent((_mission, ctx) => body(ctx) as Promise<void>);
  const run = await GuestRun.open(inProcessHost(), { agent: program, mission: MISSION });
  for (const { operation, ask } of facts) run.expect(operation, ask);
  await run.start(100);
  await replay(run, facts, deadlineMs);
  return run;
}

const MISSION: AgentMission = {
  id: "m1",
  agent: "invoice-clerk",
  objective: "Sum.",
  authority: "L1",
  tools: [],
  timeoutMs: 1,
  deadlineMs: NEVER_MS,
};

function delivered(run: Run, fact: Fact): Promise<void> {
  return turn(run, () => run.deliver(fact));
}

function step(name: string): Ask {
  return { kind: "step", name, detail: "" };
}

function call(name: string, detail: string): Ask {
  return { kind: "call", name, detail };
}

function refund(): Ask {
  return call("refund", '{"amount":"42.00","order":7}');
}

function returned(operation: number, ask: Ask, text: string | null, timeMs = 200): Fact {
  const outcome: Outcome = { kind: "returned", text };
  return { operation, ask, timeMs, outcome };
}

function failed(operation: number, ask: Ask): Fact {
  return { operation, ask, timeMs: 200, outcome: { kind: "failed", failure: { because: null, message: "no" } } };
}
