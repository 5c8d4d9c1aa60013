import { COMPENSATOR, type DecisionRequest } from "@aura/mission";
import { describe, expect, it } from "vitest";
import { decide, parseReleaseText, releaseWarnings, type Rule } from "../src/index.ts";
import { aCall, aMissionRequest, aRelease, aRule, aTool } from "./builders.ts";

const mayUndo = aRule({
  id: "may-undo",
  match: { agents: [COMPENSATOR], tools: ["unrefund"] },
  when: { fact: "compensation.of", equals: "refund" },
});
function anUndo(overrides: Partial<DecisionRequest> = {}): DecisionRequest {
  return aCall(
    { order: "7" },
    {
      agent: { id: COMPENSATOR, custody: "runtime" },
      call: { key: "undo.1.1", tool: aTool({ name: "unrefund", class: "irreversible" }), arguments: { order: "7" } },
      facts: { "compensation.of": "refund" },
      ...overrides,
    },
  );
}

describe("the compensator", () => {
  it("acts by the rules, with the authority of the mission it undoes", () => {
    expect(decide(aRelease([mayUndo]), anUndo())).toMatchObject({ kind: "PERMIT", rules: ["may-undo"] });
    const mission = { ...anUndo().mission, authority: "L4" as const };
    expect(decide(aRelease([mayUndo]), anUndo({ mission })).kind).toBe("PERMIT");
    expect(decide(aRelease([]), anUndo())).toMatchObject({ kind: "DENY", rules: [] });
    const deny = aRule({ id: "deny", effect: "DENY" });
    expect(decide(aRelease([mayUndo, deny]), anUndo())).toMatchObject({ kind: "DENY", rules: ["deny"] });
  });

  it.each<[string, Partial<DecisionRequest>]>([
    ["without saying what it undoes", { facts: {} }],
    ["saying it in another type", { facts: { "compensation.of": ["refund"] } }],
    ["of a tool without a compensation", { facts: { "compensation.of": "find_order" } }],
    ["of a tool that is not registered", { facts: { "compensation.of": "constructor" } }],
    ["with another tool than the registered undo", { call: { key: "undo.1.1", tool: aTool(), arguments: {} } }],
    ["under a key of its own", { agent: { id: COMPENSATOR, custody: "agent" } }],
  ])("is denied %s", (_, overrides) => {
    const release = aRelease([aRule({ id: "anything" })]);
    expect(decide(release, anUndo(overrides))).toMatchObject({
      kind: "DENY",
      rules: ["release/compensation_unknown"],
    });
  });

  it("has no missions", () => {
    const agent = { id: COMPENSATOR, custody: "runtime" as const };
    const facts = { "compensation.of": "refund" };
    expect(decide(aRelease([aRule({ on: "mission" })]), aMissionRequest({ agent, facts }))).toMatchObject({
      kind: "DENY",
      rules: ["release/compensation_unknown"],
    });
  });

  it("is nobody else: an agent does not become it by the fact alone", () => {
    const request = anUndo({ agent: { id: "refunds", custody: "runtime" } });
    expect(decide(aRelease([mayUndo]), request)).toMatchObject({ kind: "DENY", rules: [] });
  });
});

describe("a release that undoes by a tool that nobody may call warns when it is loaded", () => {
  const warned = (...rules: readonly Rule[]) =>
    releaseWarnings(aRelease(rules)).map(({ member, why }) => [member, why]);
  const place = "tools/1 (refund)/compensation";

  it.each<[string, readonly Rule[]]>([
    ["no rule", []],
    ["a rule for another agent", [aRule({ match: { agents: ["refunds"] } })]],
    ["a rule for another tool", [aRule({ match: { tools: ["refund"] } })]],
    ["a rule for other classes", [aRule({ match: { classes: ["write", "read"] } })]],
    ["a rule about missions", [aRule({ on: "mission" })]],
    ["a rule for another custody", [aRule({ when: { fact: "agent.custody", equals: "agent" } })]],
    ["a rule for undoing another tool", [{ ...mayUndo, when: { not: { fact: "compensation.of", in: ["refund"] } } }]],
  ])("with %s", (_, rules) => {
    expect(warned(...rules)).toEqual([[place, expect.stringMatching(/No rule could permit/) as string]]);
  });

  it("with a rule that always denies it, and names that", () => {
    const deny = aRule({ id: "never", effect: "DENY", when: { any: [{ fact: "agent.id", in: [COMPENSATOR] }] } });
    expect(warned(mayUndo, deny)).toEqual([[place, expect.stringMatching(/Rule "never" always denies/) as string]]);
  });

  it.each<[string, readonly Rule[]]>([
    ["a rule that permits it", [mayUndo]],
    ["a rule that permits everything", [aRule()]],
    ["a rule that asks a person", [aRule({ effect: "ESCALATE", level: "L2" })]],
    ["a rule that may permit it", [aRule({ when: { argument: "order", present: true } })]],
    [
      "a rule that may deny it",
      [mayUndo, aRule({ id: "d", effect: "DENY", when: { argument: "order", present: false } })],
    ],
    ["a rule that denies others", [mayUndo, aRule({ id: "d", effect: "DENY", match: { agents: ["refunds"] } })]],
  ])("but not with %s", (_, rules) => {
    expect(warned(...rules)).toEqual([]);
  });

  it("and says where, when the release was read from a text", () => {
    const text = [
      "format: aura-release-1",
      "agents: []",
      "rules: []",
      "tools:",
      "  - name: move",
      "    upstream: files",
      "    class: write",
      "    tags: []",
      "    attemptTimeoutMs: 1000",
      "    repeatable: false",
      "    compensation: { tool: move, arguments: {} }",
    ].join("\n");
    const release = parseReleaseText(text, { file: "shop.yaml", format: "yaml" });
    expect(releaseWarnings(release)).toMatchObject([
      { code: "compensation_never_permitted", place: { file: "shop.yaml", line: 11, column: 5 } },
    ]);
  });
});
