import { SimulatedCrash, crashAtAppend } from "@aura/mission/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AgentFunction, RunContext, RunEnd } from "../src/index.ts";
import { SeededScheduler } from "./support/scheduler.ts";
import { type TestRun, aRun, behind, executed, runEntries } from "./support/a-run.ts";

/** A program as data: what the function does, and in which order it may see things. */
type Node =
  | { readonly kind: "step" }
  | { readonly kind: "failing" }
  | { readonly kind: "sleep"; readonly durationMs: number }
  | { readonly kind: "inTurn" | "all" | "race"; readonly nodes: readonly Node[] };

const leaf: fc.Arbitrary<Node> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: "step" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "failing" } as const) },
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
      nodes: fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
    }),
  ),
}));

const seed = fc.integer({ min: 0, max: 0xffff_ffff });

it("shows the function the same on replay as it saw live, whatever order its steps finish in", async () => {
  await fc.assert(
    fc.asyncProperty(
      tree,
      seed,
      seed,
      fc.nat(30),
      fc.constantFrom("before" as const, "after" as const),
      async (node, first, second, nth, side) => {
        const run = await aRun();
        const live: string[] = [];
        const dying = behind(run, crashAtAppend(run.world.store, nth, side));
        const died = await executed(dying, interpret(node, live, new SeededScheduler(first))).then(
          () => false,
          (error: unknown) => {
            if (!(error instanceof SimulatedCrash)) throw error;
            return true;
          },
        );
        const again: string[] = [];
        const end = await executed(run, interpret(node, again, new SeededScheduler(second)));
        const result = resultOf(end);
        // A run whose end was recorded is not replayed any more: its result is what the function had seen by then.
        const seen = again.length > 0 ? again : result;
        const both = Math.min(live.length, seen.length);
        expect(seen.slice(0, both)).toEqual(live.slice(0, both));
        if (died && again.length > 0) expect(again.length).toBeGreaterThanOrEqual(live.length);
        expect(result).toEqual(seen.slice(0, result.length));
        await expectOneAnswerEach(run);
      },
    ),
    { numRuns: 60, interruptAfterTimeLimit: 15_000 },
  );
});

it("gives the same result to every replay of one whole history", async () => {
  await fc.assert(
    fc.asyncProperty(tree, seed, seed, async (node, first, second) => {
      const run = await aRun();
      const live: string[] = [];
      const scheduled = (seen: string[], by: number) => interpret(node, seen, new SeededScheduler(by));
      const result = resultOf(await executed(run, scheduled(live, first)));
      expect(result).toEqual(live.slice(0, result.length));
      // The same program again, up to the append of its end: everything is recorded but the end.
      const appends = (await runEntries(run)).length;
      const other = await aRun();
      const dying = behind(other, crashAtAppend(other.world.store, appends - 1, "before"));
      const seen: string[] = [];
      await expect(executed(dying, scheduled(seen, first))).rejects.toThrow(SimulatedCrash);
      const replayed: string[] = [];
      expect(resultOf(await executed(other, scheduled(replayed, second)))).toEqual(result);
      expect([seen, replayed]).toEqual([live, live]);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 15_000 },
  );
});

/** Writes into `seen` everything that the function sees, in order: that is its result. */
function interpret(node: Node, seen: string[], scheduler: SeededScheduler): AgentFunction {
  return async (mission, ctx) => {
    let steps = 0;
    const see = (what: string) => seen.push(`${what} at ${ctx.now() - (mission.deadlineMs - mission.timeoutMs)}`);
    const walk = async (at: Node, path: string): Promise<string> => {
      const outcome = await walkOne(at, path).catch((error: { because: string }) => `failed ${error.because}`);
      see(`${path} ${at.kind} ${outcome}`);
      return outcome;
    };
    const walkOne = async (at: Node, path: string): Promise<string> => {
      switch (at.kind) {
        case "step": {
          const number = (steps += 1);
          return ctx.step(`step-${number}`, async () => {
            await scheduler.turn();
            return `${number}`;
          });
        }
        case "failing":
          return ctx.step("failing", async () => {
            await scheduler.turn();
            throw Object.assign(new Error("no"), { code: "E_NO" });
          });
        case "sleep":
          await ctx.sleep(at.durationMs);
          return "woke";
        case "inTurn":
        case "all":
        case "race":
          return walkMany(
            ctx,
            at.kind,
            at.nodes.map((child, index) => () => walk(child, `${path}.${index}`)),
          );
      }
    };
    await walk(node, "0");
    return [...seen];
  };
}

async function walkMany(
  ctx: RunContext,
  kind: "inTurn" | "all" | "race",
  walks: readonly (() => Promise<string>)[],
): Promise<string> {
  if (kind === "race") return Promise.race(walks.map((walk) => walk()));
  if (kind === "all") return (await ctx.all(walks.map((walk) => walk()))).join("+");
  const outcomes: string[] = [];
  for (const walk of walks) outcomes.push(await walk());
  return outcomes.join("+");
}

function resultOf(end: RunEnd): readonly string[] {
  if (end.kind !== "completed") throw new Error(`The run came out as ${end.kind}.`);
  return end.result as readonly string[];
}

async function expectOneAnswerEach(run: TestRun): Promise<void> {
  const answered = (await runEntries(run))
    .filter(({ data }) => data["end"] !== undefined)
    .map(({ data }) => data["operation"]);
  expect(new Set(answered).size).toBe(answered.length);
}
