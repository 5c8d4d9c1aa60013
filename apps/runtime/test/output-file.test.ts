import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDurably } from "../src/durable-file.ts";
import { writeLines } from "../src/export-log.ts";
import { aura, scratchFolder } from "./in-process.ts";

const MISSION = "01890000-0000-7000-8000-000000000000";

/** How a command that writes a file is called. */
const COMMANDS: readonly (readonly [string, (data: string, out: string) => readonly string[]])[] = [
  ["export", (data, out) => ["export", "--data", data, "--out", out]],
  ["receipt", (data, out) => ["receipt", MISSION, "--data", data, "--out", out]],
];

describe.each(COMMANDS)("aura %s --out", (_name, command) => {
  const scratch = scratchFolder();
  const data = scratch.at("data");
  beforeAll(async () => {
    await aura(["init", "--data", data]);
    symlinkSync(data, scratch.at("link"));
  });
  afterAll(() => scratch[Symbol.dispose]());

  it.each([
    "data/log.sqlite",
    "data/log.sqlite-wal",
    "data/log.vkey",
    "data/namespace.json",
    "data/keys/log.key",
    "data/checkpoints/4.txt",
    "data/files/new.jsonl",
    "data/new.jsonl",
    "data/out/../keys/token.key",
    "data/out",
    "link/keys/log.key",
    "data.root/root.key",
    "nowhere/log.jsonl",
  ])("refuses %s and changes nothing there", async (name) => {
    const before = snapshot(scratch.path);
    const { exitCode, err } = await aura(command(data, scratch.at(name)));
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/output_refused")]);
    expect(snapshot(scratch.path)).toEqual(before);
  });

  it("refuses a name in out/ that leads elsewhere", async () => {
    mkdirSync(join(data, "out"), { recursive: true });
    symlinkSync(join(data, "keys"), join(data, "out", "keys"));
    const { exitCode, err } = await aura(command(data, join(data, "out", "keys", "log.key")));
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/output_refused")]);
  });

  it.each(["fifo", "symlink", "folder"] as const)("refuses a target that is a %s, and leaves it", async (kind) => {
    const out = scratch.at(`special-${kind}`);
    makeSpecial(kind, out);
    const before = lstatSync(out);
    const { exitCode, err } = await aura(command(data, out));
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/output_refused")]);
    expect(lstatSync(out)).toMatchObject({ ino: before.ino, mode: before.mode });
  });
});

describe("aura export --out", () => {
  it.each(["elsewhere.jsonl", "data/out/mine.jsonl", "data-beside/log.jsonl"])("writes %s, twice", async (name) => {
    using scratch = scratchFolder();
    await aura(["init", "--data", scratch.at("data")]);
    mkdirSync(scratch.at("data/out"));
    mkdirSync(scratch.at("data-beside"));
    const args = ["export", "--data", scratch.at("data"), "--out", scratch.at(name)];
    expect(await aura(args)).toMatchObject({ exitCode: 0, err: "" });
    expect(await aura(args)).toMatchObject({ exitCode: 0, err: "" });
    expect(readFileSync(scratch.at(name), "utf8")).toContain("aura-log-1");
  });
});

describe("the folder out/", () => {
  it("is made for an export, for its owner alone", async () => {
    using scratch = scratchFolder();
    await aura(["init", "--data", scratch.at("data")]);
    const out = scratch.at("data/out/mine.jsonl");
    expect(await aura(["export", "--data", scratch.at("data"), "--out", out])).toMatchObject({ exitCode: 0, err: "" });
    expect(readFileSync(out, "utf8")).toContain("aura-log-1");
    expect(lstatSync(scratch.at("data/out")).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["below it", "data", "data/out/deep/mine.jsonl"],
    ["of a folder that holds no namespace", "empty", "empty/out/mine.jsonl"],
    ["of a folder that is not there", "nowhere", "nowhere/out/mine.jsonl"],
  ])("is not made for a folder %s", async (_what, data, out) => {
    using scratch = scratchFolder();
    mkdirSync(scratch.at("empty"));
    await aura(["init", "--data", scratch.at("data")]);
    const before = readdirSync(scratch.path, { recursive: true });
    const { exitCode, err } = await aura(["export", "--data", scratch.at(data), "--out", scratch.at(out)]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/output_refused")]);
    expect(readdirSync(scratch.path, { recursive: true })).toEqual(before);
  });
});

const WRITERS: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ["writeDurably", (path) => writeDurably(path, "new\n")],
  ["writeLines", (path) => writeLines(lines("new\n"), path)],
];

describe.each(WRITERS)("%s", (_name, write) => {
  it.each(["fifo", "symlink", "folder"] as const)("never replaces a %s", async (kind) => {
    using scratch = scratchFolder();
    makeSpecial(kind, scratch.at("target"));
    await expect(write(scratch.at("target"))).rejects.toThrow(
      expect.objectContaining({ code: "runtime/output_refused" }),
    );
    expect(readdirSync(scratch.path)).toEqual(["target"]);
  });

  it("follows no link under the name where the content grows", async () => {
    using scratch = scratchFolder();
    writeFileSync(scratch.at("precious"), "precious");
    symlinkSync(scratch.at("precious"), scratch.at("target.new"));
    await expect(write(scratch.at("target"))).rejects.toThrow(
      expect.objectContaining({ code: "runtime/output_refused" }),
    );
    expect(readFileSync(scratch.at("precious"), "utf8")).toBe("precious");
  });

  it("writes over what an interrupted write left", async () => {
    using scratch = scratchFolder();
    writeFileSync(scratch.at("target"), "old");
    writeFileSync(scratch.at("target.new"), "a longer half of something");
    await write(scratch.at("target"));
    expect(readFileSync(scratch.at("target"), "utf8")).toBe("new\n");
    expect(readdirSync(scratch.path)).toEqual(["target"]);
  });
});

describe("aura init --root-dir", () => {
  it.each(["data", "data/keys", "data/vault/deep", "link/vault"])(
    "refuses %s, inside the data folder",
    async (name) => {
      using scratch = scratchFolder();
      mkdirSync(scratch.at("data"));
      symlinkSync(scratch.at("data"), scratch.at("link"));
      const { exitCode, err } = await aura(["init", "--data", scratch.at("data"), "--root-dir", scratch.at(name)]);
      expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/root_folder_refused")]);
      expect(readdirSync(scratch.at("data"))).toEqual([]);
    },
  );
});

function makeSpecial(kind: "fifo" | "symlink" | "folder", path: string): void {
  if (kind === "fifo") execFileSync("mkfifo", [path]);
  else if (kind === "symlink") symlinkSync("/dev/null", path);
  else mkdirSync(path);
}

/** Every file below a folder with its content. */
function snapshot(path: string): Readonly<Record<string, string>> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((file) => [join(file.parentPath, file.name), readFileSync(join(file.parentPath, file.name), "base64")]),
  );
}

async function* lines(text: string): AsyncIterable<string> {
  yield text;
}
