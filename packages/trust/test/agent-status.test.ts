import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AgentFact, agentStanding, agentStatus, delegateToken, verifyCall } from "@aura/trust";
import { aCall, anAnchor, type Differences, instance, judge, NOW_MS, present, stranger } from "./call-world.ts";
import { aDelegation, aRoot, judgeChain } from "./chain-world.ts";
import { carried, httpGuard, post } from "./guard-world.ts";

const fact = (type: string, data: AgentFact["data"] = {}): AgentFact => ({ type, data });
const REGISTERED = fact("agent.registered", { version: "1", expiresMs: NOW_MS + 60_000 });
const SUSPENDED = fact("agent.suspended");
const REACTIVATED = fact("agent.reactivated");
const REVOKED = fact("agent.revoked");

const standing = (facts: readonly AgentFact[], nowMs = NOW_MS) => agentStanding(agentStatus(facts), nowMs);

describe("agentStatus", () => {
  it.each<[string, AgentFact[], string]>([
    ["nothing", [], "unregistered"],
    ["a suspension alone", [SUSPENDED], "unregistered"],
    ["a registration", [REGISTERED], "active"],
    ["a suspension", [REGISTERED, SUSPENDED], "suspended"],
    ["a reactivation", [REGISTERED, SUSPENDED, REACTIVATED], "active"],
    ["two suspensions and one reactivation", [REGISTERED, SUSPENDED, SUSPENDED, REACTIVATED], "active"],
    ["a new version of a suspended agent", [REGISTERED, SUSPENDED, REGISTERED], "suspended"],
    ["a suspension before the registration", [SUSPENDED, REGISTERED], "suspended"],
    ["a revocation", [REGISTERED, REVOKED], "revoked"],
    ["a raised epoch", [REGISTERED, fact("epoch.raised")], "revoked"],
    ["a reactivation of a revoked agent", [REGISTERED, SUSPENDED, REVOKED, REACTIVATED], "revoked"],
    ["a registration after a revocation", [REGISTERED, REVOKED, REGISTERED], "active"],
    ["entries about other things", [REGISTERED, fact("stop.ordered"), fact("agent.renamed")], "active"],
    ["an end that is no time", [fact("agent.registered", { expiresMs: "never" })], "expired"],
    ["an end of null", [fact("agent.registered", { expiresMs: null })], "active"],
  ])("after %s", (_, facts, expected) => {
    expect(standing(facts)).toBe(expected);
  });

  it("ends at the millisecond, also while suspended, and a revocation is said before it", () => {
    expect(standing([REGISTERED], NOW_MS + 59_999)).toBe("active");
    expect(standing([REGISTERED], NOW_MS + 60_000)).toBe("expired");
    expect(standing([REGISTERED, SUSPENDED], NOW_MS + 60_000)).toBe("expired");
    expect(standing([REGISTERED, REVOKED], NOW_MS + 60_000)).toBe("revoked");
    expect(standing([REGISTERED], Number.NaN)).toBe("expired");
  });

  it("counts revocations as the agent's epoch", () => {
    expect(agentStatus([REGISTERED, REVOKED, REGISTERED, fact("epoch.raised")]).epoch).toBe(2);
  });

  it("keeps its laws whatever was recorded", () => {
    const facts = fc.array(fc.constantFrom(REGISTERED, SUSPENDED, REACTIVATED, REVOKED, fact("stop.ordered")));
    fc.assert(
      fc.property(facts, (before) => {
        expect(standing([...before, REVOKED])).toBe("revoked");
        expect(standing([...before, REVOKED, REACTIVATED])).toBe("revoked");
        expect(standing([...before, SUSPENDED])).not.toBe("active");
        const [one, again] = [agentStatus([...before, SUSPENDED]), agentStatus([...before, SUSPENDED, SUSPENDED])];
        expect(again).toEqual(one);
        // A suspension that is lifted leaves no trace.
        const lifted = agentStatus([...before, REACTIVATED]);
        expect(agentStatus([...before, SUSPENDED, REACTIVATED])).toEqual(lifted);
        expect(agentStatus(before).epoch).toBe(before.filter((one) => one === REVOKED).length);
      }),
    );
  });
});

const known = (...facts: AgentFact[]): Differences => ({ anchors: { statuses: { refunds: agentStatus(facts) } } });

describe("verifyCall", () => {
  it("refuses a suspended agent's tokens at once, and takes the very same ones after it was reactivated", async () => {
    const presented = await present();
    const facts = [REGISTERED];
    const call = () => verifyCall(anAnchor({ statuses: { refunds: agentStatus(facts) } }), presented, aCall());
    expect(call()).toMatchObject({ ok: true });
    facts.push(SUSPENDED);
    expect(call()).toMatchObject({ ok: false, reason: "credential_suspended" });
    facts.push(REACTIVATED);
    expect(call()).toMatchObject({ ok: true });
  });

  it.each<[string, Differences, string]>([
    ["was revoked while suspended", known(REGISTERED, SUSPENDED, REVOKED, REACTIVATED), "credential_revoked"],
    [
      "expired while suspended",
      { anchors: { ...known(REGISTERED, SUSPENDED, REACTIVATED).anchors, nowMs: NOW_MS + 60_000 } },
      "credential_expired",
    ],
    ["nothing is known about", { anchors: { statuses: {} } }, "evidence_stale"],
    ["was never registered", known(SUSPENDED), "evidence_stale"],
  ])("refuses an agent that %s", async (_, differences, reason) => {
    expect(await judge(differences)).toMatchObject({ ok: false, reason });
  });

  it("asks nothing of a prototype", async () => {
    const credential = { agent: "constructor" };
    const token = {
      credential: { sub: "spiffe://acme.example/ns/payments/agent/constructor/i/i-1", jti: "credential-1" },
    };
    expect(await judge({ credential, token, anchors: { statuses: {} } })).toMatchObject({ reason: "evidence_stale" });
  });

  it("refuses what a suspended agent handed on, and a suspended helper", async () => {
    const chain = await delegateToken(instance, aDelegation(await aRoot(), { key: stranger.publicKey }));
    const active = agentStatus([REGISTERED]);
    const suspended = agentStatus([REGISTERED, SUSPENDED]);
    const helper = (statuses: { refunds: typeof active; helper: typeof active }) =>
      judgeChain(chain, {
        holder: stranger,
        prover: stranger,
        credential: { agent: "helper", instance: "i-9", key: stranger.publicKey, jti: "credential-9" },
        anchors: { delegates: { helper: 1 }, statuses },
      });
    expect(await helper({ refunds: active, helper: active })).toMatchObject({ ok: true });
    expect(await helper({ refunds: suspended, helper: active })).toMatchObject({ reason: "token_suspended" });
    expect(await helper({ refunds: active, helper: suspended })).toMatchObject({ reason: "credential_suspended" });
  });

  it("fails closed beyond the age that its evidence may have, and for evidence from the future or of no time", async () => {
    const aged = (evidenceMs: number) => judge({ anchors: { evidenceMs, evidenceAgeMsMax: 1_000 } });
    expect(await aged(NOW_MS - 1_000)).toMatchObject({ ok: true, evidenceAgeMs: 1_000 });
    expect(await aged(NOW_MS + 5_000)).toMatchObject({ ok: true, evidenceAgeMs: 0 });
    for (const evidenceMs of [NOW_MS - 1_001, NOW_MS + 5_001, Number.NaN]) {
      expect(await aged(evidenceMs)).toMatchObject({ ok: false, reason: "evidence_stale" });
    }
  });
});

describe("a guard", () => {
  const { epochs } = anAnchor();

  it("refuses a suspended agent and does not use its proof up", async () => {
    const facts = [REGISTERED, SUSPENDED];
    const revocation = () => ({ epochs, evidenceMs: NOW_MS, statuses: { refunds: agentStatus(facts) } });
    const guard = httpGuard({ revocation });
    const call = await carried();
    expect(await guard(post(call))).toMatchObject({ ok: false, reason: "credential_suspended", status: 401 });
    facts.push(REACTIVATED);
    expect(await guard(post(call))).toMatchObject({ ok: true });
  });

  it("refuses evidence of no time, with a bound", async () => {
    const guard = httpGuard({ revocation: () => ({ epochs, evidenceMs: Number.NaN }), evidenceAgeMsMax: 1_000 });
    expect(await guard(post(await carried()))).toMatchObject({ ok: false, reason: "evidence_stale" });
  });
});
