import type { DecisionKind } from "@aura/mission";
import type { JsonObject } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type Condition, type Rule } from "../src/index.ts";
import { isStricter } from "../src/policy/combine.ts";
import { aCall, aMissionRequest, aRelease, aRule } from "./builders.ts";

const askL2 = aRule({ id: "ask-l2", effect: "ESCALATE", level: "L2" });
const askL3 = aRule({ id: "ask-l3", effect: "ESCALATE", level: "L3" });
const permit = aRule({ id: "permit" });
const deny = aRule({ id: "deny", effect: "DENY" });
const outcome = (rules: readonly Rule[], level: unknown, args: JsonObject = {}) =>
  decide(aRelease(rules), aCall(args, { facts: { "approval.level": level } as JsonObject }));

describe("an approval", () => {
  it.each(["L2", "L3", "L4"])(
    "of %s satisfies an ESCALATE to L2, which counts as a PERMIT by its own rule",
    (level) => {
      expect(outcome([askL2], level)).toMatchObject({ kind: "PERMIT", rules: ["ask-l2"] });
      expect(outcome([askL2, permit], level)).toMatchObject({ kind: "PERMIT", rules: ["ask-l2", "permit"] });
    },
  );

  it("below the level asked for satisfies nothing, and the highest that is left is asked for", () => {
    expect(outcome([askL2], "L1")).toMatchObject({ kind: "ESCALATE", level: "L2" });
    expect(outcome([askL2, askL3, permit], "L2")).toMatchObject({ kind: "ESCALATE", level: "L3", rules: ["ask-l3"] });
    expect(outcome([askL2, askL3, permit], "L3").kind).toBe("PERMIT");
  });

  it("never touches a DENY", () => {
    expect(outcome([askL2, deny], "L4")).toMatchObject({ kind: "DENY", rules: ["deny"] });
    expect(outcome([], "L4")).toMatchObject({ kind: "DENY", rules: [] });
  });

  it.each(["l2", "L5", 2, true, null, ["L2"], { level: "L4" }])("that is no level, %j, satisfies nothing", (level) => {
    expect(outcome([askL2], level)).toMatchObject({ kind: "ESCALATE", level: "L2" });
  });

  it("leaves unknown what is unknown", () => {
    const large = { argument: "amount", is: { constraint_type: "range", min: 100 } } as const;
    const decision = outcome([{ ...askL2, when: large }], "L2");
    expect(decision).toMatchObject({ kind: "PERMIT", rules: ["ask-l2"], unknown: ["arguments.amount"] });
    expect(outcome([askL2, { ...deny, when: large }], "L4")).toMatchObject({
      kind: "DENY",
      unknown: ["arguments.amount"],
    });
  });

  it("of a mission is weighed like that of a call", () => {
    const release = aRelease([{ ...askL2, on: "mission" }]);
    expect(decide(release, aMissionRequest()).kind).toBe("ESCALATE");
    expect(decide(release, aMissionRequest({ facts: { "approval.level": "L2" } }))).toMatchObject({
      kind: "PERMIT",
      rules: ["ask-l2"],
    });
  });

  it("is a fact of the request: it changes the digest", () => {
    expect(outcome([askL2], "L2").request).not.toBe(outcome([askL2], "L3").request);
  });
});

/** Conditions that ask for the approval themselves may say whatever their author wants; these do not. */
const when: fc.Arbitrary<Condition | undefined> = fc.option(
  fc.oneof(
    fc.record({ argument: fc.constantFrom("amount", "order"), present: fc.boolean() }),
    fc.record({
      argument: fc.constantFrom("amount", "order"),
      is: fc.record({ constraint_type: fc.constant("range" as const), max: fc.integer({ min: 0, max: 9 }) }),
    }),
    fc.record({ fact: fc.constant("mission.tools"), anyIn: fc.constant(["refund"]) }),
  ),
  { nil: undefined },
);
const rules = fc
  .array(
    fc.record({
      effect: fc.constantFrom<DecisionKind>("PERMIT", "DENY", "ESCALATE", "ESCALATE"),
      level: fc.constantFrom("L2" as const, "L3" as const, "L4" as const),
      when,
    }),
    { maxLength: 6 },
  )
  .map((list) =>
    list.map(({ effect, level, when: condition }, index) =>
      aRule({
        id: `rule-${index}`,
        effect,
        ...(effect === "ESCALATE" ? { level } : {}),
        ...(condition === undefined ? {} : { when: condition }),
      }),
    ),
  );
const args = fc.dictionary(
  fc.constantFrom("amount", "order"),
  fc.constantFrom<never[] | number | string>(1, 8, 20, "5,000", []),
);
const LEVELS = ["L1", "L2", "L3", "L4"] as const;

describe("whatever the rules are", () => {
  it("adding an approval never turns a DENY into anything", () => {
    fc.assert(
      fc.property(rules, args, fc.constantFrom(...LEVELS, "L9"), (list, given, level) => {
        const before = decide(aRelease(list), aCall(given));
        if (before.kind !== "DENY") return;
        const { request: _, ...after } = outcome(list, level, given);
        const { request: __, ...denied } = before;
        expect(after).toEqual(denied);
      }),
    );
  });

  it("raising an approval never makes a decision stricter, and never changes what is unknown", () => {
    fc.assert(
      fc.property(rules, args, fc.subarray([...LEVELS], { minLength: 2, maxLength: 2 }), (list, given, [low, high]) => {
        const [before, after] = [outcome(list, low, given), outcome(list, high, given)];
        expect(isStricter(after, before)).toBe(false);
        expect(after.unknown).toEqual(before.unknown);
      }),
    );
  });

  it("an approval permits only what asked a person of its level or below, or what was permitted without", () => {
    fc.assert(
      fc.property(rules, args, fc.constantFrom(...LEVELS), (list, given, level) => {
        const before = decide(aRelease(list), aCall(given));
        if (outcome(list, level, given).kind !== "PERMIT" || before.kind === "PERMIT") return;
        expect(before.kind).toBe("ESCALATE");
        expect((before.level ?? "L4") <= level).toBe(true);
      }),
    );
  });
});
