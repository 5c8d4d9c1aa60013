import { describe, expect, it } from "vitest";
import type { Clock, ReplayMarks } from "../index.ts";

const NOW_MS = 1_800_000_000_000;

/** What `ReplayMarks` promises. `open` makes marks that hold nothing yet and read this clock. */
export function replayMarksContract(name: string, open: (clock: Clock) => ReplayMarks | Promise<ReplayMarks>): void {
  describe(`${name}, as ReplayMarks promises`, () => {
    const mark = { key: "k1", madeMs: NOW_MS, untilMs: NOW_MS + 30_000 };

    it("lets a proof pass once", async () => {
      const marks = await open({ nowMs: () => NOW_MS });
      expect([await marks.take(mark), await marks.take(mark)]).toEqual(["first", "replayed"]);
      expect(await marks.take({ ...mark, key: "k2" })).toBe("first");
    });

    it("lets exactly one of many pass that show it at once", async () => {
      const marks = await open({ nowMs: () => NOW_MS });
      const answers = await Promise.all(Array.from({ length: 16 }, async () => marks.take(mark)));
      expect(answers.filter((answer) => answer === "first")).toHaveLength(1);
    });

    it("never lets it pass again: not at the last millisecond of its time, not after, and not if the clock goes back", async () => {
      const time = { nowMs: NOW_MS };
      const marks = await open({ nowMs: () => time.nowMs });
      await marks.take(mark);
      time.nowMs = mark.untilMs;
      expect(await marks.take(mark)).toBe("replayed");
      time.nowMs = mark.untilMs + 1_001;
      await marks.take({ key: "another", madeMs: time.nowMs, untilMs: time.nowMs + 30_000 });
      time.nowMs = NOW_MS + 1;
      expect(await marks.take(mark)).not.toBe("first");
    });
  });
}
