import { decide } from "@aura/governance";
import { hashText } from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { application } from "../../src/application.ts";

const ORDER = { payee: "nordwind-papier", amount: "120.00", currency: "EUR", reference: "R1", idempotency_key: "k" };

/** What the rules say to a payment, or to another call. */
function decided(args: { readonly [name: string]: JsonValue }, tool = "pay", agent = "payables-clerk") {
  const registration = application.release.tools.find(({ name }) => name === tool)!;
  const digest = hashText("a tool");
  return decide(application.release, {
    kind: "call",
    namespace: "n",
    agent: { id: agent, custody: "runtime" },
    mission: { id: "m", authority: "L1", objectiveDigest: digest, tools: [tool] },
    call: { key: "1.1", tool: { ...registration, description: "", inputSchema: {}, digest }, arguments: args },
    facts: {
      "time.day": "2026-11-24",
      ...(agent === "compensator" ? { "compensation.of": tool === "refund" ? "pay" : "write_file" } : {}),
    },
  });
}

describe("the back office's rules", () => {
  it("let the clerk pay a supplier up to 1000.00, and ask a person of L2 one cent above", () => {
    expect(decided({ ...ORDER, amount: "1000.00" })).toMatchObject({ kind: "PERMIT", rules: ["pay-suppliers"] });
    expect(decided({ ...ORDER, amount: "1000.01" })).toMatchObject({
      kind: "ESCALATE",
      level: "L2",
      rules: ["large-payments-need-a-person"],
    });
  });

  it.each([
    ["another payee", { payee: "obol-trading" }, ["pay-only-known-suppliers"]],
    ["an account of its own", { iban: "LT549999900001234567" }, ["pay-to-the-account-on-file"]],
    [
      "the thief's order",
      { payee: "obol-trading", iban: "LT549999900001234567", amount: "4800.00" },
      ["pay-only-known-suppliers", "pay-to-the-account-on-file"],
    ],
  ])("deny %s by name", (_, override, rules) => {
    expect(decided({ ...ORDER, ...override })).toMatchObject({ kind: "DENY", rules });
  });

  it.each([["10000.01"], ["0.00"], ["-1.00"], ["5,000"], ["NaN"], ["1e400"], [120], [null]])(
    "never permit the amount %j",
    (amount) => {
      expect(decided({ ...ORDER, amount }).kind).not.toBe("PERMIT");
    },
  );

  it("let nobody but the compensator refund, and nobody read or write elsewhere", () => {
    expect(decided({ idempotency_key: "k" }, "refund")).toMatchObject({ kind: "DENY", rules: [] });
    expect(decided({ idempotency_key: "k" }, "refund", "compensator")).toMatchObject({
      kind: "PERMIT",
      rules: ["undo-payments"],
    });
    const aside = { source: "reports/a", destination: "undone/reports/a" };
    expect(decided(aside, "move_file", "compensator")).toMatchObject({ kind: "PERMIT", rules: ["undo-reports"] });
    expect(decided({ path: "invoices/../reports" }, "read_text_file").kind).toBe("DENY");
    expect(decided({ path: "invoices/week", content: "" }, "write_file").kind).toBe("DENY");
    expect(decided({ source: "invoices/a", destination: "undone/a" }, "move_file", "compensator").kind).toBe("DENY");
    expect(decided({ source: "reports/a", destination: "undone/reports/a" }, "move_file", "payables-clerk").kind).toBe(
      "DENY",
    );
  });
});
