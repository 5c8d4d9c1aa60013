import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  type JsonObject,
  leafHash,
  memoryChainStore,
  openAuditChain,
  parseTlogProof,
  parseVerifierKey,
  signCheckpoint,
  verifyLog,
  verifyReceipt,
} from "../src/index.ts";
import { formatTlogProof } from "../src/tlog-proof.ts";
import { isAnchored, ORG_LOG_NOTE_BYTES_MAX, parseAnchor, withGrowth } from "../src/org-log-anchor.ts";
import { TICK_TYPE } from "../src/org-log-tick.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { ACTOR } from "./audit-world.ts";
import { aNamespace, anchoredWorld, anOrgLog, ORG_KEY, ORG_ORIGIN, orgKey } from "./org-log-world.ts";
import { LOG_KEY, receiptOf, ROOT_KEY, sampleLog } from "./sample-log.ts";

const code = (name: string) => ({ code: `trust/${name}` });

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
