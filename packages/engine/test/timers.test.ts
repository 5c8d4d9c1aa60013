import { FakeClock } from "@aura/store/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SessionTimers } from "../src/session-timers.ts";
import { systemTimers } from "../src/system-timers.ts";
import { FakeTimers } from "../src/testing/index.ts";

const DAY_MS = 86_400_000;

describe("system timers", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it("wake at the store's time, not before", () => {
    const woken = wakesAt(1_000, () => Date.now());
    vi.advanceTimersByTime(999);
    expect(woken()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(woken()).toBe(1);
  });

  it("wake at once, but never from inside the call, what is due already", () => {
    const woken = wakesAt(-5, () => Date.now());
    expect(woken()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(woken()).toBe(1);
  });

  it("wait for a year, which is longer than one timer of the system", () => {
    const woken = wakesAt(365 * DAY_MS, () => Date.now());
    vi.advanceTimersByTime(365 * DAY_MS - 1);
    expect(woken()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(woken()).toBe(1);
  });

  it("wait again when the store's clock is behind the system's", () => {
    let behindMs = 500;
    const woken = wakesAt(1_000, () => Date.now() - behindMs);
    vi.advanceTimersByTime(1_000);
    behindMs = 700;
    vi.advanceTimersByTime(500);
    expect(woken()).toBe(0);
    vi.advanceTimersByTime(200);
    expect(woken()).toBe(1);
  });

  it("can be cancelled", () => {
    let woken = 0;
    systemTimers(() => Date.now()).wakeAt(1_000, () => (woken += 1))();
    vi.advanceTimersByTime(2_000);
    expect([woken, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe("the timers of a session", () => {
  it("end together", async () => {
    const clock = new FakeClock(0);
    const timers = new FakeTimers(clock);
    const session = new SessionTimers(timers);
    const woken: number[] = [];
    for (const timeMs of [300, 100, 200]) void session.until(timeMs).then(() => woken.push(timeMs));
    timers.advanceTo(100);
    await new Promise((resolve) => setImmediate(resolve));
    session.stop();
    expect(timers.due()).toEqual([]);
    timers.advanceTo(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toEqual([100]);
  });
});

function wakesAt(timeMs: number, nowMs: () => number): () => number {
  let woken = 0;
  systemTimers(nowMs).wakeAt(timeMs, () => (woken += 1));
  return () => woken;
}
