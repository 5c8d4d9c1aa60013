import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sent } from "../src/index.ts";
import { endMission, loadMission, performCall, resolveCall, settleCalls, startCompensation } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aDefinition, aMission, aRemoveTool, aTool, aWorld, presentUndo } from "../src/testing/index.ts";
import { aWriteToolWithoutFind } from "./scenes.ts";

const FAILED = { kind: "FAILED", code: "engine/function_failed" } as const;

/** One call of the mission's agent, what it comes to, and what its undo comes to. */
const act = fc.record({
  operation: fc.integer({ min: 1, max: 40 }),
  tool: fc.constantFrom("read_note", "write_note", "remove_note"),
  end: fc.constantFrom("succeeded", "failed", "unknown"),
  undo: fc.constantFrom("succeeded", "failed", "unknown"),
});
const acts = fc.uniqueArray(act, { selector: ({ operation }) => operation, maxLength: 6 });
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

function sentAs(end: Act["end"]): Sent {
  if (end === "succeeded") return { kind: "succeeded", result: { ok: true } };
  return end === "failed"
    ? { kind: "failed", code: "tool/no", message: "No." }
    : { kind: "unknown", reason: "Silence." };
}

async function perform(world: TestWorld, mission: string, story: readonly Act[]): Promise<void> {
  for (const { operation, tool } of story) {
    const args = tool === "write_note" ? { path: `${operation}`, content: "x" } : { path: `${operation}` };
    const call = { mission, key: `1.${operation}`, tool, arguments: args };
    for (let turn = 0; turn < 4; turn += 1) {
      const answer = await performCall(world, await aCall(world, call));
      if (answer.kind !== "waits" || answer.for !== "tool") break;
      world.clock.advance(answer.untilMs - world.clock.nowMs());
    }
  }
}

/** Ends the mission as people and time let it: a person says that what is unknown happened, and that what is stuck stands. */
async function endAsPeopleSay(world: TestWorld, mission: string): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const answer = await endMission(world, mission, FAILED, presentUndo(world, mission));
    if (!("for" in answer)) return;
    if (answer.for === "tool") world.clock.advance(Math.max(0, (answer.untilMs ?? 0) - world.clock.nowMs()));
    else {
      const person = { mission, key: answer.key, person: "p-1" };
      await resolveCall(world, { ...person, as: { kind: "succeeded", result: "it happened" } });
    }
  }
  throw new Error("the mission did not end");
}

describe("whatever a mission did", () => {
  it("writes are undone at most once each, newest intent first, and nothing else is", async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (story) => {
        const world = await aWorld({ tools: [aTool(), aWriteToolWithoutFind(), aRemoveTool()] });
        const tools = ["read_note", "write_note", "remove_note"];
        const { id } = await aMission(world, { definition: aDefinition({ tools }) });
        const undone: string[] = [];
        world.broker.act = async ({ callKey, arguments: { path } }) => {
          const known = story.find(({ operation }) => `${operation}` === path);
          if (!callKey.startsWith("undo.")) return sentAs(known?.end ?? "failed");
          undone.push(callKey);
          return sentAs(known?.undo ?? "failed");
        };
        await perform(world, id, story);
        const before = (await loadMission(world, id))?.state;
        await endAsPeopleSay(world, id);

        // what a person said happened did happen: it is undone like the rest
        const changed = story.filter(({ tool, end }) => tool === "write_note" && end !== "failed");
        expect(undone).toEqual(changed.toReversed().map(({ operation }) => `undo.1.${operation}`));
        expect(before).toBe("IN_PROGRESS");
        expect((await loadMission(world, id))?.outcomeKind).toBe("FAILED");
      }),
      { numRuns: 25 },
    );
  });

  it("the order is that of the log, however the keys sort and whenever calls came to their ends", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([1, 2, 3, 10, 11], { minLength: 2 }), async (operations) => {
        const world = await aWorld();
        const { id } = await aMission(world);
        const undone: string[] = [];
        world.broker.act = async ({ callKey }) => {
          if (callKey.startsWith("undo.")) undone.push(callKey);
          return { kind: "succeeded", result: null };
        };
        await perform(
          world,
          id,
          operations.map((operation) => ({ operation, tool: "write_note", end: "succeeded", undo: "succeeded" })),
        );
        await startCompensation(world, id, FAILED);
        await settleCalls(world, id);
        await endAsPeopleSay(world, id);
        expect(undone).toEqual(operations.toReversed().map((operation) => `undo.1.${operation}`));
      }),
      { numRuns: 15 },
    );
  });
});
