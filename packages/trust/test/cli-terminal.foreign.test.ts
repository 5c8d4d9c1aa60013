import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatVerifierKey } from "../src/index.ts";
import { Progress } from "../src/cli/progress.ts";
import { MAIN, runCli } from "./cli-run.ts";
import { exportOf, LOG_KEY, ORIGIN, sampleLog } from "./sample-log.ts";
import { runPython } from "./second-verifier.ts";

const KEY = formatVerifierKey(ORIGIN, LOG_KEY.key);
const ENTRIES = 16_400;
let folder: string;
let short: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-process-"));
  const log = await sampleLog();
  short = await exportOf(log);
  const [, entry] = log.entries;
  for (let index = log.entries.length; index < ENTRIES; index += 1)
    log.entries.push({ ...entry!, stream: `agent/a${index}` });
  const long = await exportOf(log);
  await writeFile(at("long.jsonl"), long);
  await writeFile(at("open.jsonl"), long.slice(0, -3_000)); // more than is reported of, and then nothing more comes
  await writeFile(at("short.jsonl"), short);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

interface Seen {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly memoryKiB: number;
}

/** Runs the program before a terminal. */
async function before(
  { feed = "", interruptAt = "" }: { readonly feed?: string; readonly interruptAt?: string },
  ...words: readonly string[]
): Promise<Seen> {
  const program = [process.execPath, "--conditions=@aura/source", MAIN, ...words];
  const { status, stdout, stderr } = await runPython(["pty-run.py", feed, interruptAt, ...program]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

describe("progress", () => {
  it("shows how far a long log is, before a terminal, and makes room for the verdict", async () => {
    const { code, out, err } = await before({}, "verify", at("long.jsonl"), "--key", KEY);
    expect(err).toMatch(/verified 16384 of 16400 entries, 99%, [0-9]+\/s, [0-9]+ s left/);
    expect(err.endsWith("\r\u001b[K")).toBe(true);
    expect(code).toBe(0);
    expect(out).toMatch(/^OK /);
  });

  it("is shown to nobody where nobody watches, and not of a short log", async () => {
    expect((await runCli(["verify", at("long.jsonl"), "--key", KEY])).err).toBe("");
    expect((await runCli(["verify", at("short.jsonl"), "--key", KEY], { watched: true })).err).toBe("");
  });

  it("is drawn ten times a second at most, with a rate as soon as time has passed, whatever the clock does", () => {
    let [nowMs, err] = [1_000, ""];
    const progress = new Progress({ out: () => undefined, err: (text) => (err += text), watched: true }, "verified", {
      nowMs: () => nowMs,
    });
    progress.show(0, 100);
    progress.show(10, 100);
    nowMs += 99;
    progress.show(20, 100);
    nowMs += 1;
    progress.show(50, 100);
    nowMs -= 500;
    progress.show(60, 100);
    nowMs += 4_400;
    progress.show(120, 100);
    progress.done();
    progress.done();
    expect(err.split("\r\u001b[K")).toEqual([
      "",
      "verified 10 of 100 entries, 10%",
      "verified 50 of 100 entries, 50%, 500/s, 1 s left",
      "verified 120 of 100 entries, 30/s",
      "",
    ]);
  });
});

it("ends with 130 when somebody presses Ctrl-C, says no verdict and clears its line", async () => {
  const { code, out, err } = await before(
    { feed: at("open.jsonl"), interruptAt: "verified 16384" },
    "verify",
    "-",
    "--key",
    KEY,
  );
  expect([code, out]).toEqual([130, ""]);
  expect(err).toMatch(/\r\u001b\[K$/);
  expect(err).not.toMatch(/Error|\n\s+at /);
});
