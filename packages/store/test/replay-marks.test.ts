import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Clock } from "@aura/trust";
import { replayMarksContract } from "@aura/trust/testing";
import { type LogStore, openMemoryLogStore, openSqliteLogStore, replayMarks } from "@aura/store";
import { aNamespace, FakeClock, TEST_TIME_MS } from "@aura/store/testing";
import { temporaryFolder } from "./temporary-folder.ts";

const memory = async (clock: Clock) => openMemoryLogStore({ clock, projections: [] });
const sqlite = async (clock: Clock, path = join(temporaryFolder(), "aura.db")) => {
  const store = await openSqliteLogStore({ clock, projections: [], path });
  onTestFinished(() => store.close());
  return store;
};
const MARK = { key: "k1", madeMs: TEST_TIME_MS, untilMs: TEST_TIME_MS + 30_000 };

for (const [name, open] of [
  ["replayMarks over the memory store", memory],
  ["replayMarks over SQLite", sqlite],
] as const) {
  replayMarksContract(name, async (clock) => replayMarks(await open(clock), aNamespace()));

  describe(`${name}, among guards`, () => {
    it("lets one of 64 guards pass that are shown one proof at once, each with marks of its own over the store", async () => {
      const store = await open(new FakeClock());
      const guards = Array.from({ length: 64 }, () => replayMarks(store, aNamespace()));
      const answers = await Promise.all(guards.map(async (marks) => marks.take(MARK)));
      expect(answers.filter((answer) => answer === "first")).toHaveLength(1);
      expect(answers.filter((answer) => answer === "replayed")).toHaveLength(63);
      expect(await store.size(aNamespace())).toBe(1);
    });

    it("keeps the marks of one namespace from those of another, and takes any text for a key", async () => {
      const store = await open(new FakeClock());
      const [one, other] = [replayMarks(store, aNamespace()), replayMarks(store, aNamespace("globex"))];
      const keys = ["", " ", "a/b", "\u0000", "é", "x".repeat(5_000)];
      for (const key of keys) {
        expect([await one.take({ ...MARK, key }), await other.take({ ...MARK, key })]).toEqual(["first", "first"]);
        expect(await one.take({ ...MARK, key })).toBe("replayed");
      }
    });
  });
}

it("remembers after a restart what was shown before it", async () => {
  const path = join(temporaryFolder(), "aura.db");
  const before = await openSqliteLogStore({ clock: new FakeClock(), projections: [], path });
  expect(await replayMarks(before, aNamespace()).take(MARK)).toBe("first");
  await before.close();
  const after = await sqlite(new FakeClock(), path);
  expect(await replayMarks(after, aNamespace()).take(MARK)).toBe("replayed");
});

it("says of no mark that it was taken when the store does not", async () => {
  const refusing: Pick<LogStore, "append" | "nowMs"> = {
    nowMs: () => TEST_TIME_MS,
    append: async () => [{ kind: "refused", code: "store/time_off" }],
  };
  await expect(replayMarks(refusing, aNamespace()).take(MARK)).rejects.toMatchObject({ code: "store/mark_not_taken" });
  const store = await memory(new FakeClock());
  await store.close();
  await expect(replayMarks(store, aNamespace()).take(MARK)).rejects.toMatchObject({ code: "store/closed" });
});
