import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openFounding } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { describe, expect, it } from "vitest";
import { KEY_USES, dataFolder, keyPath } from "../src/data-folder.ts";
import { openNamespace, quietWorld } from "../src/wire.ts";
import { aura, logOf, scratchFolder } from "./in-process.ts";

describe("aura init", () => {
  it("makes every key readable by its owner alone, and the root key apart from the runtime's", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    expect(await aura(["init", "--data", data, "--root-dir", scratch.at("vault")])).toMatchObject({ exitCode: 0 });
    const keys = KEY_USES.map((use) => keyPath(dataFolder(data), use));
    const root = [scratch.at("vault/root.key"), scratch.at("vault/approver.key")];
    for (const file of [...keys, ...root]) expect(statSync(file).mode & 0o777, file).toBe(0o600);
    for (const folder of [data, join(data, "keys"), scratch.at("vault")])
      expect(statSync(folder).mode & 0o777, folder).toBe(0o700);
    expect(existsSync(join(data, "keys", "root.key"))).toBe(false);
  });

  it("begins the log with a statement that the root key signed, over the runtime's keys", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data, "--org", "example.com"]);
    const root = await loadKeyFile(`${data}.root/root.key`);
    const namespace = await openNamespace(dataFolder(data));
    const [first] = await logOf(namespace);
    const founded = openFounding(first?.entry.data["statement"] as string, root.publicKey);
    await namespace.close();
    expect(first).toMatchObject({ seq: 0, entry: { type: "namespace.founded", stream: "control" } });
    expect(founded).toMatchObject({
      ok: true,
      signature: "verified",
      statement: { origin: namespace.identity.origin },
    });
    expect(namespace.identity.origin).toMatch(/^example\.com\/aura\/[0-9a-f-]{36}$/);
    expect(founded.ok && founded.statement.keys.map(({ use }) => use).toSorted()).toEqual(KEY_USES.toSorted());
  });

  it("writes the verifier key and says how to hand it on", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    const { out } = await aura(["init", "--data", data]);
    expect(readFileSync(join(data, "log.vkey"), "utf8")).toMatch(
      /^localhost\/aura\/[0-9a-f-]{36}\+[0-9a-f]{8}\+\S+\n$/,
    );
    expect(out).toContain("Give the log's verifier key to everybody who shall verify the log");
    expect(out).toContain("Take the root key away from this machine");
  });

  it.each([
    ["after its identity was written", ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "keys", "log.vkey"]],
    [
      "while its keys were made",
      ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "keys/token.key", "keys/outcome.key", "log.vkey"],
    ],
    ["before its first entry", ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "log.vkey"]],
    ["before its verifier key was written", ["log.vkey"]],
  ])("finishes a founding that was interrupted %s", async (_when, missing) => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    const identity = readFileSync(join(data, "namespace.json"), "utf8");
    for (const name of missing) rmSync(join(data, name), { recursive: true, force: true });
    writeFileSync(join(data, "keys.tmp"), "");
    rmSync(join(data, "keys.tmp"));
    expect(await aura(["export", "--data", data, "--out", scratch.at("log")])).toMatchObject({ exitCode: 3 });
    expect(await aura(["init", "--data", data])).toMatchObject({ exitCode: 0, err: "" });
    expect(readFileSync(join(data, "namespace.json"), "utf8")).toBe(identity);
    expect(await aura(["export", "--data", data, "--out", scratch.at("log")])).toMatchObject({ exitCode: 0, err: "" });
  });

  it("makes a half-written key file anew before the founding", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    for (const name of ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "log.vkey", "keys/log.key"])
      rmSync(join(data, name), { force: true });
    writeFileSync(join(data, "keys", "log.key.new"), "{", { mode: 0o600 });
    expect(await aura(["init", "--data", data])).toMatchObject({ exitCode: 0, err: "" });
  });

  it("refuses a folder that somebody else uses, and touches nothing in it", async () => {
    using scratch = scratchFolder();
    writeFileSync(scratch.at("letter.txt"), "dear");
    const { exitCode, err } = await aura(["init", "--data", scratch.path]);
    expect(exitCode).toBe(3);
    expect(err).toContain("runtime/folder_foreign");
    expect(existsSync(scratch.at("namespace.json"))).toBe(false);
  });

  it("refuses to found a namespace twice", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    const { exitCode, err } = await aura(["init", "--data", data]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/founded_already")]);
  });

  it("refuses a data folder that is a file", async () => {
    using scratch = scratchFolder();
    writeFileSync(scratch.at("data"), "");
    const { exitCode, err } = await aura(["init", "--data", scratch.at("data")]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/folder_foreign")]);
  });

  it("refuses an organisation that is no domain", async () => {
    using scratch = scratchFolder();
    const { exitCode, err } = await aura(["init", "--data", scratch.at("data"), "--org", "My Company"]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining("runtime/usage")]);
    expect(existsSync(scratch.at("data"))).toBe(false);
  });
});

describe("a founded namespace", () => {
  it.each(KEY_USES)("is not opened without its %s key, and no new one is made", async (use) => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    const path = keyPath(dataFolder(data), use);
    renameSync(path, scratch.at("kept.key"));
    const { exitCode, err } = await aura(["export", "--data", data, "--out", scratch.at("log")]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/key_missing")]);
    expect(err).toContain(path);
    expect(existsSync(path)).toBe(false);
  });

  it("is not opened with a key of another namespace", async () => {
    using scratch = scratchFolder();
    const [data, other] = [scratch.at("data"), scratch.at("other")];
    await aura(["init", "--data", data]);
    await aura(["init", "--data", other]);
    copyFileSync(keyPath(dataFolder(other), "log"), keyPath(dataFolder(data), "log"));
    const { exitCode, err } = await aura(["export", "--data", data, "--out", scratch.at("log")]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/key_foreign")]);
  });

  it("is not opened with a key that others can read", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    chmodSync(keyPath(dataFolder(data), "token"), 0o644);
    const { exitCode, err } = await aura(["export", "--data", data, "--out", scratch.at("log")]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("trust/key_file_exposed")]);
  });

  it("is not found in a folder that is not there, or empty", async () => {
    using scratch = scratchFolder();
    mkdirSync(scratch.at("empty"));
    for (const name of ["nothing", "empty"]) {
      const { exitCode, err } = await aura(["export", "--data", scratch.at(name), "--out", scratch.at("log")]);
      expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/not_founded")]);
    }
  });
});

describe("a namespace without an application", () => {
  it("is not opened before its founding was finished", async () => {
    using scratch = scratchFolder();
    const folder = dataFolder(scratch.at("data"));
    await aura(["init", "--data", folder.path]);
    rmSync(folder.verifierKey);
    await expect(openNamespace(folder)).rejects.toMatchObject({ code: "runtime/founding_unfinished" });
  });

  it("sends nothing", async () => {
    using scratch = scratchFolder();
    const folder = dataFolder(scratch.at("data"));
    await aura(["init", "--data", folder.path]);
    const namespace = await openNamespace(folder);
    const { broker } = await quietWorld(namespace);
    expect(await broker.send({} as never)).toMatchObject({ kind: "not_sent", code: "runtime/no_application" });
    await namespace.close();
  });
});
