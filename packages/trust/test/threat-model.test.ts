import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  commit,
  delegateToken,
  formatTlogProof,
  logLines,
  memoryChainStore,
  newNonce,
  openAuditChain,
  parseVerifierKey,
  signerFromSeed,
  systemRandom,
  verifyAnchored,
  verifyCall,
  verifyLog,
  verifyOrgLog,
} from "../src/index.ts";
import type { LogVerification } from "../src/index.ts";
import { encodeAnchor } from "../src/org-log-anchor.ts";
import { OrgLogMap, slotOf } from "../src/org-log-map.ts";
import { TICK_TYPE, tickData } from "../src/org-log-tick.ts";
import { ACTOR, appendMany, linesOf, openChain, rootKey } from "./audit-world.ts";
import {
  aCall,
  anAnchor,
  credentialIssuer,
  type Differences,
  instance,
  present,
  stranger,
  tokenIssuer,
} from "./call-world.ts";
import { aDelegation, aRoot, judgeChain } from "./chain-world.ts";
import { aNamespace, anOrgLog, ORG_KEY, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";

/** docs/threat-model.md: each claim names a test, and the attacks that still work are here. */
const page = readFileSync(new URL("../../../docs/threat-model.md", import.meta.url), "utf8");

describe("the page", () => {
  const cited = [...page.matchAll(/`(\w+)\/([\w.-]+\.test\.ts)`:((?:[;,]? ?"[^"]+")+)/g)].flatMap(
    ([, owner = "", file = "", names = ""]) =>
      [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ owner, file, name })),
  );

  it("cites a test for its claims", () => {
    expect(cited.length).toBeGreaterThan(40);
    const files = page.match(/`\w+\/[\w.-]+\.test\.ts`/g) ?? [];
    const citations = page.match(/`\w+\/[\w.-]+\.test\.ts`: "/g) ?? [];
    expect(citations.length).toBe(files.length); // none without a name
  });

  it.each(cited)("cites what is there: $owner/$file, $name", ({ owner, file, name }) => {
    const source = readFileSync(new URL(`../../${owner}/test/${file}`, import.meta.url), "utf8");
    expect(source).toContain(`"${name}"`);
  });
});

describe("what works, and what shows it", () => {
  it("an agent repeats a permitted call as often as nobody counts", async () => {
    for (const key of ["1.1", "1.2", "1.3"]) {
      const call = `mission/m1/call/${key}`;
      expect(await judged({ proof: { call, jti: key }, call: { call } })).toMatchObject({ ok: true });
    }
  });

  it("who has a copy of the instance key is the agent, until an epoch rises", async () => {
    const copy = signerFromSeed(new Uint8Array(32).fill(3));
    expect(copy.publicKey.kid).toBe(instance.publicKey.kid);
    expect(await judged({ proofBy: copy })).toMatchObject({ ok: true, instance: "i-1" });
    const anchors = { epochs: { org: 1, namespace: 1, agent: 2, mission: 1 } };
    expect(await judged({ proofBy: copy, anchors })).toMatchObject({ ok: false, reason: "credential_revoked" });
  });

  it("a holder delegates to as many as it likes, and nobody sees it before they call", async () => {
    const root = await aRoot();
    for (const byte of [11, 12, 13]) {
      const holder = signerFromSeed(new Uint8Array(32).fill(byte));
      const claims = aDelegation(root, { key: holder.publicKey, jti: `child-${byte}` });
      const chain = await delegateToken(instance, claims);
      const credential = { key: holder.publicKey, instance: `i-${byte}`, jti: `credential-${byte}` };
      expect(await judgeChain(chain, { holder, prover: holder, credential })).toMatchObject({
        ok: true,
        delegation: { tokens: ["token-1", `child-${byte}`] },
      });
    }
  });

  it("the token key alone widens limits up to the credential's ceiling, and no further", async () => {
    const wide = { tools: { refund: null, drop_table: null } };
    const call = { tool: "drop_table", arguments: {} };
    expect(await judged({ tokenBy: tokenIssuer, token: wide, proof: { tool: "drop_table" }, call })).toMatchObject({
      ok: true,
    });
    expect(await judged({ token: { ...wide, level: "L3" } })).toMatchObject({ ok: false, reason: "authority" });
    expect(await judged({ token: wide, proofBy: stranger })).toMatchObject({ ok: false, reason: "proof_wrong_key" });
    const own = { key: stranger.publicKey };
    expect(await judged({ token: { ...wide, ...own }, proofBy: stranger })).toMatchObject({
      reason: "token_other_credential",
    });
    expect(await judged({ credentialBy: tokenIssuer, credential: own })).toMatchObject({
      reason: "credential_foreign",
    });
  });

  it("both issuing keys make an agent of their own", async () => {
    const own = { key: stranger.publicKey };
    const made = { credentialBy: credentialIssuer, credential: { ...own, agent: "ghost", authority: "L4" as const } };
    const sub = "spiffe://acme.example/ns/payments/agent/ghost/i/i-1";
    const token = { ...own, level: "L4" as const, credential: { sub, jti: "credential-1" } };
    expect(await judged({ ...made, token, proofBy: stranger })).toMatchObject({
      ok: true,
      agent: "ghost",
      level: "L4",
    });
  });

  it("an older state of a log verifies, except against a newer checkpoint", async () => {
    const chain = await openChain(memoryChainStore());
    await appendMany(chain, 9);
    await chain.checkpoint();
    const older = await linesOf(chain);
    await appendMany(chain, 10);
    const { note } = await chain.checkpoint();
    const anchors = { key: parseVerifierKey(chain.verifierKey) };
    expect(await verifyLog(older, anchors)).toMatchObject({ ok: true, size: 10 });
    expect(await verifyLog(older, { ...anchors, since: note })).toMatchObject({ ok: false, reason: "truncated" });
  });

  it("two logs of one founding both verify, and each shows against the other's checkpoint", async () => {
    const [left, right] = await Promise.all([forkOf(0), forkOf(100)]);
    expect(left.lines[1]).toBe(right.lines[1]); // one founding, by one root
    for (const [own, other] of [
      [left, right],
      [right, left],
    ] as const) {
      expect(await own.verify()).toMatchObject({ ok: true, founding: { by: "another_key", signature: "verified" } });
      expect(await own.verify(other.note)).toMatchObject({ ok: false, reason: "rewritten" });
    }
  });

  it("the keys of an org log and of a namespace together anchor two histories in two ticks, and each shows against the other", async () => {
    const [left, right] = [await aNamespace("payments"), await aNamespace("payments")];
    await Promise.all([left.grow(5), right.grow(9, 100)]);
    const ticks = await openAuditChain(memoryChainStore(), orgKey, { origin: ORG_ORIGIN });
    const anchored: string[] = [];
    for (const [tick, { chain, key }] of [left, right].entries()) {
      const { note } = await chain.checkpoint();
      const nonce = newNonce(systemRandom);
      const slot = slotOf(key);
      const map = new OrgLogMap([{ slot, value: commit(nonce, note) }]);
      const data = tickData({ tick, tickMs: 1, missed: 0, map: map.root });
      const { seq } = await ticks.append(TICK_TYPE, data, { actor: ACTOR });
      const { text, proof, checkpoint } = await ticks.prove(seq);
      const extra = encodeAnchor({ entry: text, note, nonce, path: map.path(slot), grown: null });
      anchored.push(formatTlogProof({ index: seq, proof, note: checkpoint, extra }));
    }
    const { key } = left;
    expect(await verifyOrgLog(ticks.export(), { key: ORG_KEY })).toMatchObject({ ok: true });
    const [first, second] = anchored.map((text) => verifyAnchored(text, { key, orgLog: ORG_KEY }));
    if (first?.ok !== true || second?.ok !== true) throw new Error("both are anchored");
    expect(await verifyLog(left.chain.export(), { key, since: first.note })).toMatchObject({ ok: true });
    expect(await verifyLog(right.chain.export(), { key, since: first.note })).toMatchObject({ reason: "rewritten" });
    expect(await verifyLog(left.chain.export(), { key, since: second.note })).toMatchObject({ reason: "truncated" });
    const of = first.checkpoint;
    expect(verifyAnchored(anchored[1] ?? "", { key, orgLog: ORG_KEY, of })).toMatchObject({ reason: "not_covered" });
  });

  it("the operator of an org log leaves a namespace out, and its next tick says that ticks are missing, not who", async () => {
    const { orgLog, clock } = await anOrgLog();
    const payments = await aNamespace("payments");
    await orgLog.register(payments.key);
    await payments.submitTo(orgLog);
    await orgLog.retire(payments.origin);
    await orgLog.tick();
    clock.pass(4 * TICK_MS);
    expect(await orgLog.tick()).toMatchObject({ missed: 3 });
    expect(await verifyOrgLog(orgLog.export(), { key: ORG_KEY })).toMatchObject({ ok: true, ticks: { missed: 3 } });
    await expect(orgLog.anchored(payments.origin)).rejects.toMatchObject({ code: "trust/not_anchored" });
  });

  it("the writer of a log writes any actor and any time", async () => {
    const chain = await openChain(memoryChainStore(), { clock: { nowMs: () => 1 } });
    await chain.append("refund.sent", {}, { actor: { id: "somebody-else", custody: "person" } });
    await chain.checkpoint();
    expect(await verifyLog(await linesOf(chain), { key: parseVerifierKey(chain.verifierKey) })).toMatchObject({
      ok: true,
    });
  });
});

async function judged(differences: Differences) {
  return verifyCall(anAnchor(differences.anchors), await present(differences), aCall(differences.call));
}

/** What one key signs for one reader, from a founding that repeats. */
async function forkOf(from: number): Promise<{
  readonly lines: readonly string[];
  readonly note: string;
  readonly verify: (since?: string) => Promise<LogVerification>;
}> {
  const chain = await openChain(memoryChainStore(), { root: rootKey });
  await appendMany(chain, 5, from);
  const { note } = await chain.checkpoint();
  const lines = await linesOf(chain);
  const file = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const anchors = { key: parseVerifierKey(chain.verifierKey), root: rootKey.publicKey };
  const verify = (since?: string) => verifyLog(logLines([file]), since === undefined ? anchors : { ...anchors, since });
  return { lines, note, verify };
}
