import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatPoint, pickPoints } from "../crash/crash-point.ts";
import { makeTemplate, runTrial } from "../crash/trial.ts";
import type { Template } from "../crash/trial.ts";
import { DEMO } from "./in-process.ts";

/** Found by nobody: any seed must do. */
const SEED = 20261124;
const KILLS = 10;
const AT_ONCE = 2;

let template: Template;

beforeAll(async () => {
  template = await makeTemplate(DEMO);
}, 60_000);

afterAll(() => template.close());

describe("kill -9 of the whole process group", () => {
  it(`at ${KILLS} points that seed ${SEED} picks leaves every promise kept`, { timeout: 120_000 }, async () => {
    const queue = [...pickPoints(SEED, KILLS, template.work).entries()];
    const faults: Record<string, readonly string[]> = {};
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, point] = next;
        const trial = await runTrial(template, point, `trial-${index}`);
        if (trial.faults.length > 0) faults[`${index} ${formatPoint(point)}`] = trial.faults;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(faults).toEqual({});
  });
});
