import {
  type AgentFunction,
  type AgentHost,
  type RunContext,
  type RunEnd,
  type RunWorld,
  agent,
  executeRun,
  inProcessHost,
} from "@aura/engine";
import { FakeTimers } from "@aura/engine/testing";
import {
  AN_AGENT,
  SimulatedCrash,
  type TestWorld,
  aDefinition,
  aMission,
  aTool,
  aWorld,
  crashAtAppend,
  onStore,
} from "@aura/mission/testing";
import type { LogStore } from "@aura/store";
import fc from "fast-check";
import { expect, it } from "vitest";
import { RemoteGuest } from "../../src/agent-process/remote-guest.ts";
import { serveAgent } from "../../src/agent-process/serve-agent.ts";
import { memoryChannel } from "./memory-channel.ts";

/** A program as data: what the function does, one after the other or at once. */
type Node =
  | { readonly kind: "step" | "failing" | "call" }
  | { readonly kind: "sleep"; readonly durationMs: number }
  | { readonly kind: "inTurn" | "all" | "race"; readonly nodes: readonly Node[] };

const leaf: fc.Arbitrary<Node> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "step" } as const) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "failing" } as const, { kind: "call" } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("sleep" as const), durationMs: fc.integer({ min: 0, max: 50 }) }),
  },
);

const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.record({
      kind: fc.constantFrom("inTurn" as const, "all" as const, "race" as const),
      nodes: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const side = fc.constantFrom("before" as const, "after" as const);

it("repeats behind a channel what was recorded in process, and in process what was recorded behind a channel", async () => {
  await fc.assert(
    fc.asyncProperty(tree, fc.boolean(), fc.nat(20), side, async (node, channelFirst, nth, when) => {
      const run = await aRun();
      const [first, second] = channelFirst ? (["channel", "process"] as const) : (["process", "channel"] as const);
      const live: string[] = [];
      const dying = crashAtAppend(run.world.store, nth, when);
      await executed(run, { host: first, store: dying, body: interpret(node, live) }).catch((error: unknown) => {
        if (!(error instanceof SimulatedCrash)) throw error;
      });
      const again: string[] = [];
      const end = await executed(run, { host: second, store: run.world.store, body: interpret(node, again) });
      const result = resultOf(end);
      const seen = again.length > 0 ? again : result;
      const both = Math.min(live.length, seen.length);
      expect(seen.slice(0, both)).toEqual(live.slice(0, both));
      expect(result).toEqual(seen.slice(0, result.length));
    }),
    { numRuns: 40, interruptAfterTimeLimit: 15_000 },
  );
});

it("gives one history to a function that does one thing after the other, wherever it lives", async () => {
  const inTurn = fc.array(leaf, { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(inTurn, async (nodes) => {
      const told = async (host: "process" | "channel") => {
        const run = await aRun();
        const end = await executed(run, {
          host,
          store: run.world.store,
          body: interpret({ kind: "inTurn", nodes }, []),
        });
        return { end, history: await historyOf(run) };
      };
      expect(await told("channel")).toEqual(await told("process"));
    }),
    { numRuns: 25, interruptAfterTimeLimit: 15_000 },
  );
});

it.each<readonly [string, AgentFunction, string]>([
  ["a foreign await", foreignAwait, "engine/foreign_await"],
  ["a promise that nobody resolves", () => new Promise(() => undefined), "engine/function_stalled"],
  [
    "its context used inside a step",
    (_mission, ctx) => ctx.step("outer", async () => void (await ctx.step("inner", () => 1))),
    "engine/foreign_await",
  ],
  ["a result that is not JSON", async () => Number.NaN, "engine/result_not_json"],
])("fails behind a channel, too: %s", async (_what, body, code) => {
  for (const host of ["process", "channel"] as const) {
    const run = await aRun();
    expect([host, await executed(run, { host, store: run.world.store, body })]).toMatchObject([
      host,
      { kind: "failed", code },
    ]);
  }
});

async function foreignAwait(_mission: unknown, ctx: RunContext): Promise<void> {
  const slow = ctx.step("slow", async () => {
    for (let turn = 0; turn < 30; turn += 1) await aMacrotask();
  });
  await aMacrotask();
  await ctx.step("b", () => 1);
  await slow;
}

/** Writes into `seen` everything that the function sees, in order: that is its result. */
function interpret(node: Node, seen: string[]): AgentFunction {
  return async (mission, ctx) => {
    let steps = 0;
    const walk = async (at: Node, path: string): Promise<string> => {
      const outcome = await walkOne(at, path).catch((error: { because: string }) => `failed ${error.because}`);
      seen.push(`${path} ${at.kind} ${outcome} at ${ctx.now() - (mission.deadlineMs - mission.timeoutMs)}`);
      return outcome;
    };
    const walkOne = async (at: Node, path: string): Promise<string> => {
      switch (at.kind) {
        case "step": {
          const number = (steps += 1);
          return ctx.step(`step-${number}`, async () => `${number}`);
        }
        case "failing":
          return ctx.step("failing", () => Promise.reject(Object.assign(new Error("no"), { code: "E_NO" })));
        case "call":
          return ctx.call("read_note", { path });
        case "sleep":
          await ctx.sleep(at.durationMs);
          return "woke";
        case "all":
        case "inTurn":
        case "race": {
          const walks = at.nodes.map((child, index) => () => walk(child, `${path}.${index}`));
          if (at.kind === "race") return Promise.race(walks.map((begin) => begin()));
          if (at.kind === "all") return (await ctx.all(walks.map((begin) => begin()))).join("+");
          const outcomes: string[] = [];
          for (const begin of walks) outcomes.push(await begin());
          return outcomes.join("+");
        }
      }
    };
    await walk(node, "0");
    return [...seen];
  };
}

interface TestRun {
  readonly world: TestWorld;
  readonly mission: string;
}

async function aRun(): Promise<TestRun> {
  const world = await aWorld({ tools: [aTool()] });
  const { id } = await aMission(world, { definition: aDefinition({ tools: [aTool().name] }) });
  return { world, mission: id };
}

/** Executes the run in one of both places. Its calls show nothing, so each is refused, recorded, and given to the function. */
async function executed(
  { world: base, mission }: TestRun,
  {
    host,
    store,
    body,
  }: { readonly host: "process" | "channel"; readonly store: LogStore; readonly body: AgentFunction },
): Promise<RunEnd> {
  const timers = new FakeTimers(base.clock);
  const program = agent(AN_AGENT, "1", body);
  const world: RunWorld = {
    ...onStore(base, store),
    timers,
    host: host === "process" ? inProcessHost() : channelHost(program, { timers, nowMs: () => base.clock.nowMs() }),
  };
  const presenter = {
    actor: { id: AN_AGENT, custody: "runtime" },
    present: async () => ({ credential: "", token: "", proof: "" }),
  } as const;
  return whenSettled(timers, executeRun(world, { mission, agent: program, presenter }));
}

function channelHost(
  program: ReturnType<typeof agent>,
  around: { readonly timers: FakeTimers; readonly nowMs: () => number },
): AgentHost {
  return {
    open: (opening, listener) => {
      const [channel, theirs] = memoryChannel();
      serveAgent(
        theirs,
        async () => [program],
        () => undefined,
      );
      const patience = { openMs: 60_000, silentMs: 10_000 };
      const kill = async (): Promise<string> => "killed";
      return RemoteGuest.open({ channel, module: "", ...around, patience, kill }, opening, listener);
    },
  };
}

/** Macrotasks without a result after which everything waits for the clock: many steps, each a few hops. */
const QUIET_MACROTASKS = 500;

async function whenSettled<Value>(timers: FakeTimers, promise: Promise<Value>): Promise<Value> {
  let settled = false;
  const done = promise.finally(() => (settled = true));
  done.catch(() => undefined);
  for (let round = 0; round < 2_000; round += 1) {
    for (let turn = 0; turn < QUIET_MACROTASKS && !settled; turn += 1) await aMacrotask();
    if (settled) return done;
    const [next] = timers.due();
    if (next !== undefined) timers.advanceTo(next);
  }
  throw new Error("The run waits for nothing that can come.");
}

function aMacrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function historyOf({ world, mission }: TestRun): Promise<readonly unknown[]> {
  const entries: unknown[] = [];
  for await (const { type, data } of world.store.read(world.context, `mission/${mission}/run/1`, 0)) {
    const { dueMs: _dueMs, ...told } = data;
    entries.push({ type, ...told });
  }
  return entries;
}

function resultOf(end: RunEnd): readonly string[] {
  if (end.kind !== "completed") throw new Error(`The run came out as ${JSON.stringify(end)}.`);
  return end.result as readonly string[];
}
