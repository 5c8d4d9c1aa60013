import { describe, expect, it } from "vitest";
import { CRASH_KINDS, findPlan, formatPlan, pickPlans } from "../crash/crash-point.ts";

const WORK = { commit: 40, send: 11, undo: 5, vote: 2, booking: 3 };

describe("plans of what to crash at", () => {
  it("are the same for the same seed, and others for another", () => {
    expect(pickPlans(7, 10, WORK)).toEqual(pickPlans(7, 10, WORK));
    expect(pickPlans(7, 10, WORK)).not.toEqual(pickPlans(8, 10, WORK));
  });

  it("stay inside the work that there is, and reach both its ends and both sides of every kind", () => {
    const plans = pickPlans(1, 2_000, WORK);
    for (const [{ at, nth }] of plans) expect(nth).toBeLessThanOrEqual(WORK[at]);
    const written = plans.map(([first]) => formatPlan([first]));
    for (const kind of CRASH_KINDS)
      for (const end of [
        `${kind}:1:before`,
        `${kind}:1:after`,
        `${kind}:${WORK[kind]}:before`,
        `${kind}:${WORK[kind]}:after`,
      ])
        expect(written).toContain(end);
  });

  it("hit every kind among any five, and kill each fourth trial again while it recovers", () => {
    const plans = pickPlans(3, 20, WORK);
    expect(new Set(plans.slice(4, 9).map(([{ at }]) => at))).toEqual(new Set(CRASH_KINDS));
    expect(plans.filter((plan) => plan.length === 2)).toHaveLength(5);
  });

  it("refuse a kind of which there is no work: it would hit nothing", () => {
    expect(() => pickPlans(1, 5, { ...WORK, vote: 0 })).toThrow(TypeError);
  });

  it("are read as they are written, and nothing else is", () => {
    expect(findPlan("send:3:after")).toEqual([{ at: "send", nth: 3, side: "after" }]);
    expect(formatPlan(findPlan("booking:3:before+commit:2:after") ?? ([] as never))).toBe(
      "booking:3:before+commit:2:after",
    );
    for (const text of [
      "",
      "send",
      "send:0:after",
      "send:3:inside",
      "fsync:1:before",
      "send:3:after:more",
      "send:-1:after",
      "send:3:after+",
      "send:3:after+send:1:after+send:1:after",
    ]) {
      expect(findPlan(text)).toBeUndefined();
    }
  });
});
