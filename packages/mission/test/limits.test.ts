import type { JsonObject } from "@aura/trust";
import { openMemoryLogStore } from "@aura/store";
import type { Projection } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Mission } from "../src/index.ts";
import {
  ARGUMENTS_LENGTH_MAX,
  PARKED_CALLS_MAX,
  RESULT_LENGTH_MAX,
  callStream,
  finishMission,
  loadBoundary,
  missionProjection,
  performCall,
  requestApproval,
} from "../src/index.ts";
import { KeptNewest } from "../src/kept-newest.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { aCall, aMission, aTool, aWorld, onStore } from "../src/testing/index.ts";
import { INPUT_SCHEMA_LENGTH_MAX } from "../src/tool-arguments.ts";
import { entriesOf } from "./scenes.ts";

let world: TestWorld;
let mission: Mission;

beforeEach(async () => {
  world = await aWorld();
  mission = await aMission(world);
});

describe("limits", () => {
  it("ARGUMENTS_LENGTH_MAX", async () => {
    const padded = (length: number): JsonObject => ({ path: "x".repeat(length - '{"path":""}'.length) });
    const fits = await aCall(world, { mission: mission.id, arguments: padded(ARGUMENTS_LENGTH_MAX) });
    expect(await performCall(world, fits)).toMatchObject({ kind: "ended" });
    const over = await aCall(world, { mission: mission.id, key: "1.2", arguments: padded(ARGUMENTS_LENGTH_MAX + 1) });
    expect(await performCall(world, over)).toMatchObject({ kind: "refused", code: "mission/arguments_too_large" });
  });

  it("RESULT_LENGTH_MAX", async () => {
    world.broker.act = async () => ({ kind: "succeeded", result: "x".repeat(RESULT_LENGTH_MAX - 2) });
    const fits = await performCall(world, await aCall(world, { mission: mission.id }));
    expect(fits).toMatchObject({ end: { kind: "succeeded" } });
    world.broker.act = async () => ({ kind: "succeeded", result: "x".repeat(RESULT_LENGTH_MAX - 1) });
    const over = await performCall(world, await aCall(world, { mission: mission.id, key: "1.2" }));
    expect(over).toMatchObject({ end: { kind: "failed", code: "call/no_answer" } });
  });

  it("INPUT_SCHEMA_LENGTH_MAX", async () => {
    const schema = (length: number): JsonObject => ({ title: "x".repeat(length - '{"title":""}'.length) });
    const { id } = await aMission(world, { state: "PLANNING" });
    world.catalogue.tools.set("read_note", aTool({ inputSchema: schema(INPUT_SCHEMA_LENGTH_MAX + 1) }));
    await expect(requestApproval(world, id)).rejects.toMatchObject({ code: "mission/tool_schema_unusable" });
    world.catalogue.tools.set("read_note", aTool({ inputSchema: schema(INPUT_SCHEMA_LENGTH_MAX) }));
    expect((await requestApproval(world, id)).state).toBe("WAITING_APPROVAL");
  });

  it("PARKED_CALLS_MAX: one more is denied, and all of them are withdrawn in one unit", async () => {
    world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
    for (let nth = 0; nth < PARKED_CALLS_MAX; nth += 1) {
      const answer = await performCall(world, await aCall(world, { mission: mission.id, key: `1.${nth}` }));
      expect(answer).toMatchObject({ kind: "waits", for: "approval" });
    }
    const over = await performCall(world, await aCall(world, { mission: mission.id, key: "2.1" }));
    expect(over).toMatchObject({ end: { kind: "denied", code: "mission/parked_calls_full" } });
    expect((await finishMission(world, mission.id, { kind: "SUCCEEDED" })).state).toBe("EXECUTED");
  });

  it("of what is kept folded: the oldest goes first, and what is set again is new", () => {
    const kept = new KeptNewest<string, number>(2);
    kept.set("a", 1);
    kept.set("b", 2);
    kept.set("a", 3);
    expect(kept.size).toBe(2);
    kept.set("c", 4);
    expect([kept.size, kept.get("a"), kept.get("b"), kept.get("c")]).toEqual([2, 3, undefined, 4]);
  });
});

describe("a ceiling", () => {
  /** What a budget will be: at most two calls are sent. */
  const budget: Projection = {
    name: "budget",
    project: (entry) =>
      entry.type === "call.sent"
        ? [{ kind: "add", counter: "budget/calls", delta: 1, ceiling: 2, code: "governance/budget_spent" }]
        : [],
  };

  beforeEach(async () => {
    const clock = new FakeClock();
    const store = openMemoryLogStore({ clock, projections: [missionProjection, budget] });
    world = await aWorld({ store, clock });
    mission = await aMission(world);
    for (const key of ["1.1", "1.2"]) await performCall(world, await aCall(world, { mission: mission.id, key }));
  });

  it("that refuses an intent is a fact of the next decision, and then a recorded refusal", async () => {
    const answer = await performCall(world, await aCall(world, { mission: mission.id, key: "1.3" }));
    expect(answer).toMatchObject({ end: { kind: "denied", code: "governance/budget_spent" } });
    expect(world.governor.asked.at(-1)?.facts).toEqual({
      "time.day": "2026-11-24",
      "refused.counter": "budget/calls",
      "refused.budget": "calls",
    });
    expect(world.broker.sent).toHaveLength(2);
    const entries = await entriesOf(world, callStream(mission.id, "1.3"));
    expect(entries.map(({ type }) => type)).toEqual(["call.denied"]);
  });

  it("may be answered by the rules with a person", async () => {
    const { answer } = world.governor;
    world.governor.answer = (request) =>
      "refused.counter" in request.facts ? { kind: "ESCALATE", level: "L2", rules: ["over-budget"] } : answer(request);
    const request = await aCall(world, { mission: mission.id, key: "1.3" });
    expect(await performCall(world, request)).toMatchObject({ kind: "waits", for: "approval" });
  });
});

describe("what was edited behind our back", () => {
  /** A store that gives another text for one payload. */
  function altering(text: string, other: string): TestWorld {
    const { store } = world;
    return onStore(
      world,
      new Proxy(store, {
        get(target, member) {
          const value: unknown = Reflect.get(target, member, target);
          if (typeof value !== "function") return value;
          if (member !== "payload") return value.bind(target) as unknown;
          return async (...args: Parameters<typeof store.payload>) => {
            const payload = await store.payload(...args);
            if (payload === undefined || payload === "erased" || !payload.text.includes(text)) return payload;
            return { ...payload, text: payload.text.replace(text, other) };
          };
        },
      }),
    );
  }

  it("mission/payload_missing: a boundary that is wider than the one that was frozen", async () => {
    const edited = altering('"read_note"', '"drop_table"');
    await expect(loadBoundary(edited, mission.id)).rejects.toMatchObject({ code: "mission/payload_missing" });
  });

  it("mission/payload_missing: another result than the one that was recorded", async () => {
    world.broker.notes.set("invoices.txt", "42.00");
    await performCall(world, await aCall(world, { mission: mission.id }));
    const edited = altering("42.00", "43.00");
    const request = await aCall(world, { mission: mission.id });
    await expect(performCall(edited, request)).rejects.toMatchObject({ code: "mission/payload_missing" });
  });
});

it("never lets bytes leave after the deadline: the send window ends with the mission's time", async () => {
  world.clock.advance(600_000 - 2_000);
  await performCall(world, await aCall(world, { mission: mission.id }));
  expect(world.broker.sent[0]?.sendByMs).toBe(mission.deadlineMs);
});
