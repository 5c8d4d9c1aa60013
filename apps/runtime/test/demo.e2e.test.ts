import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeyFile } from "@aura/trust/key-file";
import { signCheckpoint } from "@aura/trust";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadApplication } from "../src/application.ts";
import { dataFolder, keyPath, loadIdentity } from "../src/data-folder.ts";
import { exportedLines, writeLines } from "../src/export-log.ts";
import { record, RUNTIME } from "../src/record.ts";
import { foundNamespace, openNamespace } from "../src/wire.ts";
import { NOTEBOOK } from "./in-process.ts";
import { spawnAura, spawnAuraTrust } from "./spawn-aura.ts";
import type { ProcessEnd } from "./spawn-aura.ts";

/** One founded namespace with two demo runs behind it, made once: every test below only reads it. */
const scratch = mkdtempSync(join(tmpdir(), "aura-demo-"));
const data = join(scratch, "data");
const log = join(data, "out", "log.jsonl");
const key = join(data, "log.vkey");
let first: ProcessEnd;
let second: ProcessEnd;
/** The log as the first run exported it. */
const firstLog = join(scratch, "first.jsonl");

beforeAll(async () => {
  first = await spawnAura(["demo", "--app", NOTEBOOK, "--data", data]);
  copyFileSync(log, firstLog);
  second = await spawnAura(["demo", "--app", NOTEBOOK, "--data", data]);
}, 60_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function notes(): readonly string[] {
  return readFileSync(join(data, "files", "notes.txt"), "utf8")
    .split("\n")
    .slice(0, -1);
}

function olderCheckpoint(): string {
  const sizes = readdirSync(join(data, "checkpoints")).map((name) => Number.parseInt(name, 10));
  return join(data, "checkpoints", `${Math.min(...sizes)}.txt`);
}

describe("aura demo", () => {
  it("runs from an empty folder to CLOSED: SUCCEEDED, and says nothing on standard error", () => {
    expect(first).toMatchObject({ exitCode: 0, err: "" });
    expect(first.out).toMatch(/Mission [0-9a-f-]{36} is CLOSED: SUCCEEDED\./);
  });

  it("tells each state, in order, and each call with its decision and rule", () => {
    const states = [...first.out.matchAll(/ mission {2}([A-Z_]+)/g)].map(([, state]) => state);
    expect(states).toEqual([
      "CREATED",
      "PLANNING",
      "WAITING_APPROVAL",
      "APPROVED",
      "PENDING_EXECUTION",
      "IN_PROGRESS",
      "EXECUTED",
      "CLOSED",
    ]);
    expect(first.out.match(/add_note {8}PERMIT by may-note/g)).toHaveLength(3);
    expect(first.out.match(/list_notes {6}PERMIT by may-note/g)).toHaveLength(1);
    expect(first.out).toMatch(/burn_notes +DENY by notes-stay, not sent/);
    expect(first.out).toMatch(/log +\d+ entries, root [\w-]{43} {2}signed/);
  });

  it("is plain where no terminal is", () => {
    expect(first.out).not.toContain("\u001b");
  });

  it("does what was permitted and nothing else, on a copy: the application folder stays as it was", () => {
    expect(notes().slice(0, 3)).toEqual(["bread", "salt", "lamp oil"]);
    expect(readFileSync(join(NOTEBOOK, "files", "notes.txt"), "utf8")).toBe("");
  });

  it("starts a new mission over the same files the second time, in the same namespace", () => {
    expect(second).toMatchObject({ exitCode: 0, err: "" });
    expect(second.out).not.toContain("FOUNDED");
    expect(notes()).toHaveLength(6);
    const names = [...`${first.out}${second.out}`.matchAll(/The log of (\S+) holds/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(1);
  });

  it("prints commands that verify, with the older checkpoint from the second run on", async () => {
    const commands = [...second.out.matchAll(/^ {2}npx -y pnpm@12\.18\.0 aura-trust (.+)$/gm)].map(
      ([, command = ""]) => command,
    );
    expect(commands).toHaveLength(3);
    expect(commands.filter((command) => command.includes("--since"))).toHaveLength(1);
    for (const command of commands) expect(await spawnAuraTrust(command.split(" "))).toMatchObject({ exitCode: 0 });
  });

  it("keeps everything it makes to its owner, but for the key that others need", () => {
    for (const name of ["namespace.json", "log.sqlite", "out/log.jsonl"]) {
      expect(statSync(join(data, name)).mode & 0o077, name).toBe(0);
    }
    expect(statSync(key).mode & 0o777).toBe(0o644);
  });
});

describe("an exported log", () => {
  /** Verifies lines under a name of their own. */
  async function verify(name: string, lines: readonly string[], more: readonly string[] = []): Promise<ProcessEnd> {
    const file = join(scratch, name);
    writeFileSync(file, `${lines.join("\n")}\n`);
    return spawnAuraTrust(["verify", file, "--key", key, ...more]);
  }

  function linesOf(path: string): string[] {
    return readFileSync(path, "utf8").trimEnd().split("\n");
  }

  it("verifies, also against the checkpoint of the earlier run", async () => {
    expect(await spawnAuraTrust(["verify", log, "--key", key, "--since", olderCheckpoint()])).toMatchObject({
      exitCode: 0,
    });
  });

  it("with one flipped byte is refused, and the entry is named", async () => {
    const lines = linesOf(log);
    lines[12] = (lines[12] ?? "").replace(
      /"timeMs":(\d+)(\d)/,
      (_, most: string, last: string) => `"timeMs":${most}${(Number(last) + 1) % 10}`,
    );
    const { exitCode, out, err } = await verify("flipped", lines);
    expect(`${out}${err}`).toContain("entry_altered");
    expect(`${out}${err}`).toContain("11");
    expect(exitCode).not.toBe(0);
  });

  it("with one entry dropped is refused", async () => {
    const { exitCode, out, err } = await verify("dropped", linesOf(log).toSpliced(9, 1));
    expect(`${out}${err}`).toContain("entry_dropped");
    expect(exitCode).not.toBe(0);
  });

  it("with two entries swapped is refused", async () => {
    const lines = linesOf(log);
    const [one = "", other = ""] = [lines[9], lines[10]];
    const { exitCode, out, err } = await verify("swapped", lines.with(9, other).with(10, one));
    expect(`${out}${err}`).toContain("entries_reordered");
    expect(exitCode).not.toBe(0);
  });

  it("with its tail cut is refused", async () => {
    const { exitCode, out, err } = await verify("cut", linesOf(log).slice(0, -2));
    expect(`${out}${err}`).toContain("truncated");
    expect(exitCode).not.toBe(0);
  });

  it("of an earlier day is refused against a later checkpoint", async () => {
    const sizes = readdirSync(join(data, "checkpoints")).map((name) => Number.parseInt(name, 10));
    const newest = join(data, "checkpoints", `${Math.max(...sizes)}.txt`);
    const { exitCode, out, err } = await spawnAuraTrust(["verify", firstLog, "--key", key, "--since", newest]);
    expect(`${out}${err}`).toContain("truncated");
    expect(exitCode).not.toBe(0);
  });

  it("made again with the same key is accepted alone, and refused against the older checkpoint", async () => {
    const { file, alone } = await remadeLog();
    expect(alone).toMatchObject({ exitCode: 0 });
    const { exitCode, out, err } = await spawnAuraTrust(["verify", file, "--key", key, "--since", olderCheckpoint()]);
    expect(`${out}${err}`).toContain("rewritten");
    expect(exitCode).not.toBe(0);
  });

  it("signed by another key under the same name is refused", async () => {
    const other = join(scratch, "other");
    await spawnAura(["init", "--data", other]);
    const impostor = await loadKeyFile(keyPath(dataFolder(other), "log"));
    const { origin } = await loadIdentity(dataFolder(data));
    const [header = "", ...entries] = linesOf(log);
    const [, size = "", root = ""] = (JSON.parse(header) as { checkpoint: string }).checkpoint.split("\n");
    const base64url = root.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const note = await signCheckpoint(impostor, { origin, size: Number(size), root: base64url as never });
    const forged = header.replace(/"checkpoint":"(?:[^"\\]|\\.)*"/, () => `"checkpoint":${JSON.stringify(note)}`);
    const { exitCode, out, err } = await verify("forged", [forged, ...entries]);
    expect(`${out}${err}`).toContain("wrong_key");
    expect(exitCode).not.toBe(0);
  });

  /** What somebody who has the log key can make: a longer log of the same name with another past. */
  async function remadeLog(): Promise<{ readonly file: string; readonly alone: ProcessEnd }> {
    const remade = dataFolder(join(scratch, "remade"));
    const file = join(scratch, "remade.jsonl");
    mkdirSync(remade.path);
    copyFileSync(dataFolder(data).identity, remade.identity);
    cpSync(dataFolder(data).keys, remade.keys, { recursive: true });
    const { release } = await loadApplication(NOTEBOOK);
    await foundNamespace({ folder: remade, rootFolder: `${remade.path}.root`, org: "localhost", release });
    const namespace = await openNamespace(remade);
    for (let entry = 0; entry < 60; entry += 1) {
      await record(namespace, "agent/impostor", {
        type: "agent.registered",
        actor: RUNTIME,
        data: { version: `${entry}` },
      });
    }
    await writeLines(exportedLines(namespace, await namespace.checkpoints.signNow()), file);
    await namespace.close();
    return { file, alone: await spawnAuraTrust(["verify", file, "--key", key]) };
  }
});
