import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
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
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { networkFileSystemName, requireLocal } from "../../src/sqlite/file-system.ts";
import { SCHEMA_VERSION } from "../../src/sqlite/migrations.ts";
import { SQLITE_VERSION_MIN, isOlder, openDatabase, requireVersion } from "../../src/sqlite/open-database.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const acme = aNamespace();

describe("openSqliteLogStore", () => {
  it("finds everything again after it was closed", async () => {
    const path = newPath();
    const first = await openStore(path);
    const payload = aPayload();
    const drafts = [
      aChange({
        add: [{ counter: "spent", delta: 2 }],
        put: [{ table: "mission", key: "m1", members: { state: "CREATED" } }],
      }),
      anEntryDraft({ payloads: { arguments: payload.commitment }, takeOver: true }),
    ];
    await appendTo(first, acme, { stream: "mission/m1", drafts, payloads: [payload] });
    const tree = await first.checkpoint(acme, async ({ root }) => `note ${root}`);
    const before = { head: await first.head(acme, "mission/m1"), tables: await first.tables(acme) };
    await first.close();

    const second = await openStore(path);
    expect(await second.head(acme, "mission/m1")).toEqual(before.head);
    expect(await second.tables(acme)).toEqual(before.tables);
    expect(await second.payload(acme, payload.commitment)).toEqual(payload);
    expect(await second.signedTree(acme)).toEqual(tree);
    expect(await appendTo(second, acme, { stream: "mission/m1" })).toEqual({ kind: "appended", positions: [2] });
    expect((await second.checkpoint(acme, async () => "note")).size).toBe(3);
  });

  it("does not let store time fall behind the log when the clock was set back", async () => {
    const path = newPath();
    const first = await openStore(path);
    await appendTo(first, acme, { stream: "mission/m1" });
    const timeMs = first.nowMs();
    await first.close();
    const second = await openSqliteLogStore({ path, clock: new FakeClock(timeMs - 60_000), projections: [] });
    onTestFinished(async () => second.close());
    expect(second.nowMs()).toBe(timeMs);
  });

  it("commits durably: write-ahead log, synchronous FULL, one owner", async () => {
    const opened = await openDatabase(newPath());
    onTestFinished(() => opened.close());
    const pragma = (name: string) => opened.database.pragma(name, { simple: true });
    expect([pragma("journal_mode"), pragma("synchronous"), pragma("locking_mode")]).toEqual(["wal", 2, "exclusive"]);
  });

  it("makes the file readable to its owner only", async () => {
    const path = newPath();
    await appendTo(await openStore(path), acme, { stream: "mission/m1" });
    expect([path, `${path}-wal`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it.each([
    ["by its own path", (path: string) => path],
    ["by a roundabout path", (path: string) => `${dirname(path)}/./aura.db`],
    ["through a symbolic link", (path: string) => linkBeside(path, symlinkSync)],
    ["through a hard link", (path: string) => linkBeside(path, linkSync)],
  ])("refuses a second opener in this process %s, before SQLite touches the file", async (_way, otherPath) => {
    const path = newPath();
    const owner = await openStore(path);
    const other = otherPath(path);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const refusal = await openStore(other).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "store/locked" });
      expect(refusal).not.toHaveProperty("cause");
      expect(await appendTo(owner, acme, { stream: `mission/m${attempt}` })).toMatchObject({ kind: "appended" });
    }
  });

  it("still keeps other processes out when it has refused a second opener in this one", async () => {
    const path = newPath();
    await openStore(path);
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/locked" });
    const rival = spawnSync(process.execPath, ["--conditions=@aura/source", APPENDER, path, "0"], { encoding: "utf8" });
    expect(rival.stdout).toBe("");
    expect(rival.stderr).toContain("store/locked");
  });

  it("refuses a second opener that has another copy of this package", async () => {
    const path = newPath();
    await openStore(path);
    vi.resetModules();
    const copy = await import("../../src/sqlite/owned-file.ts");
    expect(() => copy.ownFile(path)).toThrow(expect.objectContaining({ code: "store/locked" }));
  });

  it("lets the next opener in once the owner has closed, however often it closes", async () => {
    const path = newPath();
    const first = await openStore(path);
    await first.close();
    const second = await openStore(path);
    await first.close();
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/locked" });
    await second.close();
    expect(await (await openStore(path)).size(acme)).toBe(0);
  });

  it("does not hold on to a file that it could not open", async () => {
    const path = newPath();
    writeFileSync(path, "invoice 17: 4,200 euro\n".repeat(500));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(openStore(path)).rejects.toMatchObject({ code: "store/foreign_file" });
    }
    writeFileSync(path, "");
    expect(await (await openStore(path)).size(acme)).toBe(0);
  });

  it.each([
    ["a new file", async () => {}],
    ["a file that was opened and closed before", async (path: string) => (await openStore(path)).close()],
  ])("refuses a second opener of %s in another process, until the owner has died", async (_file, prepare) => {
    const path = newPath();
    await prepare(path);
    const owner = spawn(process.execPath, ["--conditions=@aura/source", APPENDER, path, "0"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const died = new Promise((resolve) => owner.once("exit", resolve));
    onTestFinished(() => void owner.kill("SIGKILL"));
    await new Promise((resolve) => owner.stdout.once("data", resolve));
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/locked" });
    expect(existsSync(`${path}-shm`)).toBe(false);
    owner.kill("SIGKILL");
    await died;
    const store = await openStore(path);
    expect(await appendTo(store, acme, { stream: "mission/m1" })).toMatchObject({ kind: "appended" });
  });

  it("keeps its index of the write-ahead log to itself: there is no shared-memory file, whoever opened before", async () => {
    const path = newPath();
    for (let time = 0; time < 2; time += 1) {
      const store = await openStore(path);
      await appendTo(store, acme, { stream: `mission/m${time}` });
      expect(readdirSync(dirname(path)).toSorted()).toEqual(["aura.db", "aura.db-wal"]);
      await store.close();
    }
  });

  it("refuses a database of another program and leaves it as it was", async () => {
    const path = newPath();
    const foreign = new Database(path);
    foreign.exec("create table notes (text)");
    foreign.close();
    const before = readFileSync(path);
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/foreign_file" });
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses a file that is no database and leaves it as it was", async () => {
    const path = newPath();
    writeFileSync(path, "invoice 17: 4,200 euro\n".repeat(500));
    const before = readFileSync(path);
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/foreign_file" });
    expect(readFileSync(path)).toEqual(before);
  });

  it("says that the store is damaged when a page of it is", async () => {
    const path = newPath();
    const store = await openStore(path);
    for (let index = 0; index < 50; index += 1) await appendTo(store, acme, { stream: `mission/m${index}` });
    await store.close();
    overwrite(path, { from: 4096, bytes: statSync(path).size - 4096 });
    await expect(openThenRead(path)).rejects.toMatchObject({ code: "store/corrupt" });
  });

  it("refuses a file of a newer schema and leaves it as it was", async () => {
    const path = newPath();
    await (await openStore(path)).close();
    setUserVersion(path, SCHEMA_VERSION + 1);
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/newer_schema" });
    setUserVersion(path, SCHEMA_VERSION);
    expect(await (await openStore(path)).size(acme)).toBe(0);
  });

  it("refuses a folder that does not exist, a folder as file, and a file as folder", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "folder"));
    for (const path of ["none/aura.db", "file/aura.db", "folder"]) {
      await expect(openStore(join(folder, path))).rejects.toMatchObject({ code: "store/not_writable" });
    }
  });

  it.each(["/proc/aura.db", "/sys/aura.db"])("refuses %s, where no user may create a file", async (path) => {
    await expect(openStore(path)).rejects.toMatchObject({ code: "store/not_writable" });
  });
});

describe("the file", () => {
  it.each([
    ["update", "update entry set text = replace(text, 'hello', 'hullo')"],
    ["delete", "delete from entry where seq = 1"],
    ["delete of everything", "delete from entry"],
    ["replacement", "insert or replace into entry select id, namespace, seq, stream, version, leaf, '{}' from entry"],
    ["replacement of a stream", "insert or replace into stream select id, namespace, 'mission/m9' from stream"],
    ["change of a stream's name", "update stream set name = 'mission/m9'"],
    ["delete of a namespace", "delete from namespace"],
    ["change of a signed tree", "update signed_tree set root = 'x'"],
    ["change of a payload", `update payload set text = '"forged"'`],
    ["delete of a payload", "delete from payload"],
  ])("refuses the %s by hand", async (_edit, statement) => {
    const path = newPath();
    const store = await openStore(path);
    const payload = aPayload();
    const drafts = [anEntryDraft(), anEntryDraft({ payloads: { arguments: payload.commitment } })];
    await appendTo(store, acme, { stream: "mission/m1", drafts, payloads: [payload] });
    await store.checkpoint(acme, async () => "note");
    await store.close();
    expect(() => editByHand(path, statement)).toThrow("is append-only");
    const again = await openStore(path);
    expect(await again.size(acme)).toBe(2);
    expect(await again.payload(acme, payload.commitment)).toEqual(payload);
  });

  it("ignores the replacement of a payload by hand", async () => {
    const path = newPath();
    const store = await openStore(path);
    const payload = aPayload();
    const drafts = [anEntryDraft({ payloads: { arguments: payload.commitment } })];
    await appendTo(store, acme, { stream: "mission/m1", drafts, payloads: [payload] });
    await store.close();
    editByHand(path, `insert or replace into payload select namespace, commitment, nonce, '"forged"' from payload`);
    expect(await (await openStore(path)).payload(acme, payload.commitment)).toEqual(payload);
  });

  it("answers erased for a payload that was erased, and still knows its commitment", async () => {
    const path = newPath();
    const store = await openStore(path);
    const payload = aPayload();
    const drafts = [anEntryDraft({ payloads: { arguments: payload.commitment } })];
    await appendTo(store, acme, { stream: "mission/m1", drafts, payloads: [payload] });
    await store.close();
    editByHand(path, "update payload set nonce = null, text = null");
    const again = await openStore(path);
    expect(await again.payload(acme, payload.commitment)).toBe("erased");
    expect(await appendTo(again, acme, { stream: "mission/m2", drafts })).toMatchObject({ kind: "appended" });
  });

  it.each(["update entry set version = 7 where version = 2", "delete from entry where version = 2"])(
    "does not read on over an edit with the triggers off: %s",
    async (statement) => {
      const path = newPath();
      const store = await openStore(path);
      await appendTo(store, acme, { stream: "mission/m1", drafts: [anEntryDraft(), anEntryDraft(), anEntryDraft()] });
      await store.close();
      editByHand(path, `drop trigger entry_is_not_updated; drop trigger entry_is_not_deleted; ${statement}`);
      const again = await openStore(path);
      await expect(readStream(again, "mission/m1")).rejects.toMatchObject({ code: "store/corrupt" });
    },
  );
});

describe("isOlder", () => {
  it.each([
    ["3.51.2", true],
    ["3.45.1", true],
    ["2.99.99", true],
    ["3.51", true],
    ["", true],
    ["3.51.3", false],
    ["3.51.10", false],
    ["3.52.0", false],
    ["4.0", false],
  ])("says of %s: %s", (version, older) => {
    expect(isOlder(version, SQLITE_VERSION_MIN)).toBe(older);
  });

  it("keeps a store closed under an SQLite that is too old", () => {
    expect(() => requireVersion("3.51.2")).toThrow(expect.objectContaining({ code: "store/sqlite_too_old" }));
    expect(() => requireVersion(SQLITE_VERSION_MIN)).not.toThrow();
  });
});

describe("networkFileSystemName", () => {
  it.each([
    ["nfs", 0x6969, "nfs"],
    ["cifs, as a signed number", 0xff534d42 | 0, "cifs"],
    ["ceph", 0x00c36400, "ceph"],
    ["ext4", 0xef53, undefined],
    ["tmpfs", 0x01021994, undefined],
  ])("knows %s", (_name, type, name) => {
    expect(networkFileSystemName(type)).toBe(name);
  });

  it("keeps a store off a file system whose locks cross a network", () => {
    expect(() => requireLocal("/mnt/log.sqlite", 0x6969)).toThrow(
      expect.objectContaining({ code: "store/network_file_system" }),
    );
    expect(() => requireLocal("/mnt/log.sqlite", 0xef53)).not.toThrow();
  });
});

const APPENDER = new URL("appender.ts", import.meta.url).pathname;

function newPath(): string {
  return join(temporaryFolder(), "aura.db");
}

/** A second name of the file, in the same folder. */
function linkBeside(path: string, link: (target: string, path: string) => void): string {
  const other = join(dirname(path), "other.db");
  link(path, other);
  return other;
}

async function openStore(path: string): Promise<LogStore> {
  const store = await openSqliteLogStore({ path, clock: new FakeClock(), projections: [spokenProjection] });
  onTestFinished(async () => store.close());
  return store;
}

async function openThenRead(path: string): Promise<void> {
  await readStream(await openStore(path), "mission/m7");
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

function setUserVersion(path: string, version: number): void {
  editByHand(path, `pragma user_version = ${version}`);
}

function overwrite(path: string, { from, bytes }: { readonly from: number; readonly bytes: number }): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, from);
  closeSync(file);
}
