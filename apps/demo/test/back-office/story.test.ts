import { describe, expect, it } from "vitest";
import { alterDigit } from "../../src/back-office/alter-digit.ts";
import { tellMission } from "../../src/back-office/story.ts";
import type { ToldCall } from "../../src/back-office/story.ts";

function aCall(overrides: Partial<ToldCall>): ToldCall {
  const pay = { payee: "aldgate-print", amount: "190.00", currency: "EUR" };
  return {
    tool: "pay",
    state: "succeeded",
    arguments: pay,
    decision: null,
    end: null,
    compensates: null,
    ...overrides,
  };
}

describe("what became of a mission", () => {
  it("names the rules that denied a payment, and says what was paid", () => {
    const denied = { level: null, rules: [{ id: "known-only" }, { id: "on-file" }] };
    const calls = [aCall({ state: "denied", decision: denied }), aCall({})];
    expect(tellMission({ calls, outcome: { kind: "SUCCEEDED" } })).toEqual([
      "DENIED by known-only and on-file: pay 190.00 EUR to aldgate-print.",
      "Paid: 190.00 EUR.",
      "The mission ended SUCCEEDED.",
    ]);
  });

  it("says whom a payment waits for, and nothing of its end before it has one", () => {
    const decision = { level: "L2", rules: [{ id: "large" }] };
    expect(tellMission({ calls: [aCall({ state: "parked", decision })], outcome: null })).toEqual([
      "Waits for a person (L2, by large): pay 190.00 EUR to aldgate-print.",
    ]);
  });

  it("tells what was undone in the order in which it was", () => {
    const refund = aCall({ tool: "refund", compensates: "1.10" });
    const move = aCall({ tool: "move_file", compensates: "1.8" });
    expect(tellMission({ calls: [aCall({}), refund, move], outcome: { kind: "FAILED" } })).toContain(
      "Undone, newest first: the payment was refunded, then the report was put aside.",
    );
  });

  it("leaves out what only reads", () => {
    expect(tellMission({ calls: [aCall({ tool: "read_text_file" })], outcome: null })).toEqual([]);
  });
});

describe("the altered vote", () => {
  it("differs from what was asked in one digit of the amount", () => {
    expect(alterDigit('"6800.00"', "6800.00")).toEqual({ text: '"7800.00"', amount: "7800.00" });
    expect(alterDigit("nothing", "6800.00")).toBeUndefined();
  });
});
