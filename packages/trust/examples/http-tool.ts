import { createGuard, memoryReplayMarks, openAuditChain, systemClock, wrapTool } from "@aura/trust";
import type { ChainStore, GuardOptions, Signer } from "@aura/trust";

/** One tool over HTTP: verified, once, and recorded before and after. Runs wherever there are Request and Response. */
export async function httpTool(given: { anchors: GuardOptions["anchors"]; logKey: Signer; store: ChainStore }) {
  const chain = await openAuditChain(given.store, given.logKey, { origin: "acme.example/aura/payments" });
  const guard = createGuard({
    tool: "refund",
    audience: "https://refunds.acme.example",
    anchors: given.anchors,
    replay: memoryReplayMarks(),
    // Raise a number to revoke everything that was issued under a lower one.
    revocation: () => ({ epochs: { org: 1, namespace: 1, agent: 1, mission: 1 }, evidenceMs: systemClock.nowMs() }),
  });
  const answer = async (request: Request): Promise<Response> => {
    const call = await guard(request);
    if (!call.ok) return call.response;
    const { result } = await wrapTool(chain, call, ({ order = null, amount = null }) => ({ refunded: amount, order }));
    return Response.json(result);
  };
  return { fetch: answer, chain };
}
