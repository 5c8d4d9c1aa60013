import { closeSync, copyFileSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openSqliteLogStore } from "@aura/store";
import type { LogStore } from "@aura/store";
import {
  FakeClock,
  aChange,
  aNamespace,
  aPayload,
  anEntryDraft,
  appendTo,
  spokenProjection,
} from "@aura/store/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

const acme = aNamespace();
const PAGE_BYTES = 4096;
/** More than the newest ones, which are looked at when the file is opened. */
const ENTRIES = 300;

describe("a damaged page", () => {
  it("is store/corrupt wherever it lies and whatever meets it, and gives the file up", async () => {
    const sound = await aFile();
    const damaged = join(temporaryFolder(), "damaged.db");
    const pages = statSync(sound).size / PAGE_BYTES;
    expect(pages).toBeGreaterThan(20);
    const codes = new Set<string>();
    for (let page = 1; page < pages; page += 1) {
      copyFileSync(sound, damaged);
      overwrite(damaged, page * PAGE_BYTES);
      for (const code of await codesOfEverything(damaged)) codes.add(code);
    }
    expect([...codes]).toEqual(["store/corrupt"]);
  });
});

describe("an entry edited with the triggers off", () => {
  const EDIT =
    "drop trigger entry_is_not_updated; update entry set text = replace(text, 'hello', 'hullo') where seq = 7";
  const GARBAGE = "drop trigger entry_is_not_updated; update entry set text = '{' where seq = 7";
  const LEAF = `drop trigger entry_is_not_updated; update entry set leaf = '${"A".repeat(43)}' where seq = 7`;
  const CUT = "drop trigger entry_is_not_deleted; delete from entry where seq = 7";

  it.each([EDIT, GARBAGE, LEAF, CUT])("is neither read on from the log nor folded: %s", async (statement) => {
    const path = await aFile();
    editByHand(path, statement);
    const store = await openStore(path);
    const before = await store.tables(acme);
    const seqs: number[] = [];
    const reading = (async () => {
      for await (const { seq } of store.readLog(acme, 3)) seqs.push(seq);
    })();
    await expect(reading).rejects.toMatchObject({ code: "store/corrupt", what: expect.stringContaining("entry 7") });
    await expect(store.rebuild(acme)).rejects.toMatchObject({
      code: "store/corrupt",
      what: expect.stringContaining("entry 7"),
    });
    expect(await store.tables(acme)).toEqual(before);
  });

  it.each([EDIT, GARBAGE, LEAF, CUT])("is not read from its stream: %s", async (statement) => {
    const path = await aFile();
    editByHand(path, statement);
    await expect(readStream(await openStore(path), "mission/m0")).rejects.toMatchObject({ code: "store/corrupt" });
  });

  it.each([EDIT, GARBAGE, LEAF])("is no head to build on: %s", async (statement) => {
    const path = await aFile();
    editByHand(path, statement.replace("seq = 7", "seq = 3"));
    const store = await openStore(path);
    await expect(store.head(acme, "mission/m3")).rejects.toMatchObject({ code: "store/corrupt" });
    await expect(store.streams(acme, "")).rejects.toMatchObject({ code: "store/corrupt" });
    await expect(appendTo(store, acme, { stream: "mission/m3" })).rejects.toMatchObject({ code: "store/corrupt" });
    expect(await store.size(acme)).toBe(ENTRIES);
  });

  it.each([EDIT, GARBAGE, LEAF])("keeps the file shut when it is among the newest: %s", async (statement) => {
    const path = await aFile();
    editByHand(path, statement.replace("seq = 7", `seq = ${ENTRIES - 1}`));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(openStore(path)).rejects.toMatchObject({
        code: "store/corrupt",
        what: expect.stringContaining(`entry ${ENTRIES - 1}`),
      });
    }
  });
});

describe("a row that is no JSON any more", () => {
  it("is store/corrupt, and is made again from the log", async () => {
    const path = await aFile();
    editByHand(path, `update "row" set json = '{' where "key" = 'n3'`);
    const store = await openStore(path);
    for (const ask of [store.row(acme, "note", "n3"), store.rows(acme, "note"), store.tables(acme)]) {
      await expect(ask).rejects.toMatchObject({ code: "store/corrupt" });
    }
    await store.rebuild(acme);
    expect(await store.row(acme, "note", "n3")).toEqual({ text: "x" });
  });
});

describe("a log that is smaller than its newest signed tree", () => {
  it.each([
    ["by the newest entry", `seq >= ${ENTRIES - 1}`, ENTRIES - 1],
    ["by every entry", "true", 0],
  ])("is refused at opening when it was cut %s", async (_cut, where, left) => {
    const path = await aFile();
    editByHand(path, `drop trigger entry_is_not_deleted; delete from entry where ${where}`);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(openStore(path)).rejects.toMatchObject({
        code: "store/log_cut",
        what: expect.stringMatching(`acme.* ${left} .* ${ENTRIES}`),
      });
    }
  });

  it("is accepted at exactly the signed size", async () => {
    const path = await aFile();
    const store = await openStore(path);
    await appendTo(store, acme, { stream: "mission/m1" });
    await store.close();
    editByHand(path, `drop trigger entry_is_not_deleted; delete from entry where seq >= ${ENTRIES}`);
    expect(await (await openStore(path)).size(acme)).toBe(ENTRIES);
  });
});

let bytes: Buffer | undefined;

/**
 * A closed store: {@link ENTRIES} entries with payloads, rows and counters, all under a signed tree. All are in one stream,
 * but number 3, which is alone in its own.
 */
async function aFile(): Promise<string> {
  const path = join(temporaryFolder(), "aura.db");
  bytes ??= readFileSync(await aWrittenFile());
  writeFileSync(path, bytes);
  return path;
}

async function aWrittenFile(): Promise<string> {
  const path = join(temporaryFolder(), "aura.db");
  const store = await openStore(path);
  for (let index = 0; index < ENTRIES; index += 1) {
    const payload = aPayload("x".repeat(200), index + 1);
    const change = aChange({
      add: [{ counter: `counter-${index}`, delta: 1 }],
      put: [{ table: "note", key: `n${index}`, members: { text: "x" } }],
    });
    const drafts = [{ ...change, payloads: { text: payload.commitment }, data: { ...change.data, text: "hello" } }];
    await appendTo(store, acme, { stream: index === 3 ? "mission/m3" : "mission/m0", drafts, payloads: [payload] });
  }
  await store.checkpoint(acme, async () => "note");
  await store.close();
  return path;
}

/** The codes of everything that fails when every question is asked of a file, and some entries are added to it. */
async function codesOfEverything(path: string): Promise<string[]> {
  const store = await openStore(path).catch(codeOf);
  if (typeof store === "string") return [store];
  const asked: (() => Promise<unknown>)[] = [
    async () => readStream(store, "mission/m0"),
    async () => store.streams(acme, ""),
    async () => {
      for await (const { seq } of store.readLog(acme, 0)) expect(seq).toBeLessThan(ENTRIES);
    },
    async () => store.tables(acme),
    async () => store.rows(acme, "note"),
    async () => store.signedTree(acme),
    async () => store.position(acme, "mission/m0", 30),
    async () => store.counter(acme, "counter-3"),
    async () => store.row(acme, "note", "n3"),
    async () => store.rebuild(acme),
    async () => appendTo(store, acme, { stream: "mission/m1", drafts: [anEntryDraft()] }),
    async () => store.checkpoint(acme, async () => "note"),
  ];
  const codes: string[] = [];
  for (const ask of asked) {
    const code = await ask().then(() => undefined, codeOf);
    if (code !== undefined && code !== "store/closed") codes.push(code);
  }
  await store.close();
  return codes;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && String(error.code).startsWith("store/")
    ? String(error.code)
    : `not a store error: ${String(error)}`;
}

async function openStore(path: string): Promise<LogStore> {
  const store = await openSqliteLogStore({ path, clock: new FakeClock(), projections: [spokenProjection] });
  onTestFinished(async () => store.close());
  return store;
}

async function readStream(store: LogStore, stream: string): Promise<void> {
  for await (const entry of store.read(acme, stream, 0)) expect(entry.stream).toBe(stream);
}

function editByHand(path: string, statements: string): void {
  const hand = new Database(path);
  try {
    hand.exec(statements);
  } finally {
    hand.close();
  }
}

function overwrite(path: string, from: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(PAGE_BYTES, 0xff), 0, PAGE_BYTES, from);
  closeSync(file);
}
