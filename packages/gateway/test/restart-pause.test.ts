import { describe, expect, it } from "vitest";
import { FREE_STARTS, PAUSE_MS, PAUSE_MS_MAX, STEADY_MS } from "../src/index.ts";
import { RestartPause } from "../src/restart-pause.ts";

/** How long is waited after each of `lives`, the next start coming as soon as it may. */
function waitsAfter(lives: readonly number[]): readonly number[] {
  const pause = new RestartPause();
  let nowMs = 1_000;
  return lives.map((lifeMs) => {
    pause.started(nowMs);
    nowMs += lifeMs;
    pause.ended(nowMs);
    pause.ended(nowMs);
    const waitMs = pause.waitMs(nowMs);
    nowMs += waitMs;
    expect(pause.waitMs(nowMs)).toBe(0);
    return waitMs;
  });
}

describe("a server that dies at its start", () => {
  it("starts again at once a few times, then after pauses that double up to a limit", () => {
    const waits = waitsAfter(Array.from({ length: FREE_STARTS + 9 }, () => 1));
    expect(waits.slice(0, FREE_STARTS)).toEqual([0, 0, PAUSE_MS]);
    expect(waits.slice(FREE_STARTS - 1, -1)).toEqual(
      waits.slice(FREE_STARTS - 1, -1).map((_, index) => Math.min(PAUSE_MS * 2 ** index, PAUSE_MS_MAX)),
    );
    expect(waits.at(-1)).toBe(PAUSE_MS_MAX);
  });

  it("is forgiven once it ran steadily, and not a millisecond before", () => {
    expect(waitsAfter([1, 1, 1, STEADY_MS - 1, 1])).toEqual([0, 0, PAUSE_MS, PAUSE_MS * 2, PAUSE_MS * 4]);
    expect(waitsAfter([1, 1, 1, STEADY_MS, 1])).toEqual([0, 0, PAUSE_MS, 0, 0]);
  });
});
