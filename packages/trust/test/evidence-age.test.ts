import { describe, expect, it } from "vitest";
import { CLOCK_AHEAD_MS_MAX } from "../src/claim.ts";
import { verifyCall } from "../src/index.ts";
import { aCall, anAnchor, NOW_MS, present } from "./call-world.ts";
import { carried, guardOptions, httpGuard, mcpGuard, post, toolCall } from "./guard-world.ts";

/** Evidence of this age, and the oldest that the one who verifies accepts. */
interface Evidence {
  readonly ageMs: number;
  readonly maxMs?: number;
}

const MAX_MS = 1_000;
const { epochs } = anAnchor();

const ofGuard = ({ ageMs, maxMs }: Evidence) => ({
  ...guardOptions(),
  revocation: () => ({ epochs, evidenceMs: NOW_MS - ageMs }),
  ...(maxMs === undefined ? {} : { evidenceAgeMsMax: maxMs }),
});

/** Everything that says yes to a call after it has looked at what was revoked. */
const VERIFIERS: readonly (readonly [string, string, (evidence: Evidence) => Promise<object>])[] = [
  [
    "verifyCall",
    "evidence_stale",
    async ({ ageMs, maxMs }) =>
      verifyCall(
        anAnchor({ evidenceMs: NOW_MS - ageMs, ...(maxMs === undefined ? {} : { evidenceAgeMsMax: maxMs }) }),
        await present(),
        aCall(),
      ),
  ],
  ["createGuard", "evidence_too_old", async (evidence) => httpGuard(ofGuard(evidence))(post(await carried()))],
  [
    "createToolCallGuard",
    "evidence_too_old",
    async (evidence) => mcpGuard(ofGuard(evidence))(toolCall(await carried())),
  ],
];

describe.each(VERIFIERS)("%s", (_, tooOld, verify) => {
  it.each([
    ["fresh", 0, 0],
    ["as old as it may be", MAX_MS, MAX_MS],
    ["ahead by as much as clocks may differ", -CLOCK_AHEAD_MS_MAX, 0],
  ])("states the age of evidence that is %s", async (_name, ageMs, evidenceAgeMs) => {
    expect(await verify({ ageMs, maxMs: MAX_MS })).toMatchObject({ ok: true, evidenceAgeMs });
  });

  it("states the age of evidence where no bound is set", async () => {
    expect(await verify({ ageMs: 86_400_000 })).toMatchObject({ ok: true, evidenceAgeMs: 86_400_000 });
  });

  it.each([
    ["one millisecond too old", MAX_MS + 1, tooOld],
    ["from before there were clocks", Infinity, tooOld],
    ["of no time", Number.NaN, "evidence_stale"],
    ["from the future by one millisecond more than clocks may differ", -CLOCK_AHEAD_MS_MAX - 1, "evidence_stale"],
    ["from the end of time", -Infinity, "evidence_stale"],
  ])("refuses evidence that is %s", async (_name, ageMs, reason) => {
    expect(await verify({ ageMs, maxMs: MAX_MS })).toMatchObject({ ok: false, reason });
  });

  it("refuses evidence of no time where no bound is set: it has no age to state", async () => {
    expect(await verify({ ageMs: Number.NaN })).toMatchObject({ ok: false, reason: "evidence_stale" });
  });

  it("refuses all evidence under a bound that is no number", async () => {
    expect(await verify({ ageMs: 0, maxMs: Number.NaN })).toMatchObject({ ok: false });
  });
});
