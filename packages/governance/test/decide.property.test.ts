import type { DecisionKind } from "@aura/mission";
import type { JsonObject } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, parseRelease, releaseDigest, type Condition, type Rule } from "../src/index.ts";
import { isStricter } from "../src/policy/combine.ts";
import { aCall, aDocument, aRelease, TOOLS } from "./builders.ts";

const atom: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ argument: fc.constantFrom("amount", "order", "note"), present: fc.boolean() }),
  fc.record({
    argument: fc.constantFrom("amount", "order", "note"),
    is: fc.oneof(
      fc.record({ constraint_type: fc.constant("range" as const), max: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ constraint_type: fc.constant("one_of" as const), values: fc.constant(["a", 1]) }),
      fc.record({ constraint_type: fc.constant("path" as const), within: fc.constant("a") }),
    ),
  }),
  fc.record({ fact: fc.constant("approval.level"), reaches: fc.constantFrom("L2" as const, "L3" as const) }),
  fc.record({ fact: fc.constant("mission.tools"), anyIn: fc.constant(["refund"]) }),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    atom,
    fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ),
}));
const match = fc.record(
  {
    agents: fc.constant(["refunds"]),
    tools: fc.subarray(
      TOOLS.map(({ name }) => name),
      { minLength: 1 },
    ),
  },
  { requiredKeys: [] },
);
const body = fc.record({ when: fc.option(condition, { nil: undefined }), match });

function aRuleOf(
  effect: DecisionKind,
  id: string,
  { when, match }: { when: Condition | undefined; match: Rule["match"] },
): Rule {
  return {
    id,
    effect,
    on: "call",
    match,
    reason: "It is so.",
    ...(when === undefined ? {} : { when }),
    ...(effect === "ESCALATE" ? { level: "L3" as const } : {}),
  };
}

const rules = fc
  .array(fc.tuple(fc.constantFrom<DecisionKind>("PERMIT", "PERMIT", "DENY", "ESCALATE"), body), { maxLength: 8 })
  .map((list) => list.map(([effect, one], index) => aRuleOf(effect, `rule-${index}`, one)));
const args: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom("amount", "order", "note", "__proto__"),
  fc.oneof(
    fc.integer({ min: -2, max: 12 }),
    fc.constantFrom("a", "a/b", "b", "../a", "5,000", null, true),
    fc.constant([1]),
  ),
);
const facts: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constant("approval.level"),
  fc.constantFrom("L1", "L2", "L3", "L7", 3),
);
const request = fc.record({ args, facts }).map((given) => aCall(given.args, { facts: given.facts }));

describe("deciding", () => {
  it("does not depend on the order of rules or of parts of a condition", () => {
    fc.assert(
      fc.property(rules, request, fc.func(fc.nat()), (list, asked, shuffle) => {
        const turned = list.map((rule) => turn(rule)).toSorted((one, other) => shuffle(one.id) - shuffle(other.id));
        const { release: _, ...first } = decide(aRelease(list), asked);
        const { release: __, ...second } = decide(aRelease(turned), asked);
        expect(second).toEqual(first);
      }),
    );
  });

  it("denies in silence: a PERMIT is named or there is none", () => {
    fc.assert(
      fc.property(rules, request, (list, asked) => {
        const decision = decide(aRelease(list), asked);
        if (decision.kind === "PERMIT") expect(decision.rules.length).toBeGreaterThan(0);
        const { "approval.level": _, ...unapproved } = asked.facts;
        const silent = decide(aRelease(list.filter((rule) => rule.effect !== "PERMIT")), {
          ...asked,
          facts: unapproved,
        });
        expect(silent.kind).not.toBe("PERMIT");
      }),
    );
  });

  it("is never loosened by one more DENY", () => {
    fc.assert(
      fc.property(rules, body, request, (list, one, asked) => {
        const before = decide(aRelease(list), asked);
        const after = decide(aRelease([...list, aRuleOf("DENY", "one-more", one)]), asked);
        expect(isStricter(before, after)).toBe(false);
      }),
    );
  });

  it("is never loosened by one more ESCALATE, and where no rule spoke it asks a person", () => {
    fc.assert(
      fc.property(rules, body, request, (list, one, asked) => {
        const before = decide(aRelease(list), asked);
        const after = decide(aRelease([...list, aRuleOf("ESCALATE", "one-more", one)]), asked);
        if (before.rules.length > 0) expect(isStricter(before, after)).toBe(false);
        else if (asked.facts["approval.level"] !== "L3") expect(after.kind).not.toBe("PERMIT");
      }),
    );
  });

  it("permits nothing for want of an argument, but what a rule asked people about and they approved", () => {
    const asksPresence = (rule: Rule): boolean => JSON.stringify(rule).includes("present");
    fc.assert(
      fc.property(rules, request, fc.constantFrom("amount", "order", "note"), (list, asked, name) => {
        const kept = list.filter((rule) => !asksPresence(rule));
        const { [name]: _, ...fewer } = asked.call?.arguments ?? {};
        if (decide(aRelease(kept), asked).kind === "PERMIT") return;
        const { kind, rules: because } = decide(aRelease(kept), aCall(fewer, { facts: asked.facts }));
        const askedPeople = kept.some(({ id, effect }) => effect === "ESCALATE" && because.includes(id));
        expect(kind === "PERMIT" && !askedPeople).toBe(false);
      }),
    );
  });

  it("gives the same bytes for the same release and request", () => {
    fc.assert(
      fc.property(rules, request, (list, asked) => {
        const once = JSON.stringify(decide(aRelease(list), asked));
        const again = JSON.stringify(decide(aRelease(structuredClone(list)), structuredClone(asked)));
        expect(again).toBe(once);
      }),
    );
  });

  it("never throws, whatever it is asked", () => {
    fc.assert(
      fc.property(rules, fc.anything(), (list, asked) => {
        expect(decide(aRelease(list), asked as never).kind).toBe("DENY");
      }),
    );
  });
});

describe("loading", () => {
  it("gives a typed error or a release that reads itself back", () => {
    fc.assert(
      fc.property(
        rules,
        fc.anything(),
        fc.constantFrom("agents", "tools", "rules", "facts", "more"),
        (list, junk, member) => {
          const release = aRelease(list);
          expect(releaseDigest(parseRelease(JSON.parse(JSON.stringify(release))))).toBe(releaseDigest(release));
          try {
            parseRelease(aDocument({ rules: list, [member]: junk }));
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^governance\//) as string });
          }
        },
      ),
    );
  });
});

/** The same rule with the parts of its condition the other way round. */
function turn(rule: Rule): Rule {
  return rule.when === undefined ? rule : { ...rule, when: turned(rule.when) };
}

function turned(condition: Condition): Condition {
  if ("all" in condition) return { all: condition.all.map(turned).toReversed() };
  if ("any" in condition) return { any: condition.any.map(turned).toReversed() };
  return "not" in condition ? { not: turned(condition.not) } : condition;
}
