import { expect, it } from "vitest";
import { whyDenied } from "../src/why-denied.ts";
import { aCall } from "./support/fake-mission.ts";

const DENIED = { key: "1.1", tool: "pay", state: "denied" } as const;

it("gives the reason of every rule that denied", () => {
  const rules = [{ id: "only-known-payees", reason: "Not on the list." }];
  const call = aCall({ ...DENIED, decision: { kind: "DENY", level: null, rules, unknown: [] } });
  expect(whyDenied(call)).toEqual([{ rule: "only-known-payees", reason: "Not on the list." }]);
});

it("never shows the rules that permitted as the reason for a denial", () => {
  const end = { kind: "denied", code: "mission/rejected", message: "Rejected by ada.", result: null } as const;
  expect(whyDenied(aCall({ ...DENIED, end }))).toEqual([{ rule: null, reason: "Rejected by ada." }]);
});

it("says that silence denies when no rule decided", () => {
  const call = aCall({ ...DENIED, end: null, decision: { kind: "DENY", level: null, rules: [], unknown: [] } });
  expect(whyDenied(call)[0]?.reason).toContain("what no rule permits is denied");
});

it("says nothing about a call that was not denied", () => {
  expect(whyDenied(aCall({ key: "1.0", tool: "read" }))).toEqual([]);
});
