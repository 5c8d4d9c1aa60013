import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../src/index.ts";
import { fileChainStore } from "../src/file-chain-store.ts";
import { openOrgLog } from "../src/org-log.ts";
import { orgLogFolder } from "../src/org-log-folder.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { verifyOrgLog } from "../src/verify-org-log.ts";
import { aNamespace, ORG_KEY, ORG_ORIGIN, orgKey } from "./org-log-world.ts";

const WRITER = fileURLToPath(new URL("org-log-writer.ts", import.meta.url));

let folder: string;
/** The largest size that was acknowledged, by namespace; and the last tick. */
const taken = new Map<number, number>();
let ticked = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-org-log-"));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([3, 40, 300])(
  "knows every checkpoint and tick that it acknowledged after kill -9 behind %i of them",
  async (count) => {
    await writeUntilKilled(count);
    const orgLog = await openOrgLog(fileChainStore(join(folder, "chain")), orgKey, {
      origin: ORG_ORIGIN,
      tickMs: 1,
      state: orgLogFolder(join(folder, "state")),
      clock: systemClock,
    });
    expect(orgLog.size).toBeGreaterThan(ticked);
    expect((await orgLog.tick()).tick).toBeGreaterThan(0);
    expect(await verifyOrgLog(orgLog.export(), { key: ORG_KEY })).toMatchObject({ ok: true });
    for (const [at, size] of taken) {
      const { key, origin } = await aNamespace(`ns-${at}`, at + 1);
      const verified = verifyAnchored(await orgLog.anchored(origin), { key, orgLog: ORG_KEY });
      if (!verified.ok) throw new Error(verified.what);
      expect(verified.checkpoint.size).toBeGreaterThanOrEqual(size);
      const forked = await aNamespace(`ns-${at}`, at + 1);
      await forked.grow(size + 400, 10_000);
      expect(await forked.submitTo(orgLog)).toMatchObject({ ok: false, reason: "inconsistent" });
    }
    await orgLog.close();
  },
);

/** Kills the writer once it has printed so many lines; what it printed until it died counts, too. */
async function writeUntilKilled(count: number): Promise<void> {
  const writer = spawn(process.execPath, ["--conditions=@aura/source", WRITER, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = 0;
  for await (const line of createInterface(writer.stdout)) {
    const [, kind, first = "", second = ""] = /^(tick|taken|refused) (\d+)(?: (\w+))?$/.exec(line) ?? [];
    if (kind === "tick") ticked = Math.max(ticked, Number(first));
    if (kind === "taken") taken.set(Number(first), Math.max(taken.get(Number(first)) ?? 0, Number(second)));
    printed += 1;
    if (printed === count) writer.kill("SIGKILL");
  }
  expect(printed).toBeGreaterThanOrEqual(count);
}
