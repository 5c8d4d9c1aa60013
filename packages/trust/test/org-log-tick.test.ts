import { describe, expect, it } from "vitest";
import { type JsonObject, leafHash, memoryChainStore, openAuditChain, verifyLog } from "../src/index.ts";
import { chainFull } from "../src/chain-error.ts";
import { memoryOrgLogStore } from "../src/org-log-store.ts";
import { TICK_TYPE } from "../src/org-log-tick.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { verifyOrgLog } from "../src/verify-org-log.ts";
import { ACTOR, AUDIT_MS } from "./audit-world.ts";
import { aNamespace, anchoredWorld, anOrgLog, ORG_KEY, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";

const code = (name: string) => ({ code: `trust/${name}` });

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
