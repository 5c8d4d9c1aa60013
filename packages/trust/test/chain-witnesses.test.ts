import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type AuditChain,
  CHECKPOINT_EVERY,
  type ChainStore,
  leafHash,
  memoryChainStore,
  openCheckpoint,
  openCosignature,
  parseTlogProof,
  parseVerifierKey,
  signCheckpoint,
  verifyConsistency,
  verifyLog,
  verifyTlogProof,
} from "../src/index.ts";
import { fileChainStore } from "../src/file-chain-store.ts";
import { chainFull } from "../src/chain-error.ts";
import { decodeUtf8 } from "../src/utf8.ts";
import { appendMany, AUDIT_ORIGIN, logKey, openChain } from "./audit-world.ts";
import { aNetwork } from "./witness-net.ts";
import { aWitness } from "./witness-world.ts";

const keyOf = (chain: AuditChain) => parseVerifierKey(chain.verifierKey);

async function listed(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe("a chain that has witnesses", () => {
  it("asks about each checkpoint that it signs, and its checkpoints, exports and proofs carry the cosignatures", async () => {
    const net = await aNetwork(2);
    const chain = await openChain(memoryChainStore(), { witnesses: net.policy });
    await net.told(1);
    await appendMany(chain, CHECKPOINT_EVERY);
    await net.told(2);
    expect(net.rounds).toMatchObject([
      { ok: true, size: 1, witnessed: true },
      { ok: true, size: 1 + CHECKPOINT_EVERY, witnessed: true, reports: [{ ok: true }, { ok: true }] },
    ]);
    expect(net.requests).toEqual(["w0 old 0", "w1 old 0", "w0 old 1", "w1 old 1"]);
    const { note } = await chain.checkpoint();
    for (const { key } of net.services) expect(openCosignature(note, key).ok).toBe(true);
    const anchors = { key: keyOf(chain), witnesses: net.anchors() };
    expect(await verifyLog(chain.export(), anchors)).toMatchObject({
      ok: true,
      notChecked: ["older_checkpoint", "root_key"],
    });
    const proof = await chain.exportProof(7);
    const entry = decodeUtf8(parseTlogProof(proof)?.extra ?? new Uint8Array()) ?? "";
    expect(JSON.parse(entry)).toMatchObject({ version: 7, data: { order: 6 } });
    expect(verifyTlogProof(proof, leafHash(entry), anchors)).toMatchObject({ ok: true, index: 7, notChecked: [] });
  });

  it("lets no append wait for a witness that hangs, and asks about the newest checkpoint alone when it is late", async () => {
    const net = await aNetwork(1);
    net.moods[0] = "hangs";
    const chain = await openChain(memoryChainStore(), { witnesses: net.policy });
    for (let round = 0; round < 3; round += 1) {
      await appendMany(chain, CHECKPOINT_EVERY);
      await chain.checkpoint();
    }
    expect(net.requests).toEqual(["w0 old 0"]); // that one hangs still
    net.moods[0] = "well";
    net.patience[0]?.abort();
    await net.told(2);
    expect(net.rounds).toMatchObject([
      { size: 1, witnessed: false, reports: [{ ok: false, reason: "late" }] },
      { size: 1 + 3 * CHECKPOINT_EVERY, witnessed: true },
    ]);
    expect(net.disputes).toEqual([]);
  });

  it.each([
    ["away", "unreachable"],
    ["lies", "bad_answer"],
  ] as const)("goes on without a witness that is %s, and says so", async (mood, reason) => {
    const net = await aNetwork(2);
    net.moods[1] = mood;
    const chain = await openChain(memoryChainStore(), { witnesses: { ...net.policy, quorum: 1 } });
    const round = await chain.witness();
    expect(round).toMatchObject({ size: 1, witnessed: true, reports: [{ ok: true }, { ok: false, reason }] });
    expect((await chain.checkpoint()).note).toBe(round.note);
    await appendMany(chain, 3);
    expect(await chain.witness()).toMatchObject({ size: 4, witnessed: true });
    expect(net.disputes).toEqual([]);
  });

  it("asks only those again who have not cosigned the same tree", async () => {
    const net = await aNetwork(2);
    net.moods[1] = "away";
    const chain = await openChain(memoryChainStore(), { witnesses: { ...net.policy, every: 0 } });
    expect(await chain.witness()).toMatchObject({ witnessed: false });
    net.moods[1] = "well";
    expect(await chain.witness()).toMatchObject({ witnessed: true, reports: [{ ok: true }, { ok: true }] });
    await chain.witness();
    expect(net.requests).toEqual(["w0 old 0", "w1 old 0", "w1 old 0"]);
  });

  it.each([
    [0, []],
    [2, [CHECKPOINT_EVERY + 1]],
  ])("asks by itself about every n-th checkpoint: of three, with every %i", async (every, sizes) => {
    const net = await aNetwork(1);
    const chain = await openChain(memoryChainStore(), { witnesses: { ...net.policy, every } });
    for (let round = 0; round < 2; round += 1) {
      await appendMany(chain, CHECKPOINT_EVERY);
      await chain.checkpoint();
      await net.told(sizes.length > 0 ? 1 : 0);
    }
    await chain.close();
    expect(net.rounds.map((round) => round.ok && round.size)).toEqual(sizes);
  });

  it("asks about the last checkpoint when it is closed, if it was told to, and finds its cosignatures again", async () => {
    const net = await aNetwork(1);
    const store = memoryChainStore();
    const policy = { ...net.policy, every: 0, atClose: true };
    const chain = await openChain(store, { witnesses: policy });
    await appendMany(chain, 3);
    await chain.close();
    expect(net.rounds).toMatchObject([{ size: 4, witnessed: true }]);
    const again = await openChain(store, { witnesses: policy });
    expect((await again.checkpoint()).note).toBe(net.rounds[0]?.ok === true ? net.rounds[0].note : "");
    await again.close();
    expect(net.requests).toEqual(["w0 old 0"]);
  });

  it("closes without waiting for a witness that hangs, and what others had answered by then is kept", async () => {
    const net = await aNetwork(2);
    net.moods[1] = "hangs";
    const store = memoryChainStore();
    const chain = await openChain(store, { witnesses: { ...net.policy, quorum: 1 } });
    await net.services[0]?.latest("0".repeat(64)); // the first has its turn
    await new Promise((resolve) => setImmediate(resolve));
    await chain.close();
    expect(net.rounds).toMatchObject([{ size: 1, reports: [{ ok: true }, { ok: false, reason: "late" }] }]);
    expect((await store.open()).witnessed).toBe(net.rounds[0]?.ok === true ? net.rounds[0].note : "");
  });

  it("proves what a quorum has cosigned while newer checkpoints wait, also when it is opened again", async () => {
    const net = await aNetwork(1);
    const store = memoryChainStore();
    const chain = await openChain(store, { witnesses: net.policy });
    await appendMany(chain, 9);
    const { note, size } = await chain.witness();
    net.moods[0] = "away";
    await appendMany(chain, 90);
    const newest = await chain.checkpoint();
    expect(newest.size).toBe(100);
    expect(await chain.prove(4)).toMatchObject({ size, checkpoint: note });
    expect(await chain.prove(50)).toMatchObject({ size: 100, checkpoint: newest.note });
    await chain.close();
    const again = await openChain(store, { witnesses: net.policy });
    expect(await again.prove(4)).toMatchObject({ size, checkpoint: note });
    await again.close();
    const stranger = { key: aWitness(77, "stranger.example/w").key, url: "https://w9.example" };
    const strangers = await openChain(store, { witnesses: { ...net.policy, witnesses: [stranger] } });
    expect((await strangers.prove(4)).size).toBe(100); // those who cosigned count for nothing any more
  });

  it("exports and proves over a tree that it signed before, and over no other", async () => {
    const net = await aNetwork(1);
    const chain = await openChain(memoryChainStore(), { witnesses: net.policy });
    await appendMany(chain, 300);
    const witnessed = await chain.witness();
    await appendMany(chain, 300);
    await chain.checkpoint();
    const anchors = { key: keyOf(chain), witnesses: net.anchors() };
    expect(await verifyLog(await listed(chain.export(witnessed)), anchors)).toMatchObject({ ok: true, size: 301 });
    const proof = await chain.exportProof(300, witnessed);
    const entry = decodeUtf8(parseTlogProof(proof)?.extra ?? new Uint8Array()) ?? "";
    expect(verifyTlogProof(proof, leafHash(entry), anchors)).toMatchObject({ ok: true, checkpoint: { size: 301 } });
    const refused = expect.objectContaining({ code: "trust/tree_refused" });
    await expect(chain.prove(301, witnessed)).rejects.toEqual(refused);
    const forged = await signCheckpoint(logKey, { origin: AUDIT_ORIGIN, size: 300, root: witnessed.root });
    const ahead = await signCheckpoint(logKey, { origin: AUDIT_ORIGIN, size: 10_000, root: witnessed.root });
    for (const note of [forged, ahead, "no note"]) {
      await expect(chain.prove(1, { ...witnessed, note })).rejects.toEqual(refused);
      await expect(listed(chain.export({ ...witnessed, note }))).rejects.toEqual(refused);
    }
  });

  it("keeps its cosigned checkpoints in the folder, where tiles are served from", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aura-witnessed-"));
    const net = await aNetwork(1);
    const chain = await openChain(fileChainStore(folder), { witnesses: net.policy });
    await appendMany(chain, 300);
    const { note } = await chain.witness();
    expect(await readFile(join(folder, "checkpoint"), "utf8")).toBe(note);
    net.moods[0] = "away";
    await appendMany(chain, 1);
    const newest = await chain.checkpoint();
    expect(await readFile(join(folder, "checkpoint"), "utf8")).toBe(newest.note);
    expect(await readFile(join(folder, "checkpoint.witnessed"), "utf8")).toBe(note);
    await chain.close();
    const again = await openChain(fileChainStore(folder), { witnesses: net.policy });
    expect((await again.prove(9)).checkpoint).toBe(note);
    await again.close();
    await rm(folder, { recursive: true });
  });

  it("loses nothing but the cosignatures if its store refuses to keep them, and says so", async () => {
    const net = await aNetwork(1);
    const store = memoryChainStore();
    let refuses = false;
    const failing = overriding(store, {
      keepWitnessed: async (note) => {
        if (refuses) throw chainFull("in memory", undefined);
        await store.keepWitnessed(note);
      },
    });
    const chain = await openChain(failing, { witnesses: net.policy });
    await net.told(1);
    refuses = true;
    await appendMany(chain, CHECKPOINT_EVERY);
    await net.told(2);
    expect(net.rounds[1]).toMatchObject({ ok: false, size: 1 + CHECKPOINT_EVERY, error: { code: "trust/chain_full" } });
    await appendMany(chain, 1);
    await expect(chain.witness()).rejects.toMatchObject({ code: "trust/chain_full" });
    refuses = false;
    expect(await chain.witness()).toMatchObject({ witnessed: true, size: 2 + CHECKPOINT_EVERY });
  });

  it("is not harmed by listeners that fail", async () => {
    const net = await aNetwork(1);
    const told = () => {
      throw new Error("the listener");
    };
    const chain = await openChain(memoryChainStore(), { witnesses: { ...net.policy, told, disputed: told } });
    expect(await chain.witness()).toMatchObject({ witnessed: true });
  });

  it.each([
    ["a quorum of none", { quorum: 0 }],
    ["a quorum of more than there are", { quorum: 2 }],
    ["a negative number of checkpoints", { every: -1 }],
  ])("refuses %s, and lets go of the store", async (_, part) => {
    const net = await aNetwork(1);
    const store = memoryChainStore();
    const opening = openChain(store, { witnesses: { ...net.policy, ...part } });
    await expect(opening).rejects.toMatchObject({ code: "trust/cosignature_refused" });
    await (await openChain(store)).close();
  });

  it("asks nobody without them", async () => {
    const chain = await openChain(memoryChainStore());
    const { note } = await chain.checkpoint();
    expect(await chain.witness()).toMatchObject({ witnessed: false, reports: [], note });
  });
});

describe("two histories under one key", () => {
  it("are not both cosigned: the second is said to be disputed, with the note that proves it", async () => {
    const net = await aNetwork(2);
    const shown = await openChain(memoryChainStore(), { witnesses: net.policy });
    await appendMany(shown, 5);
    const first = await shown.witness();
    await shown.close();
    net.disputes.length = 0;
    const other = await openChain(memoryChainStore(), { witnesses: { ...net.policy, every: 0 } });
    await appendMany(other, 9, 100);
    const round = await other.witness();
    expect(round).toMatchObject({
      witnessed: false,
      reports: [{ reason: "inconsistent" }, { reason: "inconsistent" }],
    });
    expect(net.disputes).toMatchObject([
      { witness: "witness.example/w0", reason: "inconsistent", signed: { size: 10 } },
      { witness: "witness.example/w1", reason: "inconsistent" },
    ]);
    for (const { evidence = "" } of net.disputes) {
      expect(openCheckpoint(evidence, keyOf(other))).toMatchObject({ ok: true, size: first.size, root: first.root });
    }
    await appendMany(other, 200); // it costs the chain nothing else
    expect((await other.checkpoint()).size).toBe(210);
  });

  it("are told when a chain was set back: the witness is ahead, and shows what it saw", async () => {
    const net = await aNetwork(1);
    const shown = await openChain(memoryChainStore(), { witnesses: net.policy });
    await appendMany(shown, 5);
    const first = await shown.witness();
    const back = await openChain(memoryChainStore(), { witnesses: { ...net.policy, every: 0 } });
    await appendMany(back, 2);
    expect(await back.witness()).toMatchObject({ witnessed: false, reports: [{ reason: "ahead", size: 6 }] });
    expect(net.disputes).toMatchObject([{ reason: "ahead", evidence: first.note }]);
  });

  it("are told from a witness that only says so: it has nothing to show", async () => {
    const net = await aNetwork(1);
    const lying = async (url: string) =>
      url.endsWith("/add-checkpoint") ? new Response("9\n", { status: 409 }) : new Response("no note", { status: 200 });
    const chain = await openChain(memoryChainStore(), { witnesses: { ...net.policy, fetch: lying } });
    await chain.witness();
    expect(net.disputes[0]).toMatchObject({ reason: "ahead", evidence: undefined });
  });

  it("are not proven by a tree that the chain does start with", async () => {
    const net = await aNetwork(1);
    let sulks = false;
    const sulking = async (url: string, request: RequestInit) =>
      sulks && url.endsWith("/add-checkpoint") ? new Response("no", { status: 422 }) : net.policy.fetch(url, request);
    const chain = await openChain(memoryChainStore(), { witnesses: { ...net.policy, fetch: sulking } });
    await net.told(1);
    sulks = true;
    await appendMany(chain, 3);
    await chain.witness();
    expect(net.requests.at(-1)).toBe("w0 latest");
    expect(net.disputes).toMatchObject([{ reason: "inconsistent", evidence: undefined }]);
  });
});

describe("the growth of a chain", () => {
  it("is proven from any signed tree to any later one, across tiles", async () => {
    const sizes = [1, 2, 65, 255, 256, 257, 300, 511, 512, 513, 600, 700];
    const chain = await openChain(memoryChainStore());
    const roots = new Map<number, string>();
    for (const size of sizes) {
      await appendMany(chain, size - chain.size);
      roots.set(size, (await chain.checkpoint()).root);
    }
    const rootOf = (size: number) => roots.get(size) as Awaited<ReturnType<AuditChain["checkpoint"]>>["root"];
    for (const [at, from] of sizes.entries()) {
      for (const to of sizes.slice(at)) {
        const proof = await chain.proveGrowth(from, to);
        expect(
          verifyConsistency({ from, to, fromRoot: rootOf(from), toRoot: rootOf(to), proof }),
          `${from} ${to}`,
        ).toBe(true);
      }
    }
    for (const [from, to] of [
      [2, 1],
      [0, 701],
      [-1, 5],
      [0.5, 5],
    ] as const) {
      await expect(chain.proveGrowth(from, to)).rejects.toMatchObject({ code: "trust/tree_refused" });
    }
  });
});

function overriding(store: ChainStore, part: Partial<ChainStore>): ChainStore {
  return {
    where: store.where,
    open: () => store.open(),
    append: (texts) => store.append(texts),
    read: (from, to) => store.read(from, to),
    publish: (tree) => store.publish(tree),
    keepWitnessed: (note) => store.keepWitnessed(note),
    tile: (place) => store.tile(place),
    close: () => store.close(),
    ...part,
  };
}
