import { describe, expect, it } from "vitest";
import { findPoint, formatPoint, pickPoints } from "../crash/crash-point.ts";

const WORK = { commits: 40, sends: 11 };

describe("points to crash at", () => {
  it("are the same for the same seed, and others for another", () => {
    expect(pickPoints(7, 10, WORK)).toEqual(pickPoints(7, 10, WORK));
    expect(pickPoints(7, 10, WORK)).not.toEqual(pickPoints(8, 10, WORK));
  });

  it("stay inside the work that there is, and reach both its ends, both kinds and both sides", () => {
    const points = pickPoints(1, 400, WORK);
    for (const { at, nth } of points) expect(nth).toBeLessThanOrEqual(at === "commit" ? WORK.commits : WORK.sends);
    const written = points.map(formatPoint);
    for (const end of ["commit:1:before", "commit:40:after", "send:1:after", "send:11:before"])
      expect(written).toContain(end);
  });

  it("are read as they are written, and nothing else is", () => {
    expect(findPoint("send:3:after")).toEqual({ at: "send", nth: 3, side: "after" });
    for (const text of [
      "",
      "send",
      "send:0:after",
      "send:3:inside",
      "fsync:1:before",
      "send:3:after:more",
      "send:-1:after",
    ]) {
      expect(findPoint(text)).toBeUndefined();
    }
  });
});
