import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { EMPTY_HEAD, headAfter, openSqliteLogStore } from "@aura/store";
import type { LogStore, Unit } from "@aura/store";
import { FakeClock, aNamespace, aUnit, spokenProjection } from "@aura/store/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { GroupCommit, TRANSACTION_UNITS_MAX } from "../../src/sqlite/group-commit.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { commitsInWal } from "./wal-commits.ts";

const acme = aNamespace();

describe("SqliteLogStore", () => {
  it("commits 100 units that wait at once with at most 3 fsyncs", async () => {
    const { store, path } = await openStore();
    await store.append(acme, [aUnit()]);
    const before = commitsInWal(path);
    const units = Array.from({ length: 100 }, (_, index) => aUnit({ writes: [{ stream: `mission/m${index}/run/1` }] }));
    const answers = await Promise.all(units.map(async (unit) => store.append(acme, [unit])));
    expect(answers.flat().every(({ kind }) => kind === "appended")).toBe(true);
    expect(commitsInWal(path) - before).toBeGreaterThan(0);
    expect(commitsInWal(path) - before).toBeLessThanOrEqual(3);
  });

  it("commits 100 pipelined units of one run with at most 3 fsyncs", async () => {
    const { store, path } = await openStore();
    const before = commitsInWal(path);
    const answers = await Promise.all(pipelined(100).map(async (unit) => store.append(acme, [unit])));
    expect(answers.flat().every(({ kind }) => kind === "appended")).toBe(true);
    expect(commitsInWal(path) - before).toBeLessThanOrEqual(3);
  });

  it("lets everything that becomes runnable in the turn join, in every namespace", async () => {
    const { store, path } = await openStore();
    const before = commitsInWal(path);
    await Promise.all(
      Array.from({ length: 20 }, async (_, turns) => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        const namespace = `tenant-${turns % 3}`;
        await store.append({ namespace }, [aUnit({ namespace, writes: [{ stream: `mission/m${turns}` }] })]);
      }),
    );
    expect(commitsInWal(path) - before).toBe(1);
  });

  it("commits units one by one when each waits for the one before it", async () => {
    const { store, path } = await openStore();
    const before = commitsInWal(path);
    for (const unit of pipelined(5)) await store.append(acme, [unit]);
    expect(commitsInWal(path) - before).toBe(5);
  });

  it("has written a unit to disk when it answers, and not a moment after", async () => {
    const { store, path } = await openStore();
    await store.append(acme, [aUnit()]);
    const copy = join(temporaryFolder(), "copy.db");
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    const restored = await openStoreAt(copy);
    expect(await restored.size(acme)).toBe(1);
  });

  it("commits what still waits when it is closed", async () => {
    const { store, path } = await openStore();
    const waiting = store.append(acme, [aUnit()]);
    await store.close();
    expect((await waiting)[0]?.kind).toBe("appended");
    expect(await (await openStoreAt(path)).size(acme)).toBe(1);
  });
});

describe("GroupCommit", () => {
  it("answers each request in order, after the commit", async () => {
    const committed: number[][] = [];
    const group = new GroupCommit<number, number>((requests) => {
      committed.push([...requests]);
      return requests.map((request) => request * 2);
    });
    expect(await Promise.all([1, 2, 3].map(async (request) => group.join(request, 1)))).toEqual([2, 4, 6]);
    expect(committed).toEqual([[1, 2, 3]]);
  });

  it("acknowledges nothing of a commit that failed, and goes on with the next", async () => {
    let failures = 1;
    const group = new GroupCommit<number, number>((requests) => {
      failures -= 1;
      if (failures === 0) throw new Error("disk");
      return requests;
    });
    const answers = await Promise.allSettled([1, 2, 3].map(async (request) => group.join(request, 1)));
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await group.join(4, 1)).toBe(4);
  });

  it("fills one transaction to the most units and puts one past into the next", async () => {
    const committed: number[][] = [];
    const group = new GroupCommit<number, number>((requests) => {
      committed.push([...requests]);
      return requests;
    });
    const half = TRANSACTION_UNITS_MAX / 2;
    await Promise.all([half, half].map(async (units) => group.join(units, units)));
    await Promise.all([half, half, 1].map(async (units) => group.join(units, units)));
    await Promise.all([TRANSACTION_UNITS_MAX + 1, 1].map(async (units) => group.join(units, units)));
    expect(committed).toEqual([[half, half], [half, half], [1], [TRANSACTION_UNITS_MAX + 1], [1]]);
  });
});

async function openStore(): Promise<{ readonly store: LogStore; readonly path: string }> {
  const path = join(temporaryFolder(), "aura.db");
  return { store: await openStoreAt(path), path };
}

async function openStoreAt(path: string): Promise<LogStore> {
  const store = await openSqliteLogStore({ path, clock: new FakeClock(), projections: [spokenProjection] });
  onTestFinished(async () => store.close());
  return store;
}

function pipelined(count: number): Unit[] {
  let head = EMPTY_HEAD;
  return Array.from({ length: count }, () => {
    const unit = aUnit({ writes: [{ stream: "mission/m1/run/1", head }] });
    head = headAfter(
      head,
      unit.writes.flatMap(({ entries }) => entries),
    );
    return unit;
  });
}
