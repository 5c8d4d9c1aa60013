import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fileChainStore } from "@aura/trust/file-chain-store";
import { appendMany, linesOf, openChain, verifyChain } from "./audit-world.ts";

const WRITER = fileURLToPath(new URL("chain-writer.ts", import.meta.url));
const ACKNOWLEDGED_BEFORE_KILL = [1, 65, 300] as const;

let folder: string;
const acknowledged = new Map<number, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-chain-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

it.each(ACKNOWLEDGED_BEFORE_KILL)("loses no acknowledged entry to kill -9 after %i of them", async (count) => {
  await writeUntilKilled(count);
  const chain = await openChain(fileChainStore(folder));
  try {
    await appendMany(chain, 1);
    expect(await verifyChain(chain)).toMatchObject({ ok: true });
    const leaves = (await linesOf(chain)).slice(1).map((line) => (JSON.parse(line) as { leaf: string }).leaf);
    for (const [seq, leaf] of acknowledged) expect(leaves[seq]).toBe(leaf);
  } finally {
    await chain.close();
  }
});

it("is refused to a second process while the first one lives, and taken over when it is dead", async () => {
  const writer = start();
  await once(createInterface(writer.stdout), "line");
  await expect(openChain(fileChainStore(folder))).rejects.toMatchObject({ code: "trust/chain_owned" });
  writer.kill("SIGKILL");
  await once(writer, "exit");
  await (await openChain(fileChainStore(folder))).close();
});

function start() {
  return spawn(process.execPath, ["--conditions=@aura/source", WRITER, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Kills the writer once it has printed so many entries; what it printed until it died counts, too. */
async function writeUntilKilled(count: number): Promise<void> {
  const writer = start();
  let printed = 0;
  for await (const line of createInterface(writer.stdout)) {
    const [seq = "", leaf] = line.split(" ");
    if (leaf?.length === 43) acknowledged.set(Number(seq), leaf); // the last line may be cut
    printed += 1;
    if (printed === count) writer.kill("SIGKILL");
  }
  expect(printed).toBeGreaterThanOrEqual(count);
}
