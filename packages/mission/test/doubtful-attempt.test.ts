import { beforeEach, describe, expect, it } from "vitest";
import type { Mission, RetryPolicy } from "../src/index.ts";
import { callStream, endMission, loadMission, performCall, resolveCall } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_OWNER, SimulatedCrash, aCall, aMission, aTool, aWorld, presentUndo } from "../src/testing/index.ts";
import { WRITE, aRepeatableTool, entriesOf } from "./scenes.ts";

const RETRY: RetryPolicy = { attempts: 4, initialMs: 100, factor: 2, maxMs: 1_000, jitter: 0, totalMs: 60_000 };

let world: TestWorld;
let mission: Mission;

const present = async () => performCall(world, await aCall(world, { mission: mission.id, ...WRITE }));
const typesOf = async () => (await entriesOf(world, callStream(mission.id, "1.1"))).map(({ type }) => type);

/** The first attempt did its work, and the process died before it knew. */
async function dieInTheFirst(): Promise<void> {
  const { act } = world.broker;
  world.broker.act = async (sending) => {
    world.broker.effect(sending);
    throw new SimulatedCrash();
  };
  await expect(present()).rejects.toThrow(SimulatedCrash);
  world.broker.act = act;
}

/** Nothing leaves the process, `times` times. Gives the way back. */
function reachNobody(times: number): () => void {
  const { act } = world.broker;
  let left = times;
  world.broker.act = async (sending) => {
    if (left === 0) return act(sending);
    left -= 1;
    return { kind: "not_sent", code: "gateway/upstream_unavailable", message: "It does not run." };
  };
  return () => void (world.broker.act = act);
}

describe.each([
  ["without a retry policy", undefined],
  ["with one", RETRY],
] as const)("a write that may have happened is not called failed by an attempt that was never sent, %s", (_, retry) => {
  beforeEach(async () => {
    world = await aWorld({ tools: [aTool(), { ...aRepeatableTool(), ...(retry === undefined ? {} : { retry }) }] });
    mission = await aMission(world);
    await dieInTheFirst();
  });

  it("but sent again", async () => {
    reachNobody(1);
    expect(await present()).toMatchObject({ kind: "ended", end: { kind: "succeeded" } });
    expect(await typesOf()).toEqual(["call.sent", "call.sent", "call.unknown", "call.sent", "call.succeeded"]);
  });

  it("and waits while nobody is reached; a mission that ends then waits for what came of it, and undoes it", async () => {
    const reach = reachNobody(Infinity);
    expect(await present()).toMatchObject({ kind: "waits", for: "tool" });
    expect((await typesOf()).at(-1)).toBe("call.unknown");
    const end = () => endMission(world, mission.id, { kind: "FAILED" }, presentUndo(world, mission.id));
    world.clock.advance(60_000);
    expect(await end()).toMatchObject({ kind: "waits", for: "person", key: "1.1" });
    const as = { kind: "succeeded", result: null } as const;
    await resolveCall(world, { mission: mission.id, key: "1.1", person: AN_OWNER.id, as });
    reach();
    await end();
    expect((await loadMission(world, mission.id))?.state).toBe("EXECUTED");
    const undone = await entriesOf(world, callStream(mission.id, "undo.1.1"));
    expect(undone.map(({ type }) => type)).toEqual(["call.sent", "call.succeeded"]);
  });
});

it("an attempt that was never sent has failed where none before it may have happened", async () => {
  world = await aWorld({ tools: [aTool(), aRepeatableTool()] });
  mission = await aMission(world);
  reachNobody(1);
  expect(await present()).toMatchObject({
    kind: "ended",
    end: { kind: "failed", code: "gateway/upstream_unavailable" },
  });
  expect(await typesOf()).toEqual(["call.sent", "call.failed"]);
});
