import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type AuditChain,
  canonicalJson,
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  treeRoot,
  type Hash,
} from "@aura/trust";
import { fileChainStore, FileChainStore } from "../src/file-chain-store.ts";
import { thisProcess } from "../src/file-chain/process-mark.ts";
import { ACTOR, appendMany, openChain, verifyChain } from "./audit-world.ts";
import { FailingDisk } from "./failing-disk.ts";

let parent: string;
let folder: string;
const opened: AuditChain[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "aura-chain-"));
  folder = join(parent, "audit");
});

afterEach(async () => {
  for (const chain of opened.splice(0)) await chain.close().catch(() => undefined);
  await rm(parent, { recursive: true });
});

async function chainIn(disk?: FailingDisk): Promise<AuditChain> {
  const chain = await openChain(disk === undefined ? fileChainStore(folder) : new FileChainStore(folder, disk.open));
  opened.push(chain);
  return chain;
}

/** A chain of the founding and `count` entries, closed. */
async function written(count: number): Promise<void> {
  const chain = await chainIn();
  await appendMany(chain, count);
  await chain.close();
}

const code = (name: string) => ({ code: `trust/${name}` });
const journal = () => join(folder, "journal");

describe("a chain in a folder", () => {
  it("verifies after every closing and opening, across bundles", async () => {
    for (const count of [1, 62, 1, 200, 300]) await written(count);
    expect(await verifyChain(await chainIn())).toMatchObject({ ok: true, size: 565 });
  });

  it("is laid out as C2SP tlog-tiles says: checkpoint, tiles and bundles prove one another", async () => {
    const chain = await chainIn();
    await appendMany(chain, 599);
    const { size, root } = await chain.checkpoint();
    await chain.close();
    const at = (path: string) => readFile(join(folder, path));
    const note = openCheckpoint((await at("checkpoint")).toString(), parseVerifierKey(chain.verifierKey));
    expect(note).toMatchObject({ ok: true, size: 600, root });
    const bundles = await Promise.all(["000", "001", "002.p/88"].map((name) => at(`tile/entries/${name}`)));
    const tiles = await Promise.all(["0/000", "0/001", "0/002.p/88", "1/000.p/2"].map((name) => at(`tile/${name}`)));
    const leaves = bundles.flatMap(entriesOf).map((entry) => leafHash(entry));
    expect(tiles.slice(0, 3).flatMap(hashesOf)).toEqual(leaves);
    const read = (level: number, index: number): readonly Hash[] => hashesOf(tiles[level === 0 ? index : 3]!);
    expect(treeRoot(size, read)).toBe(root);
    expect(existsSync(join(folder, "tile/entries/000.p"))).toBe(false);
  });

  it("gives 64 appenders at once one fdatasync, and needs three more for their checkpoint", async () => {
    const disk = new FailingDisk();
    const chain = await chainIn(disk);
    const before = disk.syncs;
    await appendMany(chain, 63);
    expect(disk.syncs - before).toBe(1);
    await appendMany(chain, 1, 63);
    await chain.prove(0);
    expect(disk.syncs - before).toBe(2 + 2);
  });

  it("is for its owner's eyes alone", async () => {
    await written(1);
    for (const name of ["journal", "checkpoint", "tile/entries/000.p/2"]) {
      expect(((await stat(join(folder, name))).mode & 0o777).toString(8)).toBe("600");
    }
  });
});

describe("what a crash leaves", () => {
  it("cuts off a last write that is torn at any byte, and loses nothing before it", async () => {
    await written(2);
    const whole = await readFile(journal());
    const chain = await chainIn();
    await appendMany(chain, 2);
    await chain.close();
    await rm(join(folder, "checkpoint")); // it was signed over the entries that are torn here
    const torn = await readFile(journal());
    for (let bytes = whole.length; bytes < torn.length; bytes += 7) {
      await writeFile(journal(), torn.subarray(0, bytes));
      const again = await chainIn();
      expect(again.size).toBe(3);
      expect((await stat(journal())).size).toBe(whole.length);
      await again.close();
      await rm(join(folder, "checkpoint"));
    }
    await writeFile(journal(), Buffer.concat([whole, Buffer.alloc(torn.length - whole.length)])); // only its length came to the disk
    const again = await chainIn();
    await appendMany(again, 1);
    expect(await verifyChain(again)).toMatchObject({ ok: true, size: 4 });
  });

  it("keeps every acknowledged entry whichever operation of the disk is the last", async () => {
    const work = new FailingDisk();
    expect(await story(work)).toBe(262);
    expect(work.operations).toBeGreaterThan(60);
    for (let last = 0; last <= work.operations; last += 1) {
      await rm(folder, { recursive: true });
      const disk = new FailingDisk();
      disk.fails = (operation) => (operation > last ? "EIO" : undefined);
      const acknowledged = await story(disk);
      const chain = await chainIn(new FailingDisk());
      expect(chain.size).toBeGreaterThan(acknowledged);
      await appendMany(chain, 1);
      expect(await verifyChain(chain)).toMatchObject({ ok: true });
      await chain.close();
    }
  });

  it("refuses a chain whose acknowledged entries were changed or cut", async () => {
    await written(2);
    await written(2);
    const whole = await readFile(journal());
    const changed = Buffer.from(whole);
    changed[changed.indexOf('"order":0') + 8] = 0x39;
    await writeFile(journal(), changed);
    await expect(chainIn()).rejects.toMatchObject(code("chain_damaged"));
    await writeFile(journal(), whole);
    await truncate(journal(), whole.length - 5);
    await expect(chainIn()).rejects.toMatchObject(code("chain_damaged")); // the checkpoint covers what is torn
  });

  it("refuses a changed entry that no checkpoint covers, if a whole write stands behind it", async () => {
    await written(2);
    await written(2);
    await rm(join(folder, "checkpoint"));
    const changed = await readFile(journal());
    changed[changed.indexOf('"order":0') + 8] = 0x39;
    await writeFile(journal(), changed);
    await expect(chainIn()).rejects.toMatchObject(code("chain_damaged"));
    expect(await readFile(journal())).toEqual(changed); // and touches nothing
  });

  it("refuses a chain that lost a bundle or its checkpoint", async () => {
    await written(300);
    await rm(join(folder, "tile/entries/000"));
    await expect(chainIn()).rejects.toMatchObject(code("chain_damaged"));
    await rm(join(folder, "checkpoint"));
    await expect(chainIn()).rejects.toMatchObject(code("chain_damaged"));
  });

  it("refuses a chain that lost its journal", async () => {
    await written(1);
    await rm(journal());
    await expect(chainIn()).rejects.toMatchObject(code("chain_damaged"));
  });
});

describe("a disk that refuses", () => {
  it.each(["ENOSPC", "EDQUOT", "EFBIG"])("takes an append back whole when there is no room (%s)", async (reason) => {
    const disk = new FailingDisk();
    const chain = await chainIn(disk);
    await appendMany(chain, 3);
    const { size: bytes } = await stat(journal());
    disk.fails = (_, name) => (name === "write" ? reason : undefined);
    await expect(appendMany(chain, 3)).rejects.toMatchObject(code("chain_full"));
    expect((await stat(journal())).size).toBe(bytes);
    disk.fails = () => undefined;
    await appendMany(chain, 2);
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 6 });
  });

  it("writes nothing more when nobody knows what the disk holds, until it is opened again", async () => {
    const disk = new FailingDisk();
    const chain = await chainIn(disk);
    disk.fails = (_, name) => (name === "datasync" ? "EIO" : undefined);
    await expect(chain.append("a.b", {}, { actor: ACTOR })).rejects.toMatchObject(code("chain_unsure"));
    disk.fails = () => undefined;
    await expect(chain.append("a.b", {}, { actor: ACTOR })).rejects.toMatchObject(code("chain_unsure"));
    await chain.close();
    expect(await verifyChain(await chainIn())).toMatchObject({ ok: true, size: 2 });
  });

  it("says that there is no room when it cannot even begin", async () => {
    const disk = new FailingDisk();
    disk.fails = (_, name) => (name === "write" ? "ENOSPC" : undefined);
    await expect(chainIn(disk)).rejects.toMatchObject(code("chain_full"));
    expect((await chainIn()).size).toBe(1);
  });
});

describe("a disk that refuses to be read", () => {
  it("is told from one that is full", async () => {
    const disk = new FailingDisk();
    disk.fails = () => "EIO";
    await expect(chainIn(disk)).rejects.toMatchObject({
      ...code("chain_unusable"),
      what: expect.stringContaining("EIO"),
    });
  });
});

describe("a folder of somebody else", () => {
  it("is refused, and nothing in it is touched", async () => {
    await mkdir(folder);
    await writeFile(join(folder, "letter.txt"), "dear");
    await expect(chainIn()).rejects.toMatchObject(code("chain_foreign"));
    expect(await readdir(folder)).toEqual(["letter.txt"]);
  });

  it.each([
    ["a file", async () => writeFile(folder, "")],
    ["another journal", async () => mkdir(folder).then(() => writeFile(join(folder, "journal"), "dear diary\n"))],
    [
      "a journal of a newer AURA",
      async () => mkdir(folder).then(() => writeFile(join(folder, "journal"), '{"format":"aura-journal-2"}\n')),
    ],
  ])("is refused if it is %s", async (_, make) => {
    await make();
    await expect(chainIn()).rejects.toMatchObject(code("chain_foreign"));
  });
});

describe("the owner of a chain", () => {
  const stale = { ...thisProcess(), pid: 2 ** 30 };

  async function ownedBy(content: string): Promise<void> {
    await written(1);
    const [name = ""] = await readdir(join(folder, "owner"));
    await writeFile(join(folder, "owner", name), content);
  }

  it.each([
    ["has died", canonicalJson(stale)],
    ["had this number in another life of the process table", canonicalJson({ ...thisProcess(), start: "1" })],
    ["ran before the machine started anew", canonicalJson({ ...thisProcess(), boot: "another" })],
    ["died while it wrote its name", ""],
  ])("is succeeded when it %s", async (_, content) => {
    await ownedBy(content);
    expect((await chainIn()).size).toBe(2);
  });

  it.each([
    ["runs", canonicalJson({ ...thisProcess() })],
    ["is another machine's, dead or alive", canonicalJson({ ...stale, host: `not-${hostname()}` })],
  ])("is not succeeded while it %s", async (_, content) => {
    await ownedBy(content);
    await expect(chainIn()).rejects.toMatchObject(code("chain_owned"));
  });

  it("is succeeded by exactly one of many at once", async () => {
    await ownedBy(canonicalJson(stale));
    const openings = await Promise.allSettled(Array.from({ length: 12 }, () => chainIn()));
    expect(openings.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const reasons = openings.flatMap((opening) => (opening.status === "rejected" ? [opening.reason as unknown] : []));
    expect(reasons).toEqual(Array.from({ length: 11 }, () => expect.objectContaining(code("chain_owned")) as unknown));
  });
});

/** Founding, single appends, a bundle that fills, a closing. Answers how many appends were acknowledged. */
async function story(disk: FailingDisk): Promise<number> {
  let acknowledged = 0;
  const store = new FileChainStore(folder, disk.open);
  try {
    const chain = await openChain(store);
    for (const count of [1, 1, 260]) {
      await appendMany(chain, count);
      acknowledged += count;
    }
    await chain.close();
  } catch {
    await store.close(); // a process that dies lets go of its lock
  }
  return acknowledged;
}

/** As C2SP tlog-tiles spells a bundle: two bytes of length, then the entry. */
function entriesOf(bundle: Buffer): string[] {
  const entries: string[] = [];
  for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at)) {
    entries.push(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at)).toString());
  }
  return entries;
}

function hashesOf(tile: Buffer): Hash[] {
  return Array.from({ length: tile.length / 32 }, (_, at) => tile.toString("base64url", at * 32, at * 32 + 32) as Hash);
}
