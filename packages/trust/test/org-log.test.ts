import { describe, expect, it } from "vitest";
import {
  type Hash,
  memoryChainStore,
  openAuditChain,
  signCheckpoint,
  signerFromSeed,
  verifyLog,
} from "../src/index.ts";
import { isAnchored, ORG_LOG_NOTE_BYTES_MAX } from "../src/org-log-anchor.ts";
import { ORG_LOG_NAMESPACES_MAX } from "../src/stored-org-log.ts";
import { slotOf } from "../src/org-log-map.ts";
import { memoryOrgLogStore } from "../src/org-log-store.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { verifyOrgLog } from "../src/verify-org-log.ts";
import { AUDIT_MS } from "./audit-world.ts";
import { aNamespace, anchoredWorld, anOrgLog, ORG_KEY, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";
import { aNetwork } from "./witness-net.ts";

const code = (name: string) => ({ code: `trust/${name}` });

async function listed(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
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
