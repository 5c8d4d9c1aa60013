import { FakeClock } from "@aura/store/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { storeTime } from "../src/store-time.ts";

const jumps = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 50 });

it("never goes back, whatever happens to the clock, and never shows less than the clock", () => {
  fc.assert(
    fc.property(jumps, (byMs) => {
      const clock = new FakeClock();
      const nowMs = storeTime(clock, 0);
      let previousMs = nowMs();
      for (const jumpMs of byMs) {
        clock.advance(jumpMs);
        const timeMs = nowMs();
        expect(Number.isSafeInteger(timeMs)).toBe(true);
        expect(timeMs).toBeGreaterThanOrEqual(Math.max(previousMs, clock.nowMs()));
        previousMs = timeMs;
      }
    }),
  );
});

it("meets the clock again once the clock has run on long enough, millisecond by millisecond", () => {
  const clock = new FakeClock();
  const nowMs = storeTime(clock, clock.nowMs() + 50);
  for (let step = 0; step < 100; step += 1) {
    clock.advance(1);
    nowMs();
  }
  expect(nowMs()).toBe(clock.nowMs());
});

it("starts no earlier than the newest time in the log", () => {
  const clock = new FakeClock();
  expect(storeTime(clock, clock.nowMs() + 60_000)()).toBe(clock.nowMs() + 60_000);
  expect(storeTime(clock, clock.nowMs() - 60_000)()).toBe(clock.nowMs());
});
