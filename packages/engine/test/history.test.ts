import type { Entry, Hash, JsonObject } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { foldHistory } from "../src/history.ts";

const STARTED: Recipe = ["run.started", { agent: "refunds", version: "1" }];
const STEP: Recipe = ["run.recorded", { operation: 1, kind: "step", name: "a", end: "succeeded" }];
const ENDED: Recipe = ["run.ended", { kind: "completed" }];

describe("a history", () => {
  it("is the fold of its run's stream", () => {
    const history = foldHistory(
      entries(
        STARTED,
        ["run.recorded", { operation: 2, kind: "sleep", name: "sleep", durationMs: 5, dueMs: 105 }],
        STEP,
        ["run.taken_over", {}],
        ["run.delivered", { operation: 2, kind: "sleep", name: "sleep", durationMs: 5, end: "woke" }],
        [
          "run.delivered",
          { operation: 3, kind: "call", name: "pay", call: "1.3", end: "denied", code: "no", rules: ["r"] },
        ],
      ),
    );
    expect(history.started).toMatchObject({ agent: "refunds", version: "1", timeMs: 1 });
    expect(history.facts.map(({ operation, end }) => [operation, end])).toEqual([
      [1, "succeeded"],
      [2, "woke"],
      [3, "denied"],
    ]);
    expect([...history.sleeps.values()]).toMatchObject([{ operation: 2, dueMs: 105 }]);
    expect(history.ended).toBeUndefined();
  });

  it.each<[string, readonly Recipe[]]>([
    ["that is empty", []],
    ["that does not begin with run.started", [STEP]],
    ["that starts twice", [STARTED, STARTED]],
    ["that goes on after its end", [STARTED, ENDED, STEP]],
    ["with two answers to one operation", [STARTED, STEP, STEP]],
    ["with an entry of another kind", [STARTED, ["run.paused", {}]]],
    ["with a member missing", [STARTED, ["run.recorded", { kind: "step", name: "a", end: "succeeded" }]]],
    ["with a member of another type", [STARTED, ["run.recorded", { ...STEP[1], operation: "1" }]]],
    ["with an end that is not known", [STARTED, ["run.recorded", { ...STEP[1], end: "maybe" }]]],
    [
      "with rules that are no texts",
      [STARTED, ["run.delivered", { ...STEP[1], kind: "call", call: "1.1", end: "denied", rules: [1] }]],
    ],
  ])("%s is not replayed", (_what, recipes) => {
    expect(() => foldHistory(entries(...recipes))).toThrow(
      expect.objectContaining({ code: "engine/history_malformed" }),
    );
  });
});

type Recipe = readonly [type: string, data: JsonObject];

function entries(...recipes: readonly Recipe[]): readonly Entry[] {
  return recipes.map(([type, data], index) => ({
    format: "aura-entry-1",
    namespace: "acme",
    stream: "mission/m1/run/1",
    version: index + 1,
    fence: 1,
    unit: "u",
    type,
    timeMs: index + 1,
    actor: { id: "refunds", custody: "runtime" },
    data,
    payloads: {},
    previous: index === 0 ? null : ("h" as Hash),
  }));
}
