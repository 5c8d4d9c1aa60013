import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missionProjection } from "@aura/mission";
import { type LogStore, openSqliteLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import { expect, it, onTestFinished } from "vitest";
import { aRun, anAgent, behind, executed, runEntries } from "./support/a-run.ts";
import { commitsInWal } from "./support/wal-commits.ts";

const clock = new FakeClock();

it("records 100 steps that wait at once with at most 3 commits, on the real store", async () => {
  const { path, store } = await aFile();
  const run = await aRun({ store, clock });
  const marks: number[] = [];
  const end = await executed(run, async (_mission, ctx) => {
    await ctx.step("before", () => void marks.push(commitsInWal(path)));
    const steps = Array.from({ length: 100 }, (_, index) => ctx.step(`s${index}`, () => index));
    const results = await ctx.all(steps);
    await ctx.step("after", () => void marks.push(commitsInWal(path)));
    return results.reduce((sum, result) => sum + result, 0);
  });
  expect(end).toEqual({ kind: "completed", result: 4_950 });
  const [before = 0, after = 0] = marks;
  // The first of them is the commit of the step before.
  expect(after - before).toBeGreaterThan(1);
  expect(after - before - 1).toBeLessThanOrEqual(3);
});

it("goes on over a file that was closed and opened again", async () => {
  const { path, store } = await aFile();
  const run = await aRun({ store, clock });
  const ran: string[] = [];
  const program = anAgent(async (_mission, ctx) => {
    const note = await ctx.call("write_note", { path: "a", content: "1" });
    await ctx.step("one", () => void ran.push("one"));
    await ctx.step("two", async () => {
      ran.push("two");
      if (ran.length === 2) await store.close();
    });
    return note;
  });
  await expect(executed(run, program)).rejects.toMatchObject({ code: "store/closed" });
  const reopened = await openSqliteLogStore({ path, clock, projections: [missionProjection] });
  onTestFinished(() => reopened.close());
  const resumed = behind(run, reopened);
  expect(await executed(resumed, program)).toEqual({ kind: "completed", result: { ok: true } });
  expect(ran).toEqual(["one", "two", "two"]);
  expect(run.world.broker.sends()).toEqual({ "1.1": 1 });
  expect((await runEntries(resumed)).map(({ fence }) => fence)).toEqual([1, 1, 1, 2, 2, 2]);
});

async function aFile(): Promise<{ readonly path: string; readonly store: LogStore }> {
  const folder = mkdtempSync(join(tmpdir(), "aura-engine-"));
  const path = join(folder, "aura.db");
  const store = await openSqliteLogStore({ path, clock, projections: [missionProjection] });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path, store };
}
