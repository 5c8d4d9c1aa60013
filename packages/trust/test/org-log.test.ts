import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  type Hash,
  type JsonObject,
  leafHash,
  memoryChainStore,
  openAuditChain,
  parseTlogProof,
  parseVerifierKey,
  signCheckpoint,
  signerFromSeed,
  verifyLog,
  verifyReceipt,
} from "../src/index.ts";
import { formatTlogProof } from "../src/tlog-proof.ts";
import { chainFull } from "../src/chain-error.ts";
import { isAnchored, ORG_LOG_NOTE_BYTES_MAX, parseAnchor, withGrowth } from "../src/org-log-anchor.ts";
import { ORG_LOG_NAMESPACES_MAX } from "../src/stored-org-log.ts";
import { slotOf } from "../src/org-log-map.ts";
import { memoryOrgLogStore } from "../src/org-log-store.ts";
import { TICK_TYPE } from "../src/org-log-tick.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { verifyOrgLog } from "../src/verify-org-log.ts";
import { ACTOR, AUDIT_MS } from "./audit-world.ts";
import { aNamespace, anOrgLog, ORG_KEY, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";
import { LOG_KEY, receiptOf, ROOT_KEY, sampleLog } from "./sample-log.ts";
import { aNetwork } from "./witness-net.ts";

const code = (name: string) => ({ code: `trust/${name}` });

async function listed(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/** An org log with one namespace of `entries` entries in its newest tick. */
async function anchoredWorld(entries = 5) {
  const world = await anOrgLog();
  const payments = await aNamespace("payments");
  await world.orgLog.register(payments.key);
  await payments.grow(entries);
  await payments.submitTo(world.orgLog);
  const tick = await world.orgLog.tick();
  return { ...world, payments, tick, anchored: await world.orgLog.anchored(payments.origin) };
}

describe("an org log", () => {
  it("anchors the newest checkpoint of each namespace, verified with two keys alone", async () => {
    const { payments, anchored, tick } = await anchoredWorld();
    expect(tick).toMatchObject({ fresh: true, seq: 1, missed: 0, lateMs: 0, namespaces: 1 });
    expect(verifyAnchored(anchored, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({
      ok: true,
      checkpoint: { origin: payments.origin, size: 6 },
      tick: AUDIT_MS / TICK_MS,
      tickMs: TICK_MS,
      atMs: AUDIT_MS,
      missed: 0,
      orgLog: { origin: ORG_ORIGIN, size: 2, index: 1 },
      notChecked: ["witness", "log", "earlier_ticks"],
    });
    expect(isAnchored(anchored)).toBe(true);
  });

  it("is cosigned by witnesses that see nothing of the namespaces, and the anchored checkpoint carries it", async () => {
    const net = await aNetwork(2, ORG_ORIGIN, orgKey);
    const { orgLog } = await anOrgLog({ witnesses: net.policy });
    const payments = await aNamespace("payments");
    await orgLog.register(payments.key);
    await payments.submitTo(orgLog);
    await orgLog.tick();
    expect(await orgLog.witness()).toMatchObject({ witnessed: true });
    const anchored = await orgLog.anchored(payments.origin);
    const anchors = { key: payments.key, orgLog: ORG_KEY, witnesses: net.anchors() };
    expect(verifyAnchored(anchored, anchors)).toMatchObject({ ok: true, notChecked: ["log", "earlier_ticks"] });
    const { orgLog: unseen } = await anOrgLog();
    await unseen.register(payments.key);
    await payments.submitTo(unseen);
    await unseen.tick();
    expect(verifyAnchored(await unseen.anchored(payments.origin), anchors)).toMatchObject({ reason: "unwitnessed" });
  });

  it("writes the same whether a namespace grew or not, whoever they are and however many", async () => {
    const shapes: string[][] = [];
    for (const [names, entries] of [
      [[], 0],
      [["payments"], 0],
      [["payments"], 300],
      [["a", "b", "c", "d", "e", "f", "g"], 1],
    ] as const) {
      const { orgLog, clock } = await anOrgLog();
      const all = await Promise.all(names.map((name, at) => aNamespace(name, 80 + at)));
      for (const one of all) await orgLog.register(one.key);
      for (let tick = 0; tick < 3; tick += 1) {
        for (const one of all) {
          await one.grow(tick === 1 ? entries : 0);
          await one.submitTo(orgLog);
        }
        await orgLog.tick();
        clock.pass(TICK_MS);
      }
      // What differs are hashes, ids and signatures: of one length, and of no meaning to who has no nonce.
      const lines = await listed(orgLog.export());
      shapes.push(lines.slice(2).map((line) => line.replaceAll(/"(map|previous|leaf|unit)":"[^"]*"/g, '"$1":""')));
      const text = lines.join("\n");
      for (const one of all) {
        expect(text).not.toContain(one.origin);
        expect(text).not.toContain(slotOf(one.key));
      }
    }
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
  });

  it("gives a namespace that did not grow another commitment in every tick", async () => {
    const { orgLog, clock, payments } = await anchoredWorld();
    const maps = new Set<string>();
    for (let tick = 0; tick < 5; tick += 1) {
      clock.pass(TICK_MS);
      maps.add((await orgLog.tick()).map);
      expect(
        verifyAnchored(await orgLog.anchored(payments.origin), { key: payments.key, orgLog: ORG_KEY }),
      ).toMatchObject({
        checkpoint: { size: 6 },
      });
    }
    expect(maps.size).toBe(5);
  });

  it("verifies as a log, and as an org log whose ticks each stand once", async () => {
    const { orgLog, clock } = await anchoredWorld();
    clock.pass(TICK_MS);
    await orgLog.tick();
    expect(await verifyLog(orgLog.export(), { key: ORG_KEY })).toMatchObject({ ok: true, size: 3 });
    expect(await verifyOrgLog(orgLog.export(), { key: ORG_KEY })).toMatchObject({
      ok: true,
      ticks: { written: 2, missed: 0, lateMsMax: 0, last: { tick: AUDIT_MS / TICK_MS + 1 } },
    });
  });

  it("anchors many namespaces that submit at once", async () => {
    const { orgLog } = await anOrgLog();
    const all = await Promise.all(Array.from({ length: 40 }, (_, at) => aNamespace(`ns-${at}`, at + 1)));
    await Promise.all(all.map(({ key }) => orgLog.register(key)));
    await Promise.all(
      all.map(async (one, at) => {
        await one.grow(at);
        return one.submitTo(orgLog);
      }),
    );
    expect(await orgLog.tick()).toMatchObject({ namespaces: 40 });
    for (const [at, { key, origin }] of all.entries()) {
      expect(verifyAnchored(await orgLog.anchored(origin), { key, orgLog: ORG_KEY })).toMatchObject({
        ok: true,
        checkpoint: { origin, size: at + 1 },
      });
    }
  });
});

describe("the ticks of an org log", () => {
  it("are written once, however often they are asked for", async () => {
    const { orgLog, clock, payments } = await anchoredWorld();
    clock.pass(TICK_MS - 1);
    await payments.grow(1);
    await payments.submitTo(orgLog);
    const [first, second] = await Promise.all([orgLog.tick(), orgLog.tick()]);
    expect([first, second]).toMatchObject([
      { fresh: false, seq: 1 },
      { fresh: false, seq: 1 },
    ]);
    expect(orgLog.size).toBe(2);
    clock.pass(1);
    expect(await orgLog.tick()).toMatchObject({ fresh: true, seq: 2, missed: 0 });
  });

  it("say how late they are, and how many were missed", async () => {
    const { orgLog, clock, payments } = await anchoredWorld();
    clock.pass(3 * TICK_MS + 7_000);
    expect(await orgLog.tick()).toMatchObject({ missed: 2, lateMs: 7_000 });
    const anchored = await orgLog.anchored(payments.origin);
    expect(verifyAnchored(anchored, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({
      missed: 2,
      lateMs: 7_000,
    });
    expect(await verifyOrgLog(orgLog.export(), { key: ORG_KEY })).toMatchObject({
      ticks: { written: 2, missed: 2, lateMsMax: 7_000 },
    });
  });

  it("are not written again when the clock goes back", async () => {
    const { orgLog, clock } = await anchoredWorld();
    clock.pass(-5 * TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ fresh: false });
    clock.pass(6 * TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ fresh: true, missed: 0 });
    expect(await verifyOrgLog(orgLog.export(), { key: ORG_KEY })).toMatchObject({ ok: true });
  });

  it("are never earlier than they began, though the clock is set back while one is written", async () => {
    const times = [0, AUDIT_MS, AUDIT_MS - 1]; // the founding, the tick, its entry
    const clock = { nowMs: () => times.shift() ?? AUDIT_MS - 1 };
    const { orgLog, store, state } = await anOrgLog({ clock });
    expect(await orgLog.tick()).toMatchObject({ atMs: AUDIT_MS, lateMs: 0 });
    await orgLog.close();
    await (await anOrgLog({ state }, store)).orgLog.close();
  });

  it("go on after one that could not be stored", async () => {
    const state = memoryOrgLogStore();
    let refuses = false;
    const failing = {
      ...state,
      save: async (name: string, text: string) => {
        if (refuses) throw chainFull("in memory", undefined);
        await state.save(name, text);
      },
    };
    const { orgLog, clock } = await anOrgLog({ state: failing });
    const payments = await aNamespace("payments");
    await orgLog.register(payments.key);
    await payments.submitTo(orgLog);
    refuses = true;
    await expect(orgLog.tick()).rejects.toMatchObject(code("chain_full"));
    await payments.grow(1);
    await expect(payments.submitTo(orgLog)).rejects.toMatchObject(code("chain_full"));
    refuses = false;
    clock.pass(TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ fresh: true, namespaces: 1 });
    const anchored = await orgLog.anchored(payments.origin); // what was not stored was not taken
    expect(verifyAnchored(anchored, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({ checkpoint: { size: 1 } });
  });

  it.each([0, -1, 0.5, Number.NaN])("cannot be %s ms long", async (tickMs) => {
    await expect(anOrgLog({ tickMs })).rejects.toMatchObject(code("tick_refused"));
  });

  it("keep their length for ever", async () => {
    const { orgLog, store, state } = await anchoredWorld();
    await orgLog.close();
    await expect(anOrgLog({ state, tickMs: 1_000 }, store)).rejects.toMatchObject(code("tick_refused"));
    await (await anOrgLog({ state }, store)).orgLog.close();
  });

  it.each([
    ["twice", (data: JsonObject) => data],
    ["backwards", ({ tick, ...data }: JsonObject) => ({ ...data, tick: Number(tick) - 1 })],
    ["with a hole that it does not name", ({ tick, ...data }: JsonObject) => ({ ...data, tick: Number(tick) + 2 })],
    ["of another length", ({ tick, ...data }: JsonObject) => ({ ...data, tick: Number(tick) + 1, tickMs: 1 })],
  ])("show if one is written %s by who holds the org log's key", async (_, change) => {
    const clock = { nowMs: () => AUDIT_MS * 2 };
    const chain = await openAuditChain(memoryChainStore(), orgKey, { origin: ORG_ORIGIN, clock });
    const data = { map: leafHash("x"), missed: 0, tick: AUDIT_MS / TICK_MS, tickMs: TICK_MS };
    await chain.append(TICK_TYPE, data, { actor: ACTOR });
    await chain.append(TICK_TYPE, change(data), { actor: ACTOR });
    expect(await verifyLog(chain.export(), { key: ORG_KEY })).toMatchObject({ ok: true });
    expect(await verifyOrgLog(chain.export(), { key: ORG_KEY })).toMatchObject({
      ok: false,
      reason: "tick_miscounted",
      seq: 2,
    });
  });

  it("are all that may stand there", async () => {
    const chain = await openAuditChain(memoryChainStore(), orgKey, { origin: ORG_ORIGIN });
    await chain.append("org_log.sold", {}, { actor: ACTOR });
    expect(await verifyOrgLog(chain.export(), { key: ORG_KEY })).toMatchObject({
      ok: false,
      reason: "not_a_tick",
      seq: 1,
    });
    expect(await verifyOrgLog(["nonsense"], { key: ORG_KEY })).toMatchObject({ ok: false, reason: "malformed_header" });
  });
});

describe("a namespace's checkpoint", () => {
  it("is taken if it grew from the one before, and again as often as it comes", async () => {
    const { orgLog } = await anOrgLog();
    const payments = await aNamespace("payments");
    await orgLog.register(payments.key);
    for (const entries of [3, 0, 300]) {
      await payments.grow(entries);
      const { size, root } = await payments.chain.checkpoint();
      expect(await payments.submitTo(orgLog)).toEqual({ ok: true, origin: payments.origin, size, root });
    }
  });

  it("is refused if it is no continuation: another history, one that was set back, or without its proof", async () => {
    const { orgLog, payments } = await anchoredWorld();
    const other = await aNamespace("payments");
    await other.grow(5, 100);
    expect(await other.submitTo(orgLog)).toEqual({ ok: false, reason: "inconsistent", taken: 6 });
    await other.grow(5);
    expect(await other.submitTo(orgLog)).toEqual({ ok: false, reason: "inconsistent", taken: 6 });
    const back = await aNamespace("payments");
    await back.grow(2);
    expect(await back.submitTo(orgLog)).toEqual({ ok: false, reason: "behind", taken: 6 });
    await payments.grow(3);
    const { note } = await payments.chain.checkpoint();
    expect(await orgLog.submit({ note, prove: () => [] })).toMatchObject({ reason: "inconsistent" });
    expect(await payments.submitTo(orgLog)).toMatchObject({ ok: true, size: 9 });
  });

  it("is refused if another key signed it, if nobody did, or if nobody registered the namespace", async () => {
    const { orgLog } = await anOrgLog();
    const [payments, thief] = [await aNamespace("payments"), await aNamespace("payments", 99)];
    expect(await payments.submitTo(orgLog)).toEqual({ ok: false, reason: "unknown_namespace" });
    await orgLog.register(payments.key);
    expect(await thief.submitTo(orgLog)).toEqual({ ok: false, reason: "key_refused" });
    expect(await orgLog.submit({ note: "hello", prove: () => [] })).toEqual({ ok: false, reason: "malformed" });
    await expect(orgLog.anchored(payments.origin)).rejects.toMatchObject(code("not_anchored"));
  });

  it("is refused if it is too long with the lines of its own key", async () => {
    const { orgLog } = await anOrgLog();
    const payments = await aNamespace("p".repeat(200));
    await orgLog.register(payments.key);
    const { note } = await payments.chain.checkpoint();
    const line = note.slice(note.indexOf("\u2014"));
    const lines = Math.floor((ORG_LOG_NOTE_BYTES_MAX - Buffer.byteLength(note)) / Buffer.byteLength(line));
    const submitted = (count: number) => orgLog.submit({ note: note + line.repeat(count), prove: () => [] });
    expect(await submitted(lines + 1)).toEqual({ ok: false, reason: "malformed" });
    expect(await submitted(lines)).toMatchObject({ ok: true });
  });

  it("is kept without the lines of others", async () => {
    const { orgLog } = await anOrgLog();
    const payments = await aNamespace("payments");
    await orgLog.register(payments.key);
    const { note } = await payments.chain.checkpoint();
    const line = `\u2014 elsewhere.example ${Buffer.alloc(90, 5).toString("base64")}\n`;
    await orgLog.submit({ note: note + line, prove: () => [] });
    await orgLog.tick();
    const anchored = await orgLog.anchored(payments.origin);
    expect(verifyAnchored(anchored, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({ note });
  });

  it("is taken of one of two histories that are submitted at once, and never of both", async () => {
    const { orgLog } = await anOrgLog();
    const [left, right] = [await aNamespace("payments"), await aNamespace("payments")];
    await orgLog.register(left.key);
    await Promise.all([left.grow(5), right.grow(5, 100)]);
    const answers = await Promise.all([left.submitTo(orgLog), right.submitTo(orgLog)]);
    expect(answers).toMatchObject([{ ok: true }, { ok: false, reason: "inconsistent" }]);
  });

  it("costs the other namespaces nothing while its proof is awaited, and its failure is told", async () => {
    const { orgLog, payments } = await anchoredWorld();
    const shop = await aNamespace("shop", 72);
    await orgLog.register(shop.key);
    await payments.grow(1);
    const { note } = await payments.chain.checkpoint();
    const held = Promise.withResolvers<never>();
    const waiting = orgLog.submit({ note, prove: () => held.promise });
    expect(await shop.submitTo(orgLog)).toMatchObject({ ok: true });
    held.reject(new Error("the disk of the namespace"));
    await expect(waiting).rejects.toThrow("the disk of the namespace");
    expect(await payments.submitTo(orgLog)).toMatchObject({ ok: true, size: 7 });
  });
});

describe("a namespace", () => {
  it("is left out once it is retired, and comes back only where it was", async () => {
    const { orgLog, clock, payments } = await anchoredWorld();
    await orgLog.retire(payments.origin);
    expect(await payments.submitTo(orgLog)).toEqual({ ok: false, reason: "retired" });
    clock.pass(TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ namespaces: 0 });
    await expect(orgLog.anchored(payments.origin)).rejects.toMatchObject(code("not_anchored"));
    await orgLog.register(payments.key);
    const other = await aNamespace("payments");
    await other.grow(20, 100);
    expect(await other.submitTo(orgLog)).toMatchObject({ reason: "inconsistent" });
    expect(await payments.submitTo(orgLog)).toMatchObject({ ok: true });
    clock.pass(TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ namespaces: 1 });
  });

  it("changes its key only after the one before was retired, and goes on with the same history", async () => {
    const { orgLog, clock, payments } = await anchoredWorld();
    const signer = signerFromSeed(new Uint8Array(32).fill(73));
    const key = { ...(await aNamespace("payments", 73)).key };
    await expect(orgLog.register(key)).rejects.toMatchObject(code("namespace_refused"));
    await orgLog.retire(payments.origin);
    await orgLog.register(key);
    clock.pass(TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ namespaces: 0 }); // the new key has signed nothing yet
    const forked = await aNamespace("payments", 73);
    await forked.grow(20);
    expect(await forked.submitTo(orgLog)).toMatchObject({ reason: "inconsistent" });
    await payments.grow(4);
    const { size, root } = await payments.chain.checkpoint();
    const note = await signCheckpoint(signer, { origin: payments.origin, size, root });
    const prove = (from: number) => payments.chain.proveGrowth(from, size);
    expect(await orgLog.submit({ note, prove })).toMatchObject({ ok: true, size: 10 });
    clock.pass(TICK_MS);
    await orgLog.tick();
    const anchored = await orgLog.anchored(payments.origin);
    expect(verifyAnchored(anchored, { key, orgLog: ORG_KEY })).toMatchObject({ ok: true, checkpoint: { size: 10 } });
    expect(verifyAnchored(anchored, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({
      reason: "namespace_wrong_key",
    });
  });

  it.each([
    ["of another organisation", "other.example/aura/payments"],
    ["that is none", "acme.example/payments"],
    ["that is the org log", ORG_ORIGIN],
  ])("is refused if it is one %s", async (_, origin) => {
    const { orgLog, payments } = await anchoredWorld();
    await expect(orgLog.register({ ...payments.key, name: origin })).rejects.toMatchObject(code("namespace_refused"));
    await expect(orgLog.register({ ...payments.key, key: orgKey.publicKey })).rejects.toMatchObject(
      code("namespace_refused"),
    );
    await expect(orgLog.retire(origin)).rejects.toMatchObject(code("namespace_refused"));
  });

  it("is refused if it is one more than may be", async () => {
    const { orgLog } = await anOrgLog();
    const { key } = await aNamespace("payments");
    const names = Array.from({ length: ORG_LOG_NAMESPACES_MAX }, (_, at) => `acme.example/aura/ns-${at}`);
    await Promise.all(names.map((name) => orgLog.register({ ...key, name })));
    await expect(orgLog.register(key)).rejects.toMatchObject(code("namespace_refused"));
    await orgLog.retire("acme.example/aura/ns-7");
    await orgLog.register({ ...key, name: "acme.example/aura/ns-7" });
  });
});

describe("an org log that is opened again", () => {
  it("knows what it took, and anchors what its newest tick holds", async () => {
    const { orgLog, store, state, payments, anchored } = await anchoredWorld();
    await payments.grow(2, 5);
    await payments.submitTo(orgLog); // not in a tick yet
    await orgLog.close();
    const { orgLog: again, clock } = await anOrgLog({ state }, store);
    expect(verifyAnchored(await again.anchored(payments.origin), { key: payments.key, orgLog: ORG_KEY })).toEqual(
      verifyAnchored(anchored, { key: payments.key, orgLog: ORG_KEY }),
    );
    const other = await aNamespace("payments");
    await other.grow(20);
    expect(await other.submitTo(again)).toMatchObject({ ok: true }); // the same first entries: a continuation
    expect(await payments.submitTo(again)).toMatchObject({ reason: "behind", taken: 21 });
    clock.pass(TICK_MS);
    expect(await again.tick()).toMatchObject({ fresh: true, missed: 0, namespaces: 1 });
  });

  it("has one owner at a time, and lets go of both stores when it is refused", async () => {
    const { orgLog, store, state } = await anOrgLog();
    await expect(anOrgLog({ state: memoryOrgLogStore() }, store)).rejects.toMatchObject(code("chain_owned"));
    await expect(anOrgLog({ state })).rejects.toMatchObject(code("chain_owned"));
    await orgLog.close();
    await (await anOrgLog({ state }, store)).orgLog.close();
  });

  it("is closed though a proof never comes, and takes nothing afterwards", async () => {
    const { orgLog, payments, state } = await anchoredWorld();
    await payments.grow(1, 5);
    const { note } = await payments.chain.checkpoint();
    const [asked, proof] = [Promise.withResolvers<void>(), Promise.withResolvers<readonly Hash[]>()];
    const prove = () => {
      asked.resolve();
      return proof.promise;
    };
    const waiting = orgLog.submit({ note, prove });
    await asked.promise;
    await orgLog.close();
    proof.resolve(await payments.chain.proveGrowth(6, 7));
    await expect(waiting).rejects.toMatchObject(code("chain_closed"));
    await state.open();
  });

  it("writes nothing once it is closed", async () => {
    const { orgLog, clock, payments } = await anchoredWorld();
    await orgLog.close();
    clock.pass(TICK_MS);
    await expect(orgLog.tick()).rejects.toMatchObject(code("chain_closed"));
    await expect(payments.submitTo(orgLog)).rejects.toMatchObject(code("chain_closed"));
    await expect(orgLog.retire(payments.origin)).rejects.toMatchObject(code("chain_closed"));
  });

  it("is refused if its state is lost, was set back, or is newer than its chain", async () => {
    const { orgLog, store, state, clock, payments } = await anchoredWorld();
    const files = async () => {
      const texts = await state.open();
      await state.close();
      return texts;
    };
    await orgLog.close();
    const older = await files();
    const { orgLog: second } = await anOrgLog({ state, clock }, store);
    clock.pass(TICK_MS);
    await payments.grow(1);
    await payments.submitTo(second);
    await second.tick();
    clock.pass(TICK_MS);
    await second.tick();
    await second.close();
    const newest = await files();
    const damaged = code("org_log_damaged");
    const holding = async (texts: ReadonlyMap<string, string>) => {
      const other = memoryOrgLogStore();
      await other.open();
      for (const [name, text] of texts) await other.save(name, text);
      await other.close();
      return other;
    };
    const namespace = [...newest.keys()].find((name) => name.startsWith("namespace-")) ?? "";
    for (const texts of [
      new Map<string, string>(),
      older,
      new Map([...newest, [namespace, older.get(namespace) ?? ""]]), // forgot the newest checkpoint that it anchored
      new Map([...newest].filter(([name]) => name !== namespace)),
      new Map([...newest, [namespace, "{}"]]),
      new Map([...newest, ["tick-1", '{"format":"aura-org-tick-2"}']]),
      new Map([...newest, [`namespace-${"0".repeat(64)}`, newest.get(namespace) ?? ""]]),
    ]) {
      await expect(anOrgLog({ state: await holding(texts) }, store)).rejects.toMatchObject(damaged);
    }
    const early = memoryChainStore();
    await (await openAuditChain(early, orgKey, { origin: ORG_ORIGIN })).close();
    await expect(anOrgLog({ state: await holding(newest) }, early)).rejects.toMatchObject(damaged);
    await (await anOrgLog({ state: await holding(newest) }, store)).orgLog.close();
  });
});

describe("an anchored checkpoint", () => {
  it("covers a log, and a proof, over the very tree; and what grew into it, with the proof of that", async () => {
    const { payments, anchored } = await anchoredWorld(9);
    const anchors = { key: payments.key, orgLog: ORG_KEY };
    const log = await verifyLog(payments.chain.export(), { key: payments.key });
    if (!log.ok) throw new Error("the log does not verify");
    expect(verifyAnchored(anchored, { ...anchors, of: log })).toMatchObject({
      ok: true,
      notChecked: ["witness", "earlier_ticks"],
    });
    const early = await aNamespace("payments");
    await early.grow(3);
    const of = { origin: early.origin, ...(await early.chain.checkpoint()) };
    expect(verifyAnchored(anchored, { ...anchors, of })).toMatchObject({ reason: "not_covered" });
    const grown = withGrowth(anchored, { from: 4, proof: await payments.chain.proveGrowth(4, 10) });
    expect(verifyAnchored(grown, { ...anchors, of })).toMatchObject({ ok: true, checkpoint: { size: 10 } });
    expect(verifyAnchored(grown, anchors)).toMatchObject({ ok: true });
    const forked = { ...of, root: leafHash("x") };
    expect(verifyAnchored(grown, { ...anchors, of: forked })).toMatchObject({ reason: "not_covered" });
  });

  it("covers no larger tree: the whole log is held against it instead", async () => {
    const { payments, anchored } = await anchoredWorld();
    const anchors = { key: payments.key, orgLog: ORG_KEY };
    await payments.grow(3);
    const log = await verifyLog(payments.chain.export(), { key: payments.key });
    expect(verifyAnchored(anchored, { ...anchors, ...(log.ok && { of: log }) })).toMatchObject({
      reason: "not_covered",
    });
    const verified = verifyAnchored(anchored, anchors);
    const since = verified.ok ? verified.note : "";
    expect(await verifyLog(payments.chain.export(), { key: payments.key, since })).toMatchObject({
      ok: true,
      since: 6,
    });
    const forked = await aNamespace("payments");
    await forked.grow(30, 100);
    expect(await verifyLog(forked.chain.export(), { key: payments.key, since })).toMatchObject({ reason: "rewritten" });
  });

  it("covers a receipt", async () => {
    const { orgLog } = await anOrgLog({ origin: "example.com/aura/org-log" });
    const log = await sampleLog();
    const receipt = await receiptOf(log);
    const verified = verifyReceipt(receipt, { key: LOG_KEY, root: ROOT_KEY });
    if (!verified.ok) throw new Error("the receipt does not verify");
    await orgLog.register(LOG_KEY);
    await orgLog.submit({ note: receipt.checkpoint, prove: () => [] });
    await orgLog.tick();
    const anchors = { key: LOG_KEY, orgLog: parseVerifierKey(orgLog.verifierKey), of: verified };
    expect(verifyAnchored(await orgLog.anchored(LOG_KEY.name), anchors)).toMatchObject({ ok: true });
    const other = { ...verified, root: leafHash("x") };
    expect(verifyAnchored(await orgLog.anchored(LOG_KEY.name), { ...anchors, of: other })).toMatchObject({
      reason: "other_history",
    });
    expect(
      verifyAnchored(await orgLog.anchored(LOG_KEY.name), { ...anchors, of: { ...verified, origin: "x" } }),
    ).toMatchObject({
      reason: "other_history",
    });
  });

  it("is refused for another namespace, though it stands in the same tick, and for another org log", async () => {
    const { orgLog } = await anOrgLog();
    const [payments, shop] = [await aNamespace("payments"), await aNamespace("shop", 72)];
    for (const one of [payments, shop]) {
      await orgLog.register(one.key);
      await one.submitTo(orgLog);
    }
    await orgLog.tick();
    const anchored = await orgLog.anchored(payments.origin);
    expect(verifyAnchored(anchored, { key: shop.key, orgLog: ORG_KEY })).toMatchObject({
      reason: "namespace_wrong_key",
    });
    expect(verifyAnchored(anchored, { key: payments.key, orgLog: shop.key })).toMatchObject({ reason: "wrong_key" });
    const { path, nonce } = anchorIn(await orgLog.anchored(shop.origin));
    for (const change of [{ path }, { nonce }]) {
      const moved = changing(anchored, change);
      expect(verifyAnchored(moved, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({ reason: "not_in_tick" });
    }
  });

  it("is refused with a checkpoint that its key signed, but that the tick does not hold", async () => {
    const { payments, anchored } = await anchoredWorld();
    const note = await signCheckpoint(payments.signer, { origin: payments.origin, size: 6, root: leafHash("another") });
    const anchors = { key: payments.key, orgLog: ORG_KEY };
    expect(verifyAnchored(changing(anchored, { note }), anchors)).toMatchObject({ reason: "not_in_tick" });
    const forged = changing(anchored, { note: note.replace("\n6\n", "\n7\n") });
    expect(verifyAnchored(forged, anchors)).toMatchObject({ reason: "namespace_forged" });
  });

  it("is refused with an entry that is no tick, though it stands in the org log", async () => {
    const { payments, anchored } = await anchoredWorld();
    const anchors = { key: payments.key, orgLog: ORG_KEY };
    const chain = await openAuditChain(memoryChainStore(), orgKey, { origin: ORG_ORIGIN });
    const data = { map: leafHash("x"), missed: 0, tick: 1, tickMs: 1 };
    for (const [type, shown] of [
      ["org_log.sold", data],
      [TICK_TYPE, { ...data, more: 1 }],
      [TICK_TYPE, { ...data, tick: -1 }],
      [TICK_TYPE, { ...data, tickMs: 0 }],
      [TICK_TYPE, { ...data, map: "x" }],
      [TICK_TYPE, { ...data, missed: 2 }],
      [TICK_TYPE, { ...data, tick: 2 ** 52, tickMs: 1 }], // written before it began
    ] as const) {
      const { seq } = await chain.append(type, shown, { actor: ACTOR });
      const { proof, text, checkpoint } = await chain.prove(seq);
      const extra = encoded({ ...anchorIn(anchored), entry: JSON.parse(text) as JsonObject });
      const written = formatTlogProof({ index: seq, proof, note: checkpoint, extra });
      expect(verifyAnchored(written, anchors)).toMatchObject({ reason: "not_a_tick", seq });
    }
    const founding = await chain.prove(0);
    const entry = JSON.parse(founding.text) as JsonObject;
    const extra = encoded({ ...anchorIn(anchored), entry });
    const first = formatTlogProof({ index: 0, proof: founding.proof, note: founding.checkpoint, extra });
    expect(verifyAnchored(first, anchors)).toMatchObject({ reason: "not_a_tick" });
  });

  it.each([
    ["of an unknown format", { format: "aura-entry-9" }, "unknown_format"],
    ["of another namespace", { namespace: "payments" }, "not_a_tick"],
    ["that is none", { fence: -1 }, "not_a_tick"],
  ])("is refused with an entry %s, though the org log's key signed a tree with it", async (_, change, reason) => {
    const { payments, anchored } = await anchoredWorld();
    const anchor = anchorIn(anchored);
    const entry = { ...(JSON.parse(anchor.entry) as JsonObject), ...change };
    const root = leafHash(canonicalJson(entry));
    const note = await signCheckpoint(orgKey, { origin: ORG_ORIGIN, size: 1, root });
    const written = formatTlogProof({ index: 0, proof: [], note, extra: encoded({ ...anchor, entry }) });
    expect(verifyAnchored(written, { key: payments.key, orgLog: ORG_KEY })).toMatchObject({ ok: false, reason });
  });

  it.each([
    ["no proof", "hello"],
    ["one without extra data", (text: string) => text.replace(/^extra .*\n/m, "")],
    ["extra data that are an entry", (text: string) => changing(text, { format: "aura-entry-1" })],
  ])("is refused if it is %s", async (_, change) => {
    const { payments, anchored } = await anchoredWorld();
    const text = typeof change === "string" ? change : change(anchored);
    const answer = verifyAnchored(text, { key: payments.key, orgLog: ORG_KEY });
    expect(answer).toMatchObject({ ok: false, reason: _.includes("entry") ? "unknown_format" : "malformed_anchor" });
    expect(isAnchored(text)).toBe(false);
  });

  it.each<[string, JsonObject]>([
    ["a member too many", { more: 1 }],
    ["an entry that is a text", { entry: "{}" }],
    ["a note that is none", { note: 7 }],
    ["a note that is too long", { note: "n".repeat(ORG_LOG_NOTE_BYTES_MAX + 1) }],
    ["a nonce of another length", { nonce: "AAAA" }],
    ["a path of another thing", { path: ["x"] }],
    ["a path that is too long", { path: Array.from({ length: 257 }, () => leafHash("x")) }],
    ["a growth of nothing", { grown: { from: 0, proof: [] } }],
    ["a growth with a member too many", { grown: { from: 1, proof: [], to: 2 } }],
  ])("is refused with %s", async (_, change) => {
    const { payments, anchored } = await anchoredWorld();
    const answer = verifyAnchored(changing(anchored, change), { key: payments.key, orgLog: ORG_KEY });
    expect(answer).toMatchObject({ ok: false, reason: "malformed_anchor" });
  });

  it("takes no growth that is none", async () => {
    const { anchored } = await anchoredWorld();
    const refused = expect.objectContaining(code("tree_refused"));
    expect(() => withGrowth(anchored, { from: 0, proof: [] })).toThrow(refused);
    expect(() => withGrowth("hello", { from: 1, proof: [] })).toThrow(refused);
  });
});

function anchorIn(text: string) {
  const parsed = parseAnchor(parseTlogProof(text)?.extra ?? new Uint8Array());
  if (parsed.kind !== "anchor") throw new Error("no anchored checkpoint");
  return parsed.anchor;
}

function encoded(anchor: object): Uint8Array {
  return new TextEncoder().encode(canonicalJson(anchor as JsonObject));
}

/** The file with members of its anchor changed. */
function changing(text: string, change: JsonObject): string {
  const parsed = parseTlogProof(text)!;
  const anchor = anchorIn(text);
  return formatTlogProof({
    ...parsed,
    extra: encoded({ ...anchor, entry: JSON.parse(anchor.entry) as JsonObject, ...change }),
  });
}
