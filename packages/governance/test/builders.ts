import type { DecisionRequest, Tool, ToolRegistration } from "@aura/mission";
import { hashText, type JsonObject } from "@aura/trust";
import { parseRelease, type Release, type Rule } from "../src/index.ts";

/** `refund` is a write that `unrefund` undoes; `find_order` reads. */
export const TOOLS: readonly ToolRegistration[] = [
  aRegistration({ name: "find_order", class: "read" }),
  aRegistration({
    name: "refund",
    tags: ["money"],
    find: {
      tool: "find_order",
      arguments: { id: { from: "/order" } },
      equals: { value: "refunded" },
      findAfterMs: 0,
    },
    compensation: { tool: "unrefund", arguments: { order: { from: "/order" } } },
  }),
  aRegistration({ name: "unrefund", class: "irreversible" }),
];

export function aRegistration(overrides: Partial<ToolRegistration> = {}): ToolRegistration {
  return {
    name: "refund",
    upstream: "shop",
    class: "write",
    tags: [],
    attemptTimeoutMs: 1_000,
    repeatable: false,
    ...overrides,
  };
}

export function aRule(overrides: Partial<Rule> = {}): Rule {
  return { id: "a-rule", effect: "PERMIT", on: "call", match: {}, reason: "It is so.", ...overrides };
}

/** A document that loads; overrides replace whole members. */
export function aDocument(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    format: "aura-release-1",
    agents: [{ name: "refunds", version: "1", owner: "support-lead", authority: "L2" }],
    tools: TOOLS,
    rules: [],
    ...overrides,
  };
}

export function aRelease(rules: readonly Rule[], overrides: Record<string, unknown> = {}): Release {
  return parseRelease(aDocument({ rules, ...overrides }));
}

export function aTool(overrides: Partial<Tool> = {}): Tool {
  const registration = TOOLS.find(({ name }) => name === (overrides.name ?? "refund")) ?? aRegistration();
  return {
    ...registration,
    description: "Pays money back.",
    inputSchema: { type: "object", properties: { order: { type: "string" }, amount: { type: "number" } } },
    digest: hashText("refund"),
    ...overrides,
  };
}

/** A call of `refund` with these arguments. */
export function aCall(args: unknown, overrides: Partial<DecisionRequest> = {}): DecisionRequest {
  return {
    kind: "call",
    namespace: "shop",
    agent: { id: "refunds", custody: "agent" },
    mission: { id: "m1", objectiveDigest: hashText("Refund order 7"), authority: "L1", tools: ["refund"] },
    call: { key: "1.1", tool: aTool(), arguments: args as JsonObject },
    facts: {},
    ...overrides,
  };
}

export function aMissionRequest(overrides: Partial<DecisionRequest> = {}): DecisionRequest {
  const { call: _, ...rest } = aCall({});
  return { ...rest, kind: "mission", ...overrides };
}
