import { describe, expect, it } from "vitest";
import {
  CHECKPOINT_EVERY,
  type ChainStore,
  commit,
  DENY_ALL_NONCE,
  DENY_ALL_RELEASE,
  ENTRY_BYTES_MAX,
  memoryChainStore,
  openCheckpoint,
  parseEntry,
  parseVerifierKey,
  type TrustError,
  verifyInclusion,
} from "@aura/trust";
import { chainFull } from "../src/chain-error.ts";
import { verifiedLogText } from "../src/cli/verdict-text.ts";
import {
  ACTOR,
  appendMany,
  AUDIT_MS,
  AUDIT_ORIGIN,
  linesOf,
  logKey,
  NONCE_A,
  openChain,
  rootKey,
  strangerKey,
  verifyChain,
} from "./audit-world.ts";

const code = (name: string) => ({ code: `trust/${name}` });

describe("a stand-alone audit chain", () => {
  it("exports a log that verifies with its key alone", async () => {
    const chain = await openChain(memoryChainStore());
    const payloads = { arguments: commit(NONCE_A, '{"order":7}') };
    const appended = await chain.append("order.refunded", { order: 7 }, { actor: ACTOR, payloads });
    expect(appended).toMatchObject({ seq: 1, timeMs: AUDIT_MS });
    expect(parseEntry(appended.text)).toMatchObject({ entry: { data: { order: 7 }, payloads, actor: ACTOR } });
    expect(await verifyChain(chain)).toMatchObject({ ok: true, origin: AUDIT_ORIGIN, size: 2, streams: 2 });
  });

  it("founds itself by its log key where there is no root, and the verification says so", async () => {
    const verified = await verifyChain(await openChain(memoryChainStore()));
    expect(verified).toMatchObject({ ok: true, founding: { by: "log_key", signature: "not_checked" } });
    expect(verified).toMatchObject({ founding: { statement: { release: commit(DENY_ALL_NONCE, DENY_ALL_RELEASE) } } });
    expect(verified.ok && verifiedLogText(verified)).toContain("founded by its own log key");
  });

  it("is founded by a root key that a verifier can hold it against", async () => {
    const chain = await openChain(memoryChainStore(), { root: rootKey });
    expect(await verifyChain(chain, { root: rootKey.publicKey })).toMatchObject({
      ok: true,
      founding: { by: "another_key", signature: "verified" },
    });
    expect(await verifyChain(chain, { root: strangerKey.publicKey })).toMatchObject({ ok: false });
    const own = await openChain(memoryChainStore());
    expect(await verifyChain(own, { root: rootKey.publicKey })).toMatchObject({ ok: false });
  });

  it("gives 64 appenders at once one write, without fork or gap", async () => {
    const store = counting(memoryChainStore());
    const chain = await openChain(store);
    store.appends.length = 0;
    const appended = await appendMany(chain, 64);
    expect(store.appends).toEqual([64]);
    expect(appended.map(({ seq }) => seq)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 65 });
  });

  it("never needs more than a bundle of entries in one write", async () => {
    const store = counting(memoryChainStore());
    await appendMany(await openChain(store), 600);
    expect(store.appends).toEqual([1, 256, 256, 88]);
  });

  it(`signs by itself after ${CHECKPOINT_EVERY} entries, and not before`, async () => {
    const store = counting(memoryChainStore());
    const chain = await openChain(store);
    for (let at = 1; at < CHECKPOINT_EVERY; at += 1) await chain.append("a.b", {}, { actor: ACTOR });
    await chain.prove(0); // waits its turn, and needs no new signature
    expect(store.published).toEqual([1]);
    await chain.append("a.b", {}, { actor: ACTOR });
    await chain.prove(0);
    expect(store.published).toEqual([1, 1 + CHECKPOINT_EVERY]);
  });

  it("signs once for one tree", async () => {
    const chain = await openChain(memoryChainStore());
    await appendMany(chain, 3);
    const [first, second] = await Promise.all([chain.checkpoint(), chain.checkpoint()]);
    expect(second).toBe(first);
    expect(openCheckpoint(first.note, parseVerifierKey(chain.verifierKey))).toMatchObject({ ok: true, size: 4 });
  });

  it.each([0, 1, 255, 256, 257, 511, 599])("proves entry %i of 600 against the signed tree", async (seq) => {
    const chain = await openChain(memoryChainStore());
    await appendMany(chain, 599);
    const { leaf, proof, size, root, checkpoint, text } = await chain.prove(seq);
    expect(parseEntry(text)).toMatchObject({ entry: seq === 0 ? { stream: "control" } : { version: seq } });
    expect(openCheckpoint(checkpoint, parseVerifierKey(chain.verifierKey))).toMatchObject({ ok: true, size, root });
    expect(verifyInclusion({ leaf, index: seq, size, proof, root })).toBe(true);
  });

  it.each([-1, 2, 0.5, Number.NaN])("refuses to prove an entry %s that it does not have", async (seq) => {
    const chain = await openChain(memoryChainStore());
    await appendMany(chain, 1);
    await expect(chain.prove(seq)).rejects.toMatchObject(code("tree_refused"));
  });

  it("refuses one bad entry without touching the others", async () => {
    const chain = await openChain(memoryChainStore());
    const [good, bad, next] = await Promise.allSettled([
      chain.append("a.b", {}, { actor: ACTOR }),
      chain.append("Not A Type", {}, { actor: ACTOR }),
      chain.append("a.b", {}, { actor: ACTOR }),
    ]);
    expect([good.status, bad.status, next.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 3 });
  });

  it("takes an entry of the largest size and refuses one byte more", async () => {
    const chain = await openChain(memoryChainStore());
    const { text } = await chain.append("a.b", { text: "" }, { actor: ACTOR });
    const room = ENTRY_BYTES_MAX - text.length - (`"${"x".repeat(43)}"`.length - "null".length); // the second one has a link
    await chain.append("a.b", { text: "x".repeat(room) }, { actor: ACTOR });
    await expect(chain.append("a.b", { text: "x".repeat(room + 1) }, { actor: ACTOR })).rejects.toMatchObject(
      code("entry_too_large"),
    );
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 3 });
  });

  it("keeps an entry as it was appended when its writer changes the object afterwards", async () => {
    const chain = await openChain(memoryChainStore());
    const data = { order: 7 };
    const appending = chain.append("a.b", data, { actor: ACTOR });
    data.order = 8;
    expect((await appending).text).toContain('"order":7');
  });

  it("never writes a time before the one that stands", async () => {
    const times = [AUDIT_MS, AUDIT_MS + 10, AUDIT_MS + 5];
    const chain = await openChain(memoryChainStore(), { clock: { nowMs: () => times.shift() ?? 0 } });
    await chain.append("a.b", {}, { actor: ACTOR });
    expect(await chain.append("a.b", {}, { actor: ACTOR })).toMatchObject({ timeMs: AUDIT_MS + 10 });
    expect(await verifyChain(chain)).toMatchObject({ ok: true });
  });

  it("leaves nothing of appends that the store refused, nor of those that waited behind, and goes on after", async () => {
    const store = counting(memoryChainStore());
    const chain = await openChain(store);
    await appendMany(chain, 2);
    store.failAppends = chainFull("in memory", undefined); // once
    const first = [1, 2].map(() => chain.append("a.b", {}, { actor: ACTOR }));
    const behind = store.failing.then(() => chain.append("a.b", {}, { actor: ACTOR }));
    const refused = await Promise.allSettled([...first, behind]);
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await chain.append("a.b", {}, { actor: ACTOR })).toMatchObject({ seq: 3 });
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 4 });
  });

  it("keeps acknowledged entries when signing fails, says why to who asks, and signs later", async () => {
    const store = counting(memoryChainStore());
    const chain = await openChain(store);
    store.failPublish = chainFull("in memory", undefined);
    await appendMany(chain, 300);
    await expect(chain.checkpoint()).rejects.toMatchObject(code("chain_full"));
    store.failPublish = undefined;
    await appendMany(chain, 1);
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 302 });
    const { leaf, proof, size, root } = await chain.prove(7);
    expect(verifyInclusion({ leaf, index: 7, size, proof, root })).toBe(true);
  });
});

describe("opening an audit chain again", () => {
  it.each([0, 1, 63, 64, 300])("goes on behind %i entries, and an older checkpoint still holds", async (count) => {
    const store = memoryChainStore();
    const before = await openChain(store);
    await appendMany(before, count);
    const since = (await before.checkpoint()).note;
    await appendMany(before, 2, count);
    await before.close();
    const chain = await openChain(store);
    await appendMany(chain, 3);
    expect(await verifyChain(chain, { since })).toMatchObject({ ok: true, size: 1 + count + 5, since: count + 1 });
  });

  it("takes what was appended and not signed", async () => {
    const store = counting(memoryChainStore());
    const before = await openChain(store);
    store.failPublish = chainFull("in memory", undefined);
    await appendMany(before, 5);
    await expect(before.close()).rejects.toMatchObject(code("chain_full"));
    store.failPublish = undefined;
    expect(await verifyChain(await openChain(store))).toMatchObject({ ok: true, size: 6 });
  });

  it("has one owner at a time", async () => {
    const store = memoryChainStore();
    await openChain(store);
    await expect(openChain(store)).rejects.toMatchObject(code("chain_owned"));
  });

  it.each([
    ["another log key", {}, strangerKey],
    ["another origin", { origin: "acme.example/aura/other" }, logKey],
    ["another root", { root: strangerKey }, logKey],
  ])("refuses a chain of %s, and lets go of the store", async (_, options, key) => {
    const store = memoryChainStore();
    await (await openChain(store, { root: rootKey })).close();
    await expect(openChain(store, options, key)).rejects.toMatchObject(code("chain_foreign"));
    await (await openChain(store, { root: rootKey })).close();
  });

  it.each([
    [
      "an entry was changed",
      (text: string, seq: number) => (seq === 2 ? text.replace('"order":1', '"order":9') : text),
    ],
    ["the last entry was changed", (text: string, seq: number) => (seq === 4 ? text.replace(":3", ":9") : text)],
    ["the last entry is gone", (text: string, seq: number) => (seq === 4 ? undefined : text)],
  ])("refuses to go on where %s behind the settled ones", async (_, change) => {
    const before = memoryChainStore();
    const chain = await openChain(before);
    await appendMany(chain, 4);
    const { note } = await chain.checkpoint();
    const texts: string[] = [];
    for await (const text of before.read(0, 5)) texts.push(text);
    const changed = texts.map(change).filter((text) => text !== undefined);
    const forged: ChainStore = {
      ...counting(memoryChainStore()),
      open: async () => ({ size: changed.length, settled: 0, note, witnessed: undefined }),
      read: async function* (from, to) {
        yield* changed.slice(from, to);
      },
    };
    await expect(openChain(forged)).rejects.toMatchObject(code("chain_damaged"));
  });

  it("takes no more entries once it is closed, but those that were waiting", async () => {
    const store = memoryChainStore();
    const chain = await openChain(store);
    const waiting = chain.append("a.b", {}, { actor: ACTOR });
    await Promise.all([chain.close(), chain.close()]);
    expect(await waiting).toMatchObject({ seq: 1 });
    const closed = code("chain_closed");
    await expect(chain.append("a.b", {}, { actor: ACTOR })).rejects.toMatchObject(closed);
    await expect(chain.checkpoint()).rejects.toMatchObject(closed);
    await expect(chain.prove(0)).rejects.toMatchObject(closed);
    await expect(linesOf(chain)).rejects.toMatchObject(closed);
    expect((await store.open()).size).toBe(2);
  });

  it("refuses an origin that names no namespace", async () => {
    await expect(openChain(memoryChainStore(), { origin: "acme.example" })).rejects.toMatchObject(
      code("origin_refused"),
    );
  });
});

interface CountingStore extends ChainStore {
  readonly appends: number[];
  readonly published: number[];
  /** The next append fails with it. */
  failAppends: TrustError | undefined;
  /** Resolves while that append is under way. */
  readonly failing: Promise<void>;
  failPublish: TrustError | undefined;
}

/** The same store, that counts and fails when told to. */
function counting(store: ChainStore): CountingStore {
  const failing = Promise.withResolvers<void>();
  const counted: CountingStore = {
    failing: failing.promise,
    where: store.where,
    appends: [],
    published: [],
    failAppends: undefined,
    failPublish: undefined,
    open: () => store.open(),
    append: async (texts) => {
      const error = counted.failAppends;
      counted.failAppends = undefined;
      if (error !== undefined) {
        failing.resolve();
        await new Promise((resolve) => setImmediate(resolve));
        throw error;
      }
      counted.appends.push(texts.length);
      await store.append(texts);
    },
    read: (from, to) => store.read(from, to),
    publish: async (tree) => {
      if (counted.failPublish !== undefined) throw counted.failPublish;
      counted.published.push(tree.size);
      await store.publish(tree);
    },
    keepWitnessed: (note) => store.keepWitnessed(note),
    tile: (place) => store.tile(place),
    close: () => store.close(),
  };
  return counted;
}
