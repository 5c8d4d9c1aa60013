import type { JsonObject, JsonValue } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGovernor, decide, parseRelease, releaseDigest, type Budget, type Release } from "../src/index.ts";
import { anOrganisation, aPayment, PAYMENT_RULES } from "./an-organisation.ts";
import { aRule } from "./builders.ts";

const BUDGET: Budget = {
  id: "money",
  match: { tools: ["pay"] },
  measure: { argument: "amount", scale: 2 },
  per: "namespace",
  window: "total",
  ceilings: { L1: "1500.00", L3: 20_000 },
};
const MAY_PAY = [aRule({ id: "pay", match: { tools: ["pay"] } })];

function withBudget(...budgets: readonly (Partial<Budget> | Record<string, unknown>)[]): Release {
  const list = budgets.map((budget) => ({ ...BUDGET, ...budget }));
  return anOrganisation({ rules: MAY_PAY, budgets: list });
}

function pay(amount: JsonValue | undefined, facts: JsonObject = {}) {
  const request = aPayment();
  const { amount: _, ...others } = request.call?.arguments ?? {};
  const call = { ...request.call, arguments: amount === undefined ? others : { ...others, amount } };
  return { ...request, call: call as NonNullable<typeof request.call>, facts };
}

const refusal = (budget: Record<string, unknown>): unknown => {
  try {
    withBudget(budget);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("a permitted call reserves", () => {
  it.each<[JsonValue, number]>([
    ["800", 80_000],
    ["800.5", 80_050],
    ["800.55", 80_055],
    ["0", 0],
    ["0.01", 1],
    [800, 80_000],
    ["90071992547409.91", Number.MAX_SAFE_INTEGER],
  ])("its amount in the smallest unit: %j", (amount, delta) => {
    expect(decide(withBudget({}), pay(amount)).reservations).toEqual([
      { counter: "budget/money/shop/total", delta, ceiling: 150_000 },
    ]);
  });

  it("one, where calls are counted", () => {
    const release = withBudget({ measure: "calls", ceilings: { L1: 3 } });
    expect(decide(release, pay("not looked at")).reservations).toEqual([
      { counter: "budget/money/shop/total", delta: 1, ceiling: 3 },
    ]);
  });

  it.each([
    ["mission", "total", "budget/money/m1/total"],
    ["agent", "total", "budget/money/refunds/total"],
    ["namespace", "day", "budget/money/shop/2026-11-24"],
  ])("for its %s, %s", (per, window, counter) => {
    const decision = decide(withBudget({ per, window }), pay("1", { "time.day": "2026-11-24" }));
    expect(decision.reservations?.map((one) => one.counter)).toEqual([counter]);
  });

  it("under every budget that is about it, sorted, and under no other", () => {
    const release = withBudget(
      { id: "z" },
      { id: "a", match: { tools: ["pay"], agents: ["refunds"] } },
      { id: "b", match: { tools: ["pay"], agents: ["compensator"] } },
    );
    expect(decide(release, pay("1")).reservations?.map(({ counter }) => counter)).toEqual([
      "budget/a/shop/total",
      "budget/z/shop/total",
    ]);
  });

  it("nothing where no budget is about it, and a mission reserves nothing", () => {
    expect("reservations" in decide(anOrganisation({ rules: MAY_PAY }), pay("1"))).toBe(false);
    const release = anOrganisation({ rules: [aRule({ on: "mission" })], budgets: [BUDGET] });
    const { call: _, ...rest } = pay("1");
    const decision = decide(release, { ...rest, kind: "mission" });
    expect(decision.kind).toBe("PERMIT");
    expect("reservations" in decision).toBe(false);
  });

  it.each([
    ["L1", 150_000],
    ["L2", 150_000],
    ["L3", 2_000_000],
    ["L4", 2_000_000],
    ["L7", 150_000],
    [3, 150_000],
  ])("under the ceiling of the highest level that approval %s reaches", (approved, ceiling) => {
    expect(decide(withBudget({}), pay("1", { "approval.level": approved })).reservations?.[0]?.ceiling).toBe(ceiling);
  });
});

describe("what cannot be measured is denied by the budget, and named", () => {
  it.each<[string, JsonValue | undefined]>([
    ["absent", undefined],
    ["null", null],
    ["NaN as text", "NaN"],
    ["grouped", "5,000"],
    ["an exponent", "1e400"],
    ["an exponent of a small number", "1e2"],
    ["a number beyond JSON", Number.POSITIVE_INFINITY],
    ["not a number", Number.NaN],
    ["a float", 12.5],
    ["beyond 2^53", 2 ** 53],
    ["more units than 2^53 - 1", "90071992547409.92"],
    ["negative", "-1"],
    ["a negative number", -1],
    ["minus zero", "-0"],
    ["too many decimals", "1.005"],
    ["too many decimals that are zero", "1.000"],
    ["no digits after the point", "1."],
    ["leading zeros", "007"],
    ["spaces", " 1"],
    ["a plus", "+1"],
    ["other digits", "١٢"],
    ["a hexadecimal number", "0x10"],
    ["65 digits", "1".repeat(65)],
    ["a list", ["1"]],
    ["an object", { toString: "1" }],
    ["true", true],
    ["empty", ""],
  ])("%s", (_, amount) => {
    const decision = decide(withBudget({}), pay(amount));
    expect(decision.kind).toBe("DENY");
    if (decision.rules[0] === "request/malformed") expect(typeof amount).toBe("number");
    else expect(decision).toMatchObject({ rules: ["budget/money"], unknown: ["arguments.amount"] });
  });

  it("an amount that only the prototype has", () => {
    const release = withBudget({ measure: { argument: "constructor", scale: 2 } });
    expect(decide(release, pay("1"))).toMatchObject({ kind: "DENY", unknown: ["arguments.constructor"] });
  });

  it.each([undefined, "", "2026-11-24T00:00:00Z", "24.11.2026", 20_261_124, null])("the day %j", (day) => {
    const facts = day === undefined ? {} : { "time.day": day };
    expect(decide(withBudget({ window: "day" }), pay("1", facts))).toMatchObject({
      kind: "DENY",
      rules: ["budget/money"],
      unknown: ["time.day"],
    });
  });

  it("a refusal that is no text", () => {
    expect(decide(withBudget({}), pay("1", { "refused.budget": ["money"] }))).toMatchObject({
      kind: "DENY",
      unknown: ["refused.budget"],
    });
  });
});

describe("after its ceiling refused", () => {
  const refused = (facts: JsonObject) => pay("800", { "refused.budget": "money", ...facts });

  it("a budget asks the lowest level above the approved one that may spend more", () => {
    expect(decide(withBudget({}), refused({}))).toMatchObject({
      kind: "ESCALATE",
      level: "L3",
      rules: ["budget/money"],
    });
    expect(decide(withBudget({}), refused({ "approval.level": "L2" }))).toMatchObject({
      kind: "ESCALATE",
      level: "L3",
    });
  });

  it("and denies when there is none", () => {
    expect(decide(withBudget({}), refused({ "approval.level": "L3" }))).toMatchObject({
      kind: "DENY",
      rules: ["budget/money"],
    });
  });

  it("and another budget's refusal is not its own", () => {
    expect(decide(withBudget({}), pay("1", { "refused.budget": "other" })).kind).toBe("PERMIT");
  });

  it("a budget without a ceiling for the approved level asks from the first call on", () => {
    const release = withBudget({ ceilings: { L2: "10" } });
    expect(decide(release, pay("1"))).toMatchObject({ kind: "ESCALATE", level: "L2", rules: ["budget/money"] });
    expect(decide(release, pay("1", { "approval.level": "L2" }))).toMatchObject({
      kind: "PERMIT",
      reservations: [{ ceiling: 1_000 }],
    });
  });

  it("the reason is told to people", () => {
    const release = withBudget({});
    const [told] = createGovernor({ current: release, known: [] }).reasons(["budget/money"], releaseDigest(release));
    expect(told?.reason).toMatch(/"amount".*namespace.*L1 1500.00, L3 20000/);
  });
});

describe("a budget does not load", () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "for an unknown tool",
      { match: { tools: ["pai"] } },
      "name_unknown",
      /budgets\/0 \(money\)\/match\/tools\/0.*"pay"/,
    ],
    ["for an unknown agent", { match: { tools: ["pay"], agents: ["refund"] } }, "name_unknown", /"refunds"/],
    ["of an argument of any tool", { match: {} }, "budget_invalid", /Name the tools/],
    ["without a ceiling", { ceilings: {} }, "release_invalid", /ceilings/],
    [
      "with ceilings that fall",
      { ceilings: { L1: "10", L3: "9.99" } },
      "budget_invalid",
      /ceilings\/L3.*below that of L1/,
    ],
    ["with a ceiling that is no amount", { ceilings: { L1: "5,000" } }, "budget_invalid", /ceilings\/L1/],
    ["with a ceiling finer than its unit", { ceilings: { L1: "0.001" } }, "budget_invalid", /2 digits/],
    ["with a negative ceiling", { ceilings: { L1: -1 } }, "release_invalid", /L1/],
    ["with half a call", { measure: "calls", ceilings: { L1: "0.5" } }, "budget_invalid", /0 digits/],
    ["with a unit that is too small", { measure: { argument: "amount", scale: 9 } }, "release_invalid", /scale/],
    ["that measures something else", { measure: "call" }, "release_invalid", /measure/],
    ["with a window that nothing counts", { window: "week" }, "release_invalid", /window.*total, day/],
  ])("%s", (_, overrides, code, text) => {
    expect(refusal(overrides)).toMatchObject({
      code: `governance/${code}`,
      message: expect.stringMatching(text) as string,
    });
  });

  it("twice under one id", () => {
    expect(() => withBudget({}, {})).toThrow(expect.objectContaining({ code: "governance/name_taken" }));
  });

  it("and no rule can take a budget's name", () => {
    expect(() => anOrganisation({ rules: [aRule({ id: "budget/money" })] })).toThrow(
      expect.objectContaining({ code: "governance/release_invalid" }),
    );
  });
});

describe("under two releases", () => {
  const loose = withBudget({ ceilings: { L1: "1500" } });
  const tight = withBudget({ ceilings: { L1: "100" } }, { id: "fees" });
  const both = createGovernor({ current: tight, known: [loose] });

  it("a tightened ceiling binds missions that froze the looser one, and so does a new budget", () => {
    const decision = both.decide(pay("80"), releaseDigest(loose));
    expect(decision).toMatchObject({ kind: "PERMIT", release: releaseDigest(loose) });
    expect(decision.reservations).toEqual([
      { counter: "budget/fees/shop/total", delta: 8_000, ceiling: 150_000 },
      { counter: "budget/money/shop/total", delta: 8_000, ceiling: 10_000 },
    ]);
  });

  it("a loosened or dropped budget still binds them", () => {
    const governor = createGovernor({ current: anOrganisation({ rules: MAY_PAY }), known: [tight] });
    expect(governor.decide(pay("80"), releaseDigest(tight)).reservations).toEqual([
      { counter: "budget/fees/shop/total", delta: 8_000, ceiling: 150_000 },
      { counter: "budget/money/shop/total", delta: 8_000, ceiling: 10_000 },
    ]);
  });

  it("a budget that is only in force today asks a person when its ceiling refused", () => {
    const governor = createGovernor({ current: withBudget({ id: "new" }), known: [loose] });
    expect(governor.decide(pay("80", { "refused.budget": "new" }), releaseDigest(loose))).toMatchObject({
      kind: "ESCALATE",
      level: "L3",
      rules: ["budget/new"],
    });
  });

  it("the order of releases does not loosen: whichever is frozen, the same reservations", () => {
    const swapped = createGovernor({ current: loose, known: [tight] });
    expect(swapped.decide(pay("80"), releaseDigest(tight)).reservations).toEqual(
      both.decide(pay("80"), releaseDigest(loose)).reservations,
    );
  });
});

describe("whatever is asked", () => {
  it("a decision reserves whole units from 0 under a whole ceiling, if and only if it permits", () => {
    const release = anOrganisation({ rules: PAYMENT_RULES, budgets: [BUDGET] });
    const facts = fc.record(
      {
        "approval.level": fc.constantFrom("L1", "L2", "L3", "L4", "L9", null),
        "refused.budget": fc.constantFrom("money", "other", 7),
      },
      { requiredKeys: [] },
    );
    const amount = fc.oneof(
      fc.integer({ min: 0, max: 3_000 }).map(String),
      fc.integer({ min: -5, max: 300_000 }).map((cents) => (cents / 100).toFixed(2)),
      fc.jsonValue() as fc.Arbitrary<JsonValue>,
    );
    fc.assert(
      fc.property(amount, facts, (given, known) => {
        const { kind, reservations = [] } = decide(release, pay(given, known));
        expect(reservations.length).toBe(kind === "PERMIT" ? 1 : 0);
        for (const { delta, ceiling } of reservations) {
          expect(Number.isSafeInteger(delta) && delta >= 0 && Number.isSafeInteger(ceiling)).toBe(true);
          expect(delta).toBe(Math.round(Number(given) * 100));
        }
      }),
    );
  });

  it("a release with budgets reads itself back", () => {
    const release = withBudget({}, { id: "calls", measure: "calls", ceilings: { L4: 1 } });
    expect(parseRelease(JSON.parse(JSON.stringify(release)))).toEqual(release);
  });
});
