import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openSqliteLogStore } from "@aura/store";
import type { LogStore } from "@aura/store";
import { FakeClock, aNamespace, aPayload, aUnit, anEntryDraft, appendTo, spokenProjection } from "@aura/store/testing";
import { systemClock } from "@aura/trust";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { failureOf } from "../../src/sqlite/connection.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { soundLog } from "./sound-log.ts";

const acme = aNamespace();
const rival = aNamespace("rival");
const PAGE_BYTES = 4096;
const SIZE_BYTES_MAX = 400 * 1024;
const APPENDER = new URL("appender.ts", import.meta.url).pathname;

describe("a full disk", () => {
  it("fails the append, keeps every earlier entry readable, and appends again once there is room", async () => {
    const path = join(temporaryFolder(), "aura.db");
    const store = await openStore(path, SIZE_BYTES_MAX);
    const appended = await appendUntilFull(store);
    expect(appended).toBeGreaterThan(10);
    expect((await store.head(acme, "mission/m1")).version).toBe(appended);
    expect((await soundLog(store, acme)).size).toBe(appended);
    await expect(fill(store)).rejects.toMatchObject({ code: "store/full" });
    await store.close();

    const roomy = await openStore(path);
    expect(await roomy.size(acme)).toBe(appended);
    await fill(roomy);
    expect((await soundLog(roomy, acme)).size).toBe(appended + 1);
  });

  it("acknowledges nothing of the commit that found no room, and remembers nothing of it", async () => {
    const store = await openStore(join(temporaryFolder(), "aura.db"), SIZE_BYTES_MAX);
    await appendTo(store, rival, { stream: "mission/m1" });
    const before = { size: await store.size(rival), head: await store.head(rival, "mission/m1") };
    const small = aUnit({ namespace: "rival", writes: [{ stream: "mission/m1", head: before.head }] });
    const large = Array.from({ length: 40 }, (_, index) => {
      const payload = aPayload("x".repeat(20_000), index + 1);
      const drafts = [anEntryDraft({ payloads: { text: payload.commitment } })];
      return aUnit({ writes: [{ stream: `mission/m${index}`, drafts }], payloads: [payload] });
    });
    const answers = await Promise.allSettled([
      store.append(rival, [small]),
      ...large.map(async (unit) => store.append(acme, [unit])),
    ]);
    expect(answers.map((answer) => answer.status === "rejected" && (answer.reason as { code: string }).code)).toEqual(
      answers.map(() => "store/full"),
    );
    expect({ size: await store.size(rival), head: await store.head(rival, "mission/m1") }).toEqual(before);
    expect(await store.streams(acme, "")).toEqual([]);
    expect(await store.append(rival, [small])).toEqual([{ kind: "appended", positions: [1] }]);
    expect(await appendTo(store, acme, { stream: "mission/m1" })).toEqual({ kind: "appended", positions: [0] });
  });
});

describe("a disk that is full at opening", () => {
  it("is store/full at every size that the founding of a file meets, and leaves a file that opens once there is room", async () => {
    const refusals: unknown[] = [];
    let pages = 1;
    for (; pages < 100; pages += 1) {
      const path = join(temporaryFolder(), "aura.db");
      const refusal = await openStore(path, pages * PAGE_BYTES).then(() => undefined, codeOf);
      if (refusal === undefined) break;
      refusals.push(refusal);
      const roomy = await openStore(path);
      expect(await appendTo(roomy, acme, { stream: "mission/m1" })).toMatchObject({ kind: "appended" });
    }
    expect(pages).toBeGreaterThan(10);
    expect([...new Set(refusals)]).toEqual(["store/full"]);
  });
});

describe("a disk that fails", () => {
  it("stops the store, which acknowledges nothing more, and loses nothing that it had acknowledged", async () => {
    const path = join(temporaryFolder(), "aura.db");
    // A limit on the size of files makes write(2) fail in the middle of a commit, as a failing disk does.
    const command = `ulimit -f 600; exec "$0" --conditions=@aura/source "$@"`;
    const died = spawnSync("sh", ["-c", command, process.execPath, APPENDER, path, "1000000"], { encoding: "utf8" });
    const lines = died.stdout.trim().split("\n");
    const acked = lines.filter((line) => line.startsWith("appended ")).map((line) => line.slice("appended ".length));
    expect(lines.slice(-2)).toEqual(["failed store/unsure", "then store/closed"]);
    expect(acked.length).toBeGreaterThan(10);

    const store = await openSqliteLogStore({ path, clock: systemClock, projections: [spokenProjection] });
    onTestFinished(async () => store.close());
    const units = await soundLog(store, acme);
    expect(acked.filter((unit) => !units.has(unit))).toEqual([]);
    expect(new Set(units.values())).toEqual(new Set([3]));
  });
});

describe("failureOf", () => {
  it.each([
    ["SQLITE_FULL", "store/full"],
    ["SQLITE_CORRUPT_VTAB", "store/corrupt"],
    ["SQLITE_IOERR_FSYNC", "store/unsure"],
    ["SQLITE_BUSY", "store/unsure"],
  ])("calls %s %s", (sqlite, code) => {
    expect(failureOf(new Database.SqliteError("disk I/O error", sqlite))).toMatchObject({ code });
  });
});

async function openStore(path: string, sizeBytesMax?: number): Promise<LogStore> {
  const store = await openSqliteLogStore({
    path,
    clock: new FakeClock(),
    projections: [spokenProjection],
    ...(sizeBytesMax === undefined ? {} : { sizeBytesMax }),
  });
  onTestFinished(async () => store.close());
  return store;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}

async function fill(store: LogStore): Promise<void> {
  const payload = aPayload("x".repeat(8_000), (await store.size(acme)) + 1);
  await appendTo(store, acme, {
    stream: "mission/m1",
    drafts: [anEntryDraft({ payloads: { text: payload.commitment } })],
    payloads: [payload],
  });
}

async function appendUntilFull(store: LogStore): Promise<number> {
  for (;;) {
    try {
      await fill(store);
    } catch (error) {
      expect(error).toMatchObject({ code: "store/full" });
      return store.size(acme);
    }
  }
}
