import { readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import {
  callHeaders,
  callMeta,
  canonicalJson,
  type CarriedCall,
  commit,
  type JsonObject,
  memoryChainStore,
  newNonce,
  proveCall,
  systemClock,
  systemRandom,
  uuidv7,
} from "@aura/trust";
import { httpTool } from "../examples/http-tool.ts";
import { mcpServer } from "../examples/mcp-server.ts";
import { logKey, verifyChain } from "./audit-world.ts";
import { instance, present } from "./call-world.ts";
import { guardOptions } from "./guard-world.ts";
import { serve } from "./serve.ts";

const AUDIENCE = "https://refunds.acme.example";
const given = () => ({ anchors: guardOptions().anchors, logKey, store: memoryChainStore() });

/** A caller of today, as the examples' clock is the machine's. */
async function calling(args: JsonObject): Promise<CarriedCall> {
  const nowMs = systemClock.nowMs();
  const { credential, token } = await present({ credential: { nowMs }, token: { nowMs, audience: AUDIENCE } });
  const nonce = newNonce(systemRandom);
  const proof = await proveCall(instance, {
    call: "mission/m1/call/1.1",
    tool: "refund",
    commitment: commit(nonce, canonicalJson(args)),
    audience: AUDIENCE,
    token,
    nowMs,
    jti: uuidv7(nowMs, systemRandom),
  });
  return { credential, token, proof, nonce };
}

const ARGUMENTS = { amount: "42.00", order: 7 };
const TAMPERED = { amount: "99.00", order: 7 };
const ENTRIES_OF_ONE_CALL = 3; // the founding, the intent, the outcome

it("the HTTP tool answers a good call, refuses it again and refuses it tampered with; the chain tells", async () => {
  const { fetch: answer, chain } = await httpTool(given());
  const { url, close } = await serve(answer);
  onTestFinished(close);
  const send = async (call: CarriedCall, args: JsonObject) => {
    const headers = { "content-type": "application/json", ...callHeaders(call) };
    const response = await fetch(url, { method: "POST", headers, body: canonicalJson(args) });
    return [response.status, await response.json()] as const;
  };
  const call = await calling(ARGUMENTS);
  expect(await send(call, ARGUMENTS)).toEqual([200, { refunded: "42.00", order: 7 }]);
  expect(await send(call, ARGUMENTS)).toMatchObject([401, { type: "trust/proof_replayed" }]);
  expect(await send(await calling(ARGUMENTS), TAMPERED)).toMatchObject([401, { type: "trust/proof_other_arguments" }]);
  expect(await verifyChain(chain)).toMatchObject({ ok: true, size: ENTRIES_OF_ONE_CALL });
});

it("the MCP server answers a good call, refuses it again and refuses it tampered with; the chain tells", async () => {
  const { methods, chain } = await mcpServer(given());
  expect(await methods["initialize"]?.({})).toMatchObject({ serverInfo: { name: "refunds" } });
  expect(await methods["tools/list"]?.({})).toMatchObject({ tools: [{ name: "refund" }] });
  const send = async (call: CarriedCall, args: JsonObject) => {
    const sent = JSON.stringify({ name: "refund", arguments: args, _meta: callMeta(call) });
    return methods["tools/call"]?.(JSON.parse(sent));
  };
  const call = await calling(ARGUMENTS);
  expect(await send(call, ARGUMENTS)).toMatchObject({ structuredContent: { refunded: "42.00" } });
  expect(await send(call, ARGUMENTS)).toMatchObject({
    isError: true,
    structuredContent: { type: "trust/proof_replayed" },
  });
  expect(await send(await calling(ARGUMENTS), TAMPERED)).toMatchObject({
    isError: true,
    structuredContent: { type: "trust/proof_other_arguments" },
  });
  expect(await verifyChain(chain)).toMatchObject({ ok: true, size: ENTRIES_OF_ONE_CALL });
});

it.each(["http-tool.ts", "mcp-server.ts"])("%s needs at most 25 lines and this package alone", (name) => {
  const text = readFileSync(new URL(`../examples/${name}`, import.meta.url), "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  expect([...text.matchAll(/ from "([^"]+)"/g)].map(([, from]) => from)).toEqual(["@aura/trust", "@aura/trust"]);
});
