import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { constants, type FileHandle, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatVerifierKey } from "../src/index.ts";
import { endOf, startCli } from "./cli-run.ts";
import { exportOf, LOG_KEY, ORIGIN, sampleLog } from "./sample-log.ts";

const KEY = formatVerifierKey(ORIGIN, LOG_KEY.key);
let folder: string;
let short: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-process-"));
  const log = await sampleLog();
  short = await exportOf(log);
  await writeFile(at("cut.jsonl"), short.slice(0, -200));
  const [header = "", , entry = ""] = short.split("\n");
  await writeFile(at("long.jsonl"), `${header}\n${`${entry}\n`.repeat(20_000)}`); // nothing that verifies, much to show
});
afterAll(() => rm(folder, { recursive: true }));

describe("a process of aura-trust", () => {
  it("reads standard input, and lets go of it once the verdict is clear", async () => {
    expect(await endOf(startCli(["verify", "-", "--key", KEY]), short)).toMatchObject({ code: 0, err: "" });
    const endless = startCli(["verify", "-", "--key", KEY]);
    endless.stdin.write(`no log\n${"x".repeat(400_000)}`); // and never ends
    expect(await endOf(endless)).toMatchObject({ code: 1, out: expect.stringContaining("malformed_header") });
  });

  it("ends at once when it is interrupted, also while it waits for a pipe into which nobody writes", async () => {
    execFileSync("mkfifo", [at("fifo")]);
    const waiting = startCli(["verify", at("fifo"), "--key", KEY]);
    const writer = await openForWriting(at("fifo")); // only once somebody reads
    waiting.kill("SIGINT");
    expect(await once(waiting, "exit")).toEqual([null, "SIGINT"]);
    await writer.close();
  });

  it("keeps its exit code when the pipe behind it closes, and stops where nobody reads on", async () => {
    const refused = startCli(["verify", at("cut.jsonl"), "--key", KEY]);
    refused.stdout.destroy();
    const [code] = (await once(refused, "exit")) as [number];
    expect(code).toBe(1);
    const long = startCli(["inspect", at("long.jsonl")]);
    await once(long.stdout, "data");
    long.stdout.destroy();
    expect((await once(long, "exit"))[0]).toBe(0);
  });
});

/** Opens a pipe as soon as it has a reader. */
async function openForWriting(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENXIO")) throw error;
    }
  }
}
