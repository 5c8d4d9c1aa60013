import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { aura, NOTEBOOK, scratchFolder } from "./in-process.ts";

/** A namespace founded to the end, whose log somebody removed. */
async function lostLog(data: string): Promise<void> {
  expect(await aura(["init", "--data", data, "--app", NOTEBOOK])).toMatchObject({ exitCode: 0 });
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(data, `log.sqlite${suffix}`), { force: true });
}

const COMMANDS: Readonly<Record<string, (data: string) => readonly string[]>> = {
  init: (data) => ["init", "--data", data],
  demo: (data) => ["demo", "--app", NOTEBOOK, "--data", data],
  start: (data) => ["start", "--app", NOTEBOOK, "--data", data, "--until-idle"],
  export: (data) => ["export", "--data", data, "--out", `${data}.jsonl`],
};

describe.each(Object.keys(COMMANDS))("aura %s, where a founded namespace lost its log", (command) => {
  it("refuses, names the way on, and makes no new log", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await lostLog(data);
    const { exitCode, err } = await aura(COMMANDS[command]?.(data) ?? []);
    expect(err).toContain("runtime/log_lost");
    expect(err).toContain("new folder");
    expect(err).toContain("not offered yet");
    expect(exitCode).toBe(10);
    expect(existsSync(join(data, "log.sqlite"))).toBe(false);
  });

  it("refuses too where the log is an empty file", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await lostLog(data);
    writeFileSync(join(data, "log.sqlite"), "", { mode: 0o600 });
    const { exitCode, err } = await aura(COMMANDS[command]?.(data) ?? []);
    expect([exitCode, err]).toEqual([10, expect.stringContaining("runtime/log_lost")]);
  });
});

describe.each(["checkpoints", "out"])("what earlier runs left in %s/", (name) => {
  it.each(["init", "demo"])("shows %s that a log was there, though the verifier key went with it", async (command) => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await lostLog(data);
    rmSync(join(data, "log.vkey"));
    mkdirSync(join(data, name));
    const { exitCode, err } = await aura(COMMANDS[command]?.(data) ?? []);
    expect([exitCode, err]).toEqual([10, expect.stringContaining("runtime/log_lost")]);
  });
});
