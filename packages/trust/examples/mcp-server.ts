import { createToolCallGuard, memoryReplayMarks, openAuditChain, systemClock, wrapTool } from "@aura/trust";
import type { ChainStore, GuardOptions, JsonObject, Signer } from "@aura/trust";

/** An MCP server with one tool, method by method: each call is verified, made once, and recorded before and after. */
export async function mcpServer(given: { anchors: GuardOptions["anchors"]; logKey: Signer; store: ChainStore }) {
  const chain = await openAuditChain(given.store, given.logKey, { origin: "acme.example/aura/payments" });
  const [audience, replay] = ["https://refunds.acme.example", memoryReplayMarks()];
  const epochs = { org: 1, namespace: 1, agent: 1, mission: 1 }; // raise one to revoke what was issued under it
  const revocation = () => ({ epochs, evidenceMs: systemClock.nowMs() });
  const guard = createToolCallGuard({ audience, anchors: given.anchors, replay, revocation });
  const serverInfo = { name: "refunds", version: "1" };
  const methods: Record<string, (params: unknown) => JsonObject | Promise<JsonObject>> = {
    initialize: () => ({ protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo }),
    "tools/list": () => ({ tools: [{ name: "refund", inputSchema: { type: "object" } }] }),
    "tools/call": async (params) => {
      const call = await guard(params);
      if (!call.ok) return call.toolResult;
      const { result } = await wrapTool(chain, call, ({ amount = null }) => ({ refunded: amount }));
      return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result };
    },
  };
  return { methods, chain };
}
