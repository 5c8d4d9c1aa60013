import type { ToolRegistration } from "@aura/mission";
import { isAuraError } from "@aura/trust";
import { describe, expect, it } from "vitest";
import {
  CONDITION_DEPTH_MAX,
  parseRelease,
  RELEASE_BYTES_MAX,
  RELEASE_DEPTH_MAX,
  releaseDigest,
  releaseText,
  type Condition,
  type Rule,
} from "../src/index.ts";
import { aDocument, aRule, TOOLS } from "./builders.ts";

const when: Condition = { argument: "amount", is: { constraint_type: "range", max: 9 } };

describe("a release does not load", () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ["without rules", { rules: undefined }, "governance/release_invalid", /rules/],
    ["of another format", { format: "aura-release-2" }, "governance/release_invalid", /format/],
    ["with a misspelt member", { rulez: [] }, "governance/release_invalid", /"rulez".*Did you mean "rules"/],
    [
      "with __proto__",
      JSON.parse('{"__proto__":[]}') as Record<string, unknown>,
      "governance/release_invalid",
      /__proto__/,
    ],
    ["with a number beyond JSON", { rules: Number.NaN }, "governance/release_invalid", /finite/],
    ["with two rules of one id", rules(aRule(), aRule()), "governance/name_taken", /rules\/1 \(a-rule\)/],
    ["with two tools of one name", { tools: [...TOOLS, TOOLS[0]] }, "governance/name_taken", /tools\/3 \(find_order\)/],
    ["with two agents of one name", { agents: [anAgent(), anAgent()] }, "governance/name_taken", /agents\/1/],
    [
      "with an agent of an unknown level",
      { agents: [{ ...anAgent(), authority: "L5" }] },
      "governance/release_invalid",
      /agents\/0 \(refunds\)\/authority.*"L5"/,
    ],
    [
      "with a fact that is built in",
      { facts: [aFact("mission.authority")] },
      "governance/name_taken",
      /mission\.authority/,
    ],
    [
      "with two facts of one name",
      { facts: [aFact("a.b"), aFact("a.b")] },
      "governance/name_taken",
      /facts\/1 \(a\.b\)/,
    ],
    [
      "with a fact that looks like an argument",
      { facts: [aFact("arguments.amount")] },
      "governance/name_taken",
      /arguments\.amount/,
    ],
  ])("%s", (_, overrides, code, text) => {
    expect(refusal(aDocument(overrides))).toMatchObject({ code, message: expect.stringMatching(text) as string });
  });

  it.each([null, undefined, 7, "aura-release-1", [], new Date(0), () => ({})])("from %o", (value) => {
    expect(refusal(value)?.code).toBe("governance/release_invalid");
  });
});

describe("a rule does not load, and the error names it", () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "with an unknown tool",
      { match: { tools: ["refnd"] } },
      "governance/name_unknown",
      /"refnd".*Did you mean "refund"/,
    ],
    ["with an unknown agent", { match: { agents: ["refund"] } }, "governance/name_unknown", /Did you mean "refunds"/],
    ["with a tag that no tool has", { match: { tags: ["mony"] } }, "governance/name_unknown", /Did you mean "money"/],
    ["with an unknown class", { match: { classes: ["wrte"] } }, "governance/release_invalid", /Did you mean "write"/],
    ["with an unknown effect", { effect: "ALLOW" }, "governance/release_invalid", /PERMIT, DENY, ESCALATE/],
    ["with an effect in lower case", { effect: "deny" }, "governance/release_invalid", /Did you mean "DENY"/],
    ["with an unknown level", { effect: "ESCALATE", level: "L5" }, "governance/release_invalid", /"L5"/],
    ["that escalates to the agent itself", { effect: "ESCALATE", level: "L1" }, "governance/release_invalid", /"L1"/],
    ["that escalates to nobody", { effect: "ESCALATE" }, "governance/rule_invalid", /escalates to nobody/],
    ["with a level it does not use", { effect: "DENY", level: "L2" }, "governance/rule_invalid", /level/],
    ["with an empty list to match", { match: { tools: [] } }, "governance/release_invalid", /match\/tools/],
    ["with a member that nothing enforces", { obligations: ["redact"] }, "governance/release_invalid", /"obligations"/],
    ["with a misspelt match", { match: { tool: ["refund"] } }, "governance/release_invalid", /Did you mean "tools"/],
    ["without a reason", { reason: undefined }, "governance/release_invalid", /undefined/],
    [
      "that names a tool it can never match",
      { match: { tools: ["refund"], classes: ["read"] } },
      "governance/rule_invalid",
      /"refund"/,
    ],
    [
      "about missions with a tool",
      { on: "mission", match: { tools: ["refund"] } },
      "governance/rule_invalid",
      /mission\.tools/,
    ],
    ["about missions with an argument", { on: "mission", when }, "governance/rule_invalid", /no arguments/],
    [
      "with an undeclared fact",
      { when: { fact: "mission.autority", reaches: "L2" } },
      "governance/name_unknown",
      /Did you mean "mission.authority"/,
    ],
    [
      "with an operator of another type",
      { when: { fact: "mission.authority", equals: "L2" } },
      "governance/rule_invalid",
      /of type level/,
    ],
    [
      "with a value of another type",
      { when: { fact: "agent.id", equals: 7 } },
      "governance/rule_invalid",
      /of type text/,
    ],
    [
      "with a value that the fact never takes",
      { when: { fact: "agent.custody", equals: "runtme" } },
      "governance/name_unknown",
      /Did you mean "runtime"/,
    ],
    [
      "with a tool that no mission can name",
      { when: { fact: "mission.tools", anyIn: ["refnd"] } },
      "governance/name_unknown",
      /Did you mean "refund"/,
    ],
    ["with an empty condition", { when: {} }, "governance/rule_invalid", /says nothing/],
    ["with all of nothing", { when: { all: [] } }, "governance/release_invalid", /when\/all/],
    [
      "with two conditions in one",
      { when: { all: [when], not: when } },
      "governance/rule_invalid",
      /do not stand together/,
    ],
    [
      "with an argument and no operator",
      { when: { argument: "amount" } },
      "governance/rule_invalid",
      /do not stand together/,
    ],
    [
      "with a misspelt operator",
      { when: { argument: "amount", prsent: true } },
      "governance/release_invalid",
      /Did you mean "present"/,
    ],
    [
      "with an unknown constraint",
      { when: { argument: "amount", is: { regex: "^a+$" } } },
      "governance/rule_invalid",
      /when\/is/,
    ],
    [
      "with a constraint that says nothing",
      { when: { argument: "amount", is: {} } },
      "governance/rule_invalid",
      /when\/is/,
    ],
    [
      "with a bound that is no decimal",
      { when: { argument: "amount", is: { decimal: { max: "5,000" } } } },
      "governance/rule_invalid",
      /when\/is/,
    ],
    [
      "with a fault deep inside",
      { when: { any: [when, { not: { fact: "no.such", present: true } }] } },
      "governance/name_unknown",
      /when\/any\/1\/not\/fact/,
    ],
  ])("%s", (_, overrides, code, text) => {
    const document = aDocument(rules({ ...aRule({ id: "named" }), ...overrides }));
    const error = refusal(document);
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) as string });
    if (!("reason" in overrides)) expect(error?.message).toContain("rules/0 (named)");
  });
});

describe("a tool does not load", () => {
  it.each<[string, Partial<ToolRegistration> | Record<string, unknown>, string, RegExp]>([
    ["as a write without compensation", { compensation: undefined }, "governance/tool_invalid", /Add "compensation"/],
    ["as irreversible with compensation", { class: "irreversible" }, "governance/tool_invalid", /compensation/],
    ["as a read with compensation", { class: "read", find: undefined }, "governance/tool_invalid", /nothing to undo/],
    ["as a read with find", { class: "read", compensation: undefined }, "governance/tool_invalid", /find/],
    [
      "with a find by an unknown tool",
      { find: aFind("find_ordr") },
      "governance/name_unknown",
      /Did you mean "find_order"/,
    ],
    ["with a find by a tool that writes", { find: aFind("refund") }, "governance/tool_invalid", /class write/],
    [
      "with a find that misspells what it compares",
      { find: { tool: "find_order", arguments: { id: { from: "/order" } }, equal: { value: 1 }, findAfterMs: 0 } },
      "governance/release_invalid",
      /"equal".*equals/s,
    ],
    [
      "with a find that compares nothing at all",
      { find: { ...aFind("find_order"), equals: null } },
      "governance/release_invalid",
      /equals/,
    ],
    [
      "with a compensation by an unknown tool",
      { compensation: anUndo("unrefnd") },
      "governance/name_unknown",
      /Did you mean "unrefund"/,
    ],
    [
      "with a compensation by a tool that reads",
      { compensation: anUndo("find_order") },
      "governance/tool_invalid",
      /undoes nothing/,
    ],
    ["with an unknown class", { class: "wirte" }, "governance/release_invalid", /Did you mean "write"/],
    ["without a time limit", { attemptTimeoutMs: 0 }, "governance/release_invalid", /attemptTimeoutMs/],
    [
      "with a value from two places",
      { find: { ...aFind("find_order"), equals: { from: "/a", value: 1 } } },
      "governance/tool_invalid",
      /find\/equals/,
    ],
    [
      "with a value from nowhere",
      { compensation: { tool: "unrefund", arguments: { order: {} } } },
      "governance/tool_invalid",
      /arguments\/order/,
    ],
    [
      "with a pointer that is none",
      { compensation: { tool: "unrefund", arguments: { order: { from: "order" } } } },
      "governance/release_invalid",
      /arguments\/order\/from/,
    ],
    ["with a name that is none", { name: "__proto__" }, "governance/release_invalid", /name/],
  ])("%s", (_, overrides, code, text) => {
    const [read, write, undo] = TOOLS;
    const tool = Object.fromEntries(
      Object.entries({ ...write, ...overrides }).filter(([, value]) => value !== undefined),
    );
    const error = refusal(aDocument({ tools: [read, tool, undo] }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) as string });
  });
});

describe("a release", () => {
  it("comes out frozen, and apart from what it was read from", () => {
    const document = { ...aDocument(), rules: [aRule({ when })] };
    const release = parseRelease(document);
    document.rules.push(aRule({ id: "late" }));
    expect(release.rules).toHaveLength(1);
    expect(Object.isFrozen(release.rules[0]?.when)).toBe(true);
  });

  it("has one digest however its constraints are spelt and its members are ordered", () => {
    const short = { ...aRule(), when: { is: { range: { max: 9 } }, argument: "amount" } };
    const [one, other] = [parseRelease(aDocument(rules(aRule({ when })))), parseRelease(aDocument({ rules: [short] }))];
    expect(releaseDigest(one)).toBe(releaseDigest(other));
    expect(releaseText(parseRelease(JSON.parse(releaseText(one))))).toBe(releaseText(one));
  });

  it("has a limit in bytes", () => {
    const filled = (reasons: readonly number[]) =>
      aDocument({ rules: reasons.map((length, index) => aRule({ id: `rule-${index}`, reason: "x".repeat(length) })) });
    const bare = Array.from({ length: 1_100 }, () => 1);
    const room = RELEASE_BYTES_MAX - releaseText(parseRelease(filled(bare))).length;
    const full = bare.map((one, index) => one + Math.min(1_023, Math.max(0, room - index * 1_023)));
    expect(releaseText(parseRelease(filled(full)))).toHaveLength(RELEASE_BYTES_MAX);
    const over = full.with(full.length - 1, (full.at(-1) ?? 0) + 1);
    expect(refusal(filled(over))?.message).toContain("larger than 1048576 bytes");
  });

  it("has a limit in depth", () => {
    const nested = (levels: number): unknown => Array.from({ length: levels - 1 }).reduce((inner) => [inner], []);
    expect(refusal(nested(RELEASE_DEPTH_MAX))?.message).not.toContain("deeper");
    expect(refusal(nested(RELEASE_DEPTH_MAX + 1))?.message).toContain("deeper than 32");
    const endless: unknown[] = [];
    endless.push(endless);
    expect(refusal(endless)?.message).toContain("deeper than 32");
  });

  it("has a limit in levels of a condition", () => {
    const nested = (levels: number): Condition => (levels === 1 ? when : { not: nested(levels - 1) });
    expect(refusal(aDocument(rules(aRule({ when: nested(CONDITION_DEPTH_MAX) }))))).toBeUndefined();
    expect(refusal(aDocument(rules(aRule({ when: nested(CONDITION_DEPTH_MAX + 1) }))))?.message).toContain(
      "deeper than 8",
    );
  });
});

function refusal(value: unknown): { code: string; message: string } | undefined {
  try {
    parseRelease(value);
    return undefined;
  } catch (error) {
    if (!isAuraError(error)) throw error;
    return error;
  }
}

function rules(...list: readonly Rule[]): { rules: readonly Rule[] } {
  return { rules: list };
}

function anAgent(): object {
  return { name: "refunds", version: "1", owner: "support-lead", authority: "L2" };
}

function aFact(name: string): object {
  return { name, type: "text", source: "crm" };
}

function aFind(tool: string): ToolRegistration["find"] {
  return { tool, arguments: { id: { from: "/order" } }, equals: { value: "refunded" }, findAfterMs: 0 };
}

function anUndo(tool: string): ToolRegistration["compensation"] {
  return { tool, arguments: { order: { from: "/order" } } };
}

describe("a retry is registered with its tool", () => {
  const retry = { attempts: 3, initialMs: 100, factor: 2, maxMs: 1_000, jitter: 0.5, totalMs: 10_000 };
  const loading = (overrides: Record<string, unknown>) => () =>
    parseRelease(aDocument({ tools: TOOLS.map((tool) => ({ ...tool, retry: { ...retry, ...overrides } })) }));

  it.each([
    { attempts: 1 },
    { attempts: 100 },
    { initialMs: 1, maxMs: 1, totalMs: 1 },
    { initialMs: 86_400_000, maxMs: 86_400_000, totalMs: 86_400_000 },
    { factor: 1 },
    { factor: 10 },
    { jitter: 0 },
    { jitter: 1 },
    { never: ["gateway/refused", "denied"] },
  ])("at its limits: %j", (overrides) => {
    expect(loading(overrides)).not.toThrow();
  });

  it.each([
    { attempts: 0 },
    { attempts: 101 },
    { attempts: 1.5 },
    { initialMs: 0 },
    { maxMs: 86_400_001 },
    { totalMs: 86_400_001 },
    { factor: 0.9 },
    { factor: 10.1 },
    { jitter: -0.1 },
    { jitter: 1.1 },
    { never: [] },
    { never: ["No Code"] },
    { until: 7 },
  ])("and not past them: %j", (overrides) => {
    expect(loading(overrides)).toThrow(expect.objectContaining({ code: "governance/release_invalid" }));
  });

  it.each(["maxMs", "totalMs"])("and not with a %s below its first delay", (longer) => {
    expect(loading({ initialMs: 500, [longer]: 499 })).toThrow(
      expect.objectContaining({ code: "governance/tool_invalid", message: expect.stringMatching(longer) as string }),
    );
  });
});

describe("a compensation may be built from what the call answered", () => {
  const loading = (source: unknown, member: "compensation" | "find") => () =>
    parseRelease(
      aDocument({
        tools: TOOLS.map((tool) => {
          const asked = tool.name === "refund" ? tool[member] : undefined;
          return asked === undefined ? tool : { ...tool, [member]: { ...asked, arguments: { order: source } } };
        }),
      }),
    );

  it.each(["", "/id", "/payment/id"])("by a pointer: %j", (fromResult) => {
    expect(loading({ fromResult }, "compensation")).not.toThrow();
  });

  it.each([{ fromResult: "id" }, { fromResult: "/~2" }, { fromResult: 7 }, { fromResult: "/id", from: "/id" }])(
    "and by nothing else: %j",
    (source) => {
      expect(loading(source, "compensation")).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^governance\/(release|tool)_invalid$/) as string }),
      );
    },
  );

  it("but a find asks before there is an answer", () => {
    expect(loading({ fromResult: "/id" }, "find")).toThrow(/fromResult/);
  });
});
