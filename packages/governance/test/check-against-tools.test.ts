import type { Tool } from "@aura/mission";
import type { Constraint } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { checkAgainstTools, type Rule } from "../src/index.ts";
import { anOrganisation } from "./an-organisation.ts";
import { aRelease, aRule, aTool, TOOLS } from "./builders.ts";

const schema = (...names: readonly string[]): Tool["inputSchema"] => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, { type: name === "amount" ? "number" : "string" }])),
  required: names,
});
const tools = [
  aTool({ name: "find_order", inputSchema: schema("id") }),
  aTool({ name: "refund", inputSchema: schema("order", "amount") }),
  aTool({ name: "unrefund", inputSchema: schema("order") }),
];
const typed = aTool({
  name: "refund",
  inputSchema: {
    type: "object",
    properties: {
      order: { type: "string" },
      amount: { type: ["integer", "null"] },
      lines: { type: "array" },
      note: {},
    },
  },
});
const limits = (argument: string, match: Rule["match"] = { tools: ["refund"] }): Rule =>
  aRule({
    id: "no-large",
    effect: "DENY",
    match,
    when: { not: { argument, is: { constraint_type: "range", max: 9 } } },
  });

describe("a release is held against what the tools really take", () => {
  it("and passes when every argument is there", () => {
    expect(() =>
      checkAgainstTools(aRelease([limits("amount"), { ...limits("amount", {}), id: "any-tool" }]), tools),
    ).not.toThrow();
  });

  it("a misspelt argument does not load, and the right one is named", () => {
    expect(() => checkAgainstTools(aRelease([limits("amuont")]), tools)).toThrow(
      expect.objectContaining({
        code: "governance/name_unknown",
        message: expect.stringMatching(/rules\/0 \(no-large\)\/when.*"amuont".*Did you mean "amount"/) as string,
      }),
    );
  });

  it("an argument of another tool than those that the rule matches does not load", () => {
    expect(() => checkAgainstTools(aRelease([limits("amount", { classes: ["read"] })]), tools)).toThrow(
      /argument "amount"/,
    );
  });

  it("a rule about a tool whose definition is not known is left out", () => {
    expect(() => checkAgainstTools(aRelease([limits("amuont")]), tools.slice(0, 1))).not.toThrow();
  });

  it.each<[string, Constraint, boolean]>([
    ["amount", { constraint_type: "range", max: 9 }, true],
    ["amount", { constraint_type: "decimal", max: "9" }, false],
    ["amount", { constraint_type: "exact", value: null }, true],
    ["amount", { constraint_type: "exact", value: "9" }, false],
    ["amount", { constraint_type: "one_of", values: ["a", 9] }, true],
    ["amount", { constraint_type: "one_of", values: ["a", true] }, false],
    ["amount", { constraint_type: "wildcard" }, true],
    ["amount", { constraint_type: "len", max: 9 }, false],
    ["order", { constraint_type: "decimal", max: "9" }, true],
    ["order", { constraint_type: "path", within: "a" }, true],
    ["order", { constraint_type: "range", max: 9 }, false],
    ["order", { constraint_type: "len", max: 9 }, true],
    ["order", { constraint_type: "not_one_of", excluded: ["7"] }, true],
    [
      "order",
      {
        constraint_type: "all",
        constraints: [
          { constraint_type: "len", max: 9 },
          { constraint_type: "range", max: 9 },
        ],
      },
      false,
    ],
    [
      "order",
      {
        constraint_type: "any",
        constraints: [
          { constraint_type: "len", max: 9 },
          { constraint_type: "range", max: 9 },
        ],
      },
      true,
    ],
    ["lines", { constraint_type: "subset", allowed: ["a"] }, true],
    ["lines", { constraint_type: "path", within: "a" }, false],
    ["note", { constraint_type: "url", scheme: "https", host: "a.example" }, true],
  ])("a limit must be able to judge what the tool takes: %s %j", (argument, is, fits) => {
    const release = aRelease([aRule({ match: { tools: ["refund"] }, when: { argument, is } })]);
    const check = (): void => checkAgainstTools(release, [typed]);
    if (fits) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: "governance/rule_invalid" }));
  });

  it.each<[string, Partial<(typeof TOOLS)[number]>, string, RegExp]>([
    [
      "find asks with an argument that the read tool does not have",
      { find: aFind({ ids: { from: "/order" } }) },
      "governance/name_unknown",
      /find_order.*"ids".*Did you mean "id"/,
    ],
    [
      "find leaves out an argument that the read tool needs",
      { find: aFind({}) },
      "governance/tool_invalid",
      /needs the argument "id"/,
    ],
    [
      "find takes from an argument that the tool does not have",
      { find: aFind({ id: { from: "/ordr/0" } }) },
      "governance/name_unknown",
      /Did you mean "order"/,
    ],
    [
      "find compares with an argument that the tool does not have",
      { find: { ...aFind({ id: { from: "/order" } }), equals: { from: "/total" } } },
      "governance/name_unknown",
      /find\/equals/,
    ],
    [
      "a compensation takes an argument that is not there",
      { compensation: { tool: "unrefund", arguments: { order: { from: "/ordr" } } } },
      "governance/name_unknown",
      /compensation/,
    ],
    [
      "a compensation lacks an argument",
      { compensation: { tool: "unrefund", arguments: {} } },
      "governance/tool_invalid",
      /"order"/,
    ],
  ])("%s", (_, overrides, code, text) => {
    const registered = TOOLS.map((tool) => (tool.name === "refund" ? { ...tool, ...overrides } : tool));
    expect(() => checkAgainstTools(aRelease([], { tools: registered }), tools)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(text) as string }),
    );
  });
});

function aFind(
  args: NonNullable<(typeof TOOLS)[number]["find"]>["arguments"],
): NonNullable<(typeof TOOLS)[number]["find"]> {
  return { tool: "find_order", arguments: args, equals: { value: "refunded" }, findAfterMs: 0 };
}

describe("the authority graph and the budgets are held against what the tools really take", () => {
  const payments = aTool({ name: "pay", inputSchema: schema("payee", "total") });
  const refused = (overrides: Record<string, unknown>): unknown => {
    try {
      checkAgainstTools(anOrganisation({ positions: [], agents: [], conflicts: [], ...overrides }), [payments]);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const seat = (limits: unknown) => ({
    positions: [{ id: "head", level: "L3", holders: ["hana"], grants: { pay: limits } }],
  });
  const anything = { wildcard: {} };

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "a grant with a misspelt argument",
      seat({ payee: anything, totl: anything }),
      "name_unknown",
      /positions\/0 \(head\)\/grants\/pay\/totl.*Did you mean "total"/,
    ],
    [
      "a grant without an argument that every call has",
      seat({ payee: anything }),
      "authority_invalid",
      /"total".*covers no call/,
    ],
    [
      "a grant with a limit for another type",
      seat({ payee: { range: { max: 1 } }, total: anything }),
      "rule_invalid",
      /range judges no value/,
    ],
    [
      "a conflict about a misspelt argument",
      { conflicts: [{ tools: ["pay"], argument: "paye" }] },
      "name_unknown",
      /conflicts\/0\/argument.*"payee"/,
    ],
    [
      "a budget of a misspelt argument",
      {
        budgets: [
          {
            id: "b",
            match: { tools: ["pay"] },
            measure: { argument: "totl", scale: 2 },
            per: "agent",
            window: "total",
            ceilings: { L1: 1 },
          },
        ],
      },
      "name_unknown",
      /budgets\/0 \(b\)\/measure\/argument.*"total"/,
    ],
  ])("%s does not load", (_, overrides, code, text) => {
    expect(refused(overrides)).toMatchObject({
      code: `governance/${code}`,
      message: expect.stringMatching(text) as string,
    });
  });

  it("and the rest does", () => {
    expect(
      refused({ ...seat({ payee: anything, total: anything }), conflicts: [{ tools: ["pay"], argument: "payee" }] }),
    ).toBeUndefined();
    expect(refused(seat(null))).toBeUndefined();
  });
});
