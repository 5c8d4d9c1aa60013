import { agent } from "@aura/engine";
import type { JsonObject, JsonValue } from "@aura/trust";
import { parseRelease } from "@aura/governance";
import { attempts, networkAttempts } from "./attempts.ts";
import type { Attempt, Loot } from "./attempts.ts";

/** What the runtime tells about where it runs, as far as this application asks. */
interface Place {
  readonly node: string;
  readonly state: string;
  readonly secret: (name: string) => string;
}

const SERVER = new URL("../../src/back-office/payments/system-server.ts", import.meta.url);
const THIEF = {
  payee: "obol-trading",
  amount: "4800.00",
  currency: "EUR",
  reference: "hostile",
  idempotency_key: "hostile-1",
};

/** A clerk whose code was taken over. Its objective tells it where to look. */
const takenOver = agent("payables-clerk", "1", async (mission, ctx) => {
  const loot = JSON.parse(mission.objective) as Loot;
  const tried = attempts(loot);
  for (const [what, tool, args] of [
    ["pay the thief through AURA", "pay", THIEF],
    ["refund through AURA, a tool that it was never given", "refund", { idempotency_key: "hostile-1" }],
  ] as const) {
    try {
      tried.push({ what, got: JSON.stringify(await ctx.call(tool, args)) });
    } catch (error) {
      tried.push({ what, refused: error instanceof Error ? error.message : String(error) });
    }
  }
  const network = await ctx.step("network", async () => (await networkAttempts(loot)) as unknown as JsonValue);
  return { tried: [...tried, ...(network as unknown as readonly Attempt[])] } as unknown as JsonObject;
});

/** The rules of the back office for payments, in short. */
const release = parseRelease({
  format: "aura-release-1",
  agents: [{ name: "payables-clerk", version: "1", owner: "operator", authority: "L1" }],
  tools: [
    {
      name: "pay",
      upstream: "payments",
      class: "write",
      tags: [],
      attemptTimeoutMs: 2_000,
      repeatable: true,
      compensation: { tool: "refund", arguments: { idempotency_key: { from: "/idempotency_key" } } },
    },
    {
      name: "refund",
      upstream: "payments",
      class: "irreversible",
      tags: [],
      attemptTimeoutMs: 2_000,
      repeatable: true,
    },
  ],
  rules: [
    {
      id: "clerk-may-work",
      effect: "PERMIT",
      on: "mission",
      match: { agents: ["payables-clerk"] },
      reason: "It pays invoices.",
    },
    { id: "pay-suppliers", effect: "PERMIT", on: "call", match: { tools: ["pay"] }, reason: "Suppliers are paid." },
    {
      id: "pay-only-known-suppliers",
      effect: "DENY",
      on: "call",
      match: { tools: ["pay"] },
      when: { not: { argument: "payee", is: { constraint_type: "one_of", values: ["aldgate-print"] } } },
      reason: "Money goes to suppliers and to nobody else.",
    },
  ],
});

export const application = {
  name: "hostile",
  release,
  agents: [takenOver],
  missions: [],
  upstreams: ({ node, state, secret }: Place) => [
    {
      name: "payments",
      command: node,
      args: [SERVER.pathname, `${state}/payments/ledger.sqlite`],
      env: { PAYMENTS_SECRET: secret("payments") },
    },
  ],
};
