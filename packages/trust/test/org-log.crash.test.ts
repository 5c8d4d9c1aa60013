import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leafHash, merkleRoot, openCheckpoint, openCosignature, parseVerifierKey } from "../src/index.ts";
import type { Checkpoint, Hash } from "../src/index.ts";
import { type OpenFile, openFile } from "../src/file-chain/disk.ts";
import { FileChainStore } from "../src/file-chain-store.ts";
import { openOrgLog, type OrgLog } from "../src/org-log.ts";
import { orgLogFolder } from "../src/org-log-folder.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { verifyOrgLog } from "../src/verify-org-log.ts";
import { appendMany, countingRandom, openChain } from "./audit-world.ts";
import { FailingDisk } from "./failing-disk.ts";
import { aClock, aNamespace, ORG_KEY, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";
import { aNetwork } from "./witness-net.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-org-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

const places = () => ({ chain: join(folder, "chain"), state: join(folder, "state") });

async function opened(disk: FailingDisk, clock = aClock()) {
  const { chain, state } = places();
  const [store, kept] = [new FileChainStore(chain, disk.open), orgLogFolder(state, disk.open)];
  try {
    return await openOrgLog(store, orgKey, {
      origin: ORG_ORIGIN,
      tickMs: TICK_MS,
      state: kept,
      clock,
      random: countingRandom(),
    });
  } catch (error) {
    await store.close(); // a process that dies lets go of its locks
    await kept.close();
    throw error;
  }
}

/** Two namespaces register, grow, tick, and one is retired. Answers what was acknowledged. */
async function story(disk: FailingDisk) {
  const clock = aClock();
  const all = [await aNamespace("payments", 71), await aNamespace("shop", 72)];
  const taken = new Map<string, number>();
  const acknowledged = { ticks: 0, registered: new Set<string>(), taken, anchored: [] as Checkpoint[] };
  let orgLog: OrgLog | undefined;
  try {
    orgLog = await opened(disk, clock);
    for (const { key, origin } of all) {
      await orgLog.register(key);
      acknowledged.registered.add(origin);
    }
    for (let round = 0; round < 3; round += 1) {
      for (const one of all) {
        await one.grow(round + 1, 10 * round);
        const answer = await one.submitTo(orgLog);
        if (answer.ok) taken.set(one.origin, answer.size);
      }
      clock.pass(TICK_MS);
      await orgLog.tick();
      acknowledged.ticks += 1;
      for (const { key, origin } of all) {
        const verified = verifyAnchored(await orgLog.anchored(origin), { key, orgLog: ORG_KEY });
        if (verified.ok) acknowledged.anchored.push(verified.checkpoint);
      }
    }
    await orgLog.close();
  } catch {
    disk.fails = () => undefined;
    await orgLog?.close().catch(() => undefined); // a process that dies lets go of its locks
  }
  return acknowledged;
}

describe("an org log on disk", () => {
  it("forgets nothing that it took or anchored, and takes no other history, whichever operation of the disk is the last", async () => {
    const work = new FailingDisk();
    expect(await story(work)).toMatchObject({ ticks: 3 });
    expect(work.operations).toBeGreaterThan(60);
    for (let last = 0; last <= work.operations; last += 1) {
      await rm(folder, { recursive: true });
      const disk = new FailingDisk();
      disk.fails = (operation) => (operation > last ? "EIO" : undefined);
      const { ticks, registered, taken, anchored } = await story(disk);
      const clock = aClock();
      clock.pass(10 * TICK_MS);
      const again = await opened(new FailingDisk(), clock);
      expect(again.size).toBeGreaterThan(ticks);
      for (const [name, byte] of [
        ["payments", 71],
        ["shop", 72],
      ] as const) {
        const { key, origin } = await aNamespace(name, byte);
        if (registered.has(origin)) {
          const forked = await aNamespace(name, byte);
          await forked.grow(40, 900);
          const answer = await forked.submitTo(again);
          const standing = taken.get(origin) ?? 0;
          if (standing > 1) expect(answer).toMatchObject({ ok: false, reason: "inconsistent" });
          if (!answer.ok && "taken" in answer) expect(answer.taken).toBeGreaterThanOrEqual(standing);
        }
        await again.register(key);
        const whole = await aNamespace(name, byte);
        for (let round = 0; round < 3; round += 1) await whole.grow(round + 1, 10 * round);
        const before = anchored.filter((one) => one.origin === origin);
        if (before.length > 0 || !registered.has(origin))
          expect(await whole.submitTo(again)).toMatchObject({ ok: true, size: 7 });
        for (const { size, root } of before) expect(await rootAt(whole, size)).toBe(root);
      }
      expect(await again.tick()).toMatchObject({ fresh: true });
      expect(await verifyOrgLog(again.export(), { key: ORG_KEY })).toMatchObject({ ok: true });
      await again.close();
    }
  }, 120_000);

  it("is refused when a byte of what it kept is another", async () => {
    await story(new FailingDisk());
    const { state } = places();
    const path = join(state, "tick-1.json");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/"nonce":"./, '"nonce":"_'));
    await expect(opened(new FailingDisk())).rejects.toMatchObject({ code: "trust/org_log_damaged" });
    await writeFile(path, Uint8Array.of(0xff));
    await expect(opened(new FailingDisk())).rejects.toMatchObject({ code: "trust/org_log_damaged" });
    await writeFile(path, text);
    await (await opened(new FailingDisk())).close();
  });

  it("is not opened by a second process while the first one has it", async () => {
    const { state } = places();
    const [first, second] = [orgLogFolder(state), orgLogFolder(state)];
    await first.open();
    await expect(second.open()).rejects.toMatchObject({ code: "trust/chain_owned" });
    await expect(second.save("tick-0", "{}")).rejects.toMatchObject({ code: "trust/chain_closed" });
    await first.close();
    await second.open();
    await second.close();
  });

  it("lets no other owner in while it still saves", async () => {
    const { state } = places();
    const held = Promise.withResolvers<void>();
    let holds = false;
    const slow: OpenFile = async (...file) => {
      if (holds) await held.promise;
      return openFile(...file);
    };
    const first = orgLogFolder(state, slow);
    await first.open();
    holds = true;
    const saving = first.save("tick-0", '"first"');
    const closing = first.close();
    await expect(orgLogFolder(state).open()).rejects.toMatchObject({ code: "trust/chain_owned" });
    held.resolve();
    await Promise.all([saving, closing]);
    const second = orgLogFolder(state);
    expect(await second.open()).toEqual(new Map([["tick-0", '"first"']]));
    await second.close();
  });

  it("says what the disk refused", async () => {
    const disk = new FailingDisk();
    const orgLog = await opened(disk);
    const { key } = await aNamespace("payments");
    for (const [refusal, told] of [
      ["ENOSPC", "chain_full"],
      ["EIO", "chain_unusable"],
    ] as const) {
      disk.fails = (_, name) => (name === "write" ? refusal : undefined);
      await expect(orgLog.register(key)).rejects.toMatchObject({ code: `trust/${told}` });
    }
    disk.fails = () => undefined;
    await orgLog.close();
  });
});

describe("a chain on disk whose checkpoints are cosigned", () => {
  it("opens again whichever operation of the disk is the last, and never with a cosigned tree that is not its own", async () => {
    const place = join(folder, "audit");
    const work = await cosignedStory(place, new FailingDisk());
    expect(work.rounds).toBe(3);
    for (let last = 0; last <= work.disk.operations; last += 1) {
      await rm(place, { recursive: true, force: true });
      const disk = new FailingDisk();
      disk.fails = (operation) => (operation > last ? "EIO" : undefined);
      const { net } = await cosignedStory(place, disk);
      const chain = await openChain(new FileChainStore(place, new FailingDisk().open), {
        witnesses: { ...net.policy, every: 0 },
      });
      const { checkpoint, root, size } = await chain.prove(0);
      expect(openCheckpoint(checkpoint, parseVerifierKey(chain.verifierKey))).toMatchObject({ ok: true, root, size });
      expect(await chain.witness()).toMatchObject({ witnessed: true });
      expect(net.disputes).toEqual([]); // what was cosigned stands
      await chain.close();
    }
  }, 120_000);
});

async function cosignedStory(place: string, disk: FailingDisk) {
  const net = await aNetwork(1);
  let rounds = 0;
  const store = new FileChainStore(place, disk.open);
  try {
    const chain = await openChain(store, { witnesses: { ...net.policy, every: 0 } });
    for (const count of [1, 260, 3]) {
      await appendMany(chain, count);
      const { note } = await chain.witness();
      expect(openCosignature(note, net.services[0]!.key).ok).toBe(true);
      rounds += 1;
    }
    await chain.close();
  } catch {
    await store.close(); // a process that dies lets go of its lock
  }
  return { net, rounds, disk };
}

async function rootAt(one: Awaited<ReturnType<typeof aNamespace>>, size: number): Promise<Hash> {
  const leaves: Hash[] = [];
  for (let seq = 0; seq < size; seq += 1) leaves.push(leafHash((await one.chain.prove(seq)).text));
  return merkleRoot(leaves);
}
