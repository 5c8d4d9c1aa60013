import { describe, expect, it } from "vitest";
import type { Mission } from "../src/index.ts";
import {
  callStream,
  endMission,
  finishMission,
  loadMission,
  performCall,
  sealMission,
  stopMission,
} from "../src/index.ts";
import type { CrashSide, TestWorld } from "../src/testing/index.ts";
import {
  SimulatedCrash,
  aCall,
  aMission,
  aRemoveTool,
  aTool,
  aWorld,
  aWriteTool,
  crashAtAppend,
  onStore,
  presentUndo,
} from "../src/testing/index.ts";
import { appendsOf, entriesOf } from "./scenes.ts";

const FAILED = { kind: "FAILED", code: "engine/function_failed", cause: "It gave up." } as const;
const WRITES = ["1.1", "1.2", "1.3"];
const OPERATOR = { id: "operator-1", custody: "person" } as const;

/** What the receiver did, by tool and path: who undoes twice is found here. */
type Ledger = string[];

/** Three writes that stand, the second of which was retried; its undo fails once and is tried again. */
async function aStory(): Promise<{ readonly world: TestWorld; readonly mission: Mission; readonly ledger: Ledger }> {
  const retry = { attempts: 3, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0, totalMs: 600_000 };
  const find = { tool: "read_note", arguments: { path: { from: "/path" } }, equals: { value: "gone" }, findAfterMs: 0 };
  const world = await aWorld({ tools: [aTool(), aWriteTool({ retry }), aRemoveTool({ retry, find })] });
  world.catalogue.tools.set("remove_note", aRemoveTool({ retry, find }));
  const ledger: Ledger = [];
  const failing = new Set(["write_note 1.2", "remove_note 1.2"]);
  world.broker.act = async ({ tool, arguments: { path } }) => {
    const what = `${tool.name} ${path as string}`;
    if (failing.delete(what)) return { kind: "failed", code: "tool/busy", message: "Try later." };
    ledger.push(what);
    return { kind: "succeeded", result: { ok: true } };
  };
  world.broker.answerFind = async ({ tool, arguments: { path } }) =>
    ledger.includes(`${tool.name} ${path as string}`) ? { kind: "happened", result: { ok: true } } : { kind: "absent" };
  const mission = await aMission(world);
  for (const key of WRITES) {
    const call = { mission: mission.id, key, tool: "write_note", arguments: { path: key, content: "x" } };
    while ((await performCall(world, await aCall(world, call))).kind === "waits") world.clock.advance(1_000);
  }
  return { world, mission, ledger };
}

/** One process: goes on with the end of the mission wherever the one before it died. */
async function live(world: TestWorld, id: string): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    const mission = await loadMission(world, id);
    if (mission?.state === "CLOSED") return;
    if (mission?.state === "EXECUTED") {
      await sealMission(world, id);
      continue;
    }
    const answer = await endMission(world, id, FAILED, presentUndo(world, id));
    if ("for" in answer) world.clock.advance(Math.max(0, (answer.untilMs ?? 0) - world.clock.nowMs()));
  }
  throw new Error("the mission did not end");
}

async function appendsOfAnEnd(): Promise<number> {
  const { world, mission } = await aStory();
  return appendsOf(world, (on) => live(on, mission.id));
}

describe("a process that dies at any append while a mission is undone, on either side of it", async () => {
  const appends = await appendsOfAnEnd();

  it("has these appends to die at", () => {
    // the start of compensation, three undos of two units and one retry of two more, finish, seal
    expect(appends).toBe(1 + 3 * 2 + 2 + 2);
  });

  const deaths = Array.from({ length: appends }, (_, nth) => nth).flatMap((nth) =>
    (["before", "after"] as const).map((side): { nth: number; side: CrashSide } => ({ nth, side })),
  );

  it.each(deaths)("undoes every write once, newest first, when append $nth dies $side the commit", async (death) => {
    const { world, mission, ledger } = await aStory();
    const dying = onStore(world, crashAtAppend(world.store, death.nth, death.side));
    await expect(live(dying, mission.id)).rejects.toThrow(SimulatedCrash);
    await live(world, mission.id);

    expect(ledger.filter((what) => what.startsWith("remove_note"))).toEqual(
      WRITES.toReversed().map((key) => `remove_note ${key}`),
    );
    expect(await loadMission(world, mission.id)).toMatchObject({ state: "CLOSED", outcomeKind: "FAILED" });
    for (const key of WRITES) {
      const ends = (await entriesOf(world, callStream(mission.id, `undo.${key}`))).filter(
        ({ type }) => type === "call.succeeded",
      );
      expect(ends).toHaveLength(1);
    }
    const before = await world.store.tables(world.context);
    await world.store.rebuild(world.context);
    expect(await world.store.tables(world.context)).toEqual(before);
  });

  it.each(deaths)("loses no stop that lands after append $nth died $side the commit", async ({ nth, side }) => {
    const { world, mission, ledger } = await aStory();
    await expect(live(onStore(world, crashAtAppend(world.store, nth, side)), mission.id)).rejects.toThrow(
      SimulatedCrash,
    );
    const { state } = (await loadMission(world, mission.id)) ?? {};
    if (state !== "IN_PROGRESS") return;
    await stopMission(world, { mission: mission.id, compensation: "hold", reason: "Look first.", actor: OPERATOR });
    const undone = ledger.length;
    const held = async (): Promise<unknown> => endMission(world, mission.id, FAILED, presentUndo(world, mission.id));
    const answer = await held();
    expect(ledger).toHaveLength(undone);
    if ("for" in (answer as object)) {
      await expect(finishMission(world, mission.id, FAILED)).rejects.toMatchObject({
        code: expect.stringMatching(/^mission\/(calls|compensation)_open$/),
      });
    }
    await stopMission(world, { mission: mission.id, compensation: "run", reason: "Go on.", actor: OPERATOR }).catch(
      () => undefined, // it had nothing left to undo, and finished
    );
    await live(world, mission.id);
    expect(ledger.filter((what) => what.startsWith("remove_note")).toSorted()).toEqual(
      WRITES.map((key) => `remove_note ${key}`),
    );
  });
});
