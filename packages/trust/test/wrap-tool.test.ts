import { describe, expect, it } from "vitest";
import {
  type AuditChain,
  canonicalJson,
  commit,
  type Entry,
  type GuardedCall,
  type JsonValue,
  memoryChainStore,
  parseEntry,
  wrapTool,
} from "@aura/trust";
import { chainFull } from "../src/chain-error.ts";
import { linesOf, openChain, verifyChain } from "./audit-world.ts";
import { ARGUMENTS, AUDIENCE, carried, httpGuard, post } from "./guard-world.ts";

const code = (name: string) => ({ code: `trust/${name}` });

async function aGuardedCall(): Promise<GuardedCall> {
  const call = await httpGuard()(post(await carried()));
  if (!call.ok) throw new Error(call.detail);
  return call;
}

async function entriesOf(chain: AuditChain): Promise<readonly Entry[]> {
  const lines = (await linesOf(chain)).slice(2); // header and founding
  return lines.map((line) => (JSON.parse(line) as { entry: Entry }).entry);
}

describe("a wrapped tool", () => {
  it("records the intent before and the outcome after, each committed to its text", async () => {
    const chain = await openChain(memoryChainStore());
    const call = await aGuardedCall();
    const sizes: number[] = [];
    const recorded = await wrapTool(chain, call, (args) => {
      sizes.push(chain.size);
      return { refunded: args["amount"] ?? null };
    });
    expect(sizes).toEqual([2]); // founding and intent stood when the tool ran
    expect(recorded).toMatchObject({ result: { refunded: "42.00" }, sent: { seq: 1 }, ended: { seq: 2 } });
    const [sent, ended] = await entriesOf(chain);
    expect(sent).toMatchObject({
      type: "tool.sent",
      actor: { id: "refunds", custody: "agent" },
      data: { call: call.call, tool: "refund", proof: "proof-1", token: "token-1", level: "L2", evidenceAgeMs: 20 },
      payloads: { arguments: call.commitment },
    });
    expect(ended).toMatchObject({
      type: "tool.succeeded",
      actor: { id: AUDIENCE, custody: "runtime" },
      data: { call: call.call, sent: 1, tool: "refund" },
      payloads: { result: recorded.opened.result.commitment },
    });
    for (const { commitment, nonce, text } of Object.values(recorded.opened))
      expect(commit(nonce, text)).toBe(commitment);
    expect(recorded.opened.arguments.text).toBe(canonicalJson(ARGUMENTS));
    expect(await verifyChain(chain)).toMatchObject({ ok: true, size: 3 });
  });

  it("puts no argument, no result and no message into the chain", async () => {
    const chain = await openChain(memoryChainStore());
    await wrapTool(chain, await aGuardedCall(), () => "the secret result");
    await wrapTool(chain, await aGuardedCall(), () => Promise.reject(new Error("the secret message"))).catch(
      () => undefined,
    );
    const text = (await linesOf(chain)).join("");
    for (const secret of ["42.00", "the secret result", "the secret message"]) expect(text).not.toContain(secret);
  });

  it("is not called if its intent cannot be recorded", async () => {
    let calls = 0;
    const full = { append: () => Promise.reject(chainFull("in memory", undefined)) };
    const running = wrapTool(full, await aGuardedCall(), () => (calls += 1));
    await expect(running).rejects.toMatchObject(code("chain_full"));
    expect(calls).toBe(0);
  });

  it("passes on what it throws, once that is recorded", async () => {
    const chain = await openChain(memoryChainStore());
    const failure = new Error("no such order");
    await expect(wrapTool(chain, await aGuardedCall(), () => Promise.reject(failure))).rejects.toBe(failure);
    expect((await entriesOf(chain))[1]).toMatchObject({ type: "tool.failed", data: { code: "error", sent: 1 } });
  });

  it("says that it has run when only its outcome cannot be recorded", async () => {
    const chain = await openChain(memoryChainStore());
    const running = wrapTool(chain, await aGuardedCall(), async () => {
      await chain.close();
      return "done";
    });
    await expect(running).rejects.toMatchObject({ ...code("outcome_unrecorded"), cause: code("chain_closed") });
  });

  it("is recorded as succeeded when its result cannot be carried as JSON", async () => {
    const chain = await openChain(memoryChainStore());
    const result = undefined as unknown as JsonValue;
    await expect(wrapTool(chain, await aGuardedCall(), () => result)).rejects.toMatchObject(code("not_json"));
    expect((await entriesOf(chain))[1]).toMatchObject({ type: "tool.succeeded", data: { code: "trust/not_json" } });
  });

  it("writes entries that are read back as they were recorded", async () => {
    const chain = await openChain(memoryChainStore());
    const { sent } = await wrapTool(chain, await aGuardedCall(), () => null);
    expect(parseEntry(sent.text)).toMatchObject({ kind: "entry", entry: { type: "tool.sent", version: 1 } });
  });
});
