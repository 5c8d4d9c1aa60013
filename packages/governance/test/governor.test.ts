import { hashText } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGovernor, decide, releaseDigest, type Rule } from "../src/index.ts";
import { isStricter } from "../src/policy/combine.ts";
import { anOrganisation, aQuestion, PEOPLE, positionsWith, told } from "./an-organisation.ts";
import { aCall, aRelease, aRule } from "./builders.ts";

const permit = aRelease([aRule({ id: "permit" })]);
const escalateL2 = aRelease([aRule({ id: "ask-l2", effect: "ESCALATE", level: "L2" })]);
const escalateL4 = aRelease([aRule({ id: "ask-l4", effect: "ESCALATE", level: "L4" })]);
const deny = aRelease([aRule({ id: "deny", effect: "DENY" })]);
const looseToStrict = [permit, escalateL2, escalateL4, deny];

describe("the governor", () => {
  it("gives new missions the current release", () => {
    expect(createGovernor({ current: permit, known: [deny] }).current()).toBe(releaseDigest(permit));
  });

  it("decides by the stricter of the frozen and the current release", () => {
    for (const [strictness, frozen] of looseToStrict.entries()) {
      for (const [currentStrictness, current] of looseToStrict.entries()) {
        const decision = createGovernor({ current, known: [frozen] }).decide(aCall({}), releaseDigest(frozen));
        const stricter = looseToStrict[Math.max(strictness, currentStrictness)] ?? deny;
        expect(decision).toEqual(decide(stricter, aCall({})));
      }
    }
  });

  it("answers the frozen release's decision when both are as strict", () => {
    const other = aRelease([aRule({ id: "permit-too" })]);
    const decision = createGovernor({ current: other, known: [permit] }).decide(aCall({}), releaseDigest(permit));
    expect(decision).toMatchObject({ kind: "PERMIT", rules: ["permit"], release: releaseDigest(permit) });
  });

  it("knows its current release without being told", () => {
    const governor = createGovernor({ current: permit, known: [] });
    expect(governor.decide(aCall({}), governor.current()).kind).toBe("PERMIT");
  });

  it("denies a mission that is bound by a release it does not know", () => {
    const lost = hashText("a release of another day");
    const decision = createGovernor({ current: permit, known: [] }).decide(aCall({}), lost);
    expect(decision).toEqual({
      kind: "DENY",
      rules: ["release/unknown"],
      unknown: [],
      release: lost,
      request: decide(permit, aCall({})).request,
    });
  });

  it("never permits what one of the two would not, nor answers looser", () => {
    const one = fc.constantFrom<Rule["effect"]>("PERMIT", "DENY", "ESCALATE");
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), fc.array(one, { maxLength: 3 }), (frozenEffects, currentEffects) => {
        const [frozen, current] = [releaseOf(frozenEffects), releaseOf(currentEffects)];
        const decision = createGovernor({ current, known: [frozen] }).decide(aCall({}), releaseDigest(frozen));
        expect(isStricter(decide(frozen, aCall({})), decision)).toBe(false);
        expect(isStricter(decide(current, aCall({})), decision)).toBe(false);
      }),
    );
  });

  it("denies instead of throwing", () => {
    const governor = createGovernor({ current: permit, known: [] });
    expect(governor.decide(null as never, governor.current())).toMatchObject({ kind: "DENY" });
    expect(governor.decide(null as never, hashText("lost"))).toMatchObject({
      kind: "DENY",
      rules: ["release/unknown"],
    });
  });
});

function releaseOf(effects: readonly Rule["effect"][]) {
  return aRelease(
    effects.map((effect, index) =>
      aRule({ id: `rule-${index}`, effect, ...(effect === "ESCALATE" ? { level: "L3" as const } : {}) }),
    ),
  );
}

describe("who may answer", () => {
  const organisation = anOrganisation();
  const question = aQuestion(organisation);

  it("is asked of the release of the question", () => {
    const governor = createGovernor({ current: permit, known: [organisation], firstApprovers: ["zoe"] });
    expect(told(governor.resolve(question)).who).toEqual(["max@manager"]);
    expect(told(governor.resolve({ ...question, release: releaseDigest(permit) })).who).toEqual([
      "zoe@founding/approvers",
    ]);
  });

  it("row 9: is nobody whom the current release suspends or does not know any more", () => {
    const suspended = PEOPLE.map((person) => (person.id === "max" ? { ...person, suspended: true } : person));
    const gone = PEOPLE.filter(({ id }) => id !== "max");
    const left = { people: gone, positions: positionsWith("manager", { holders: [] }) };
    for (const current of [anOrganisation({ people: suspended }), anOrganisation(left)]) {
      const governor = createGovernor({ current, known: [organisation] });
      expect(told(governor.resolve(question))).toMatchObject({ who: ["hana@head"] });
    }
  });

  it("is nobody under a release that is not known, or for a question that is broken", () => {
    const governor = createGovernor({ current: organisation, known: [] });
    expect(governor.resolve({ ...question, release: hashText("another") }).kind).toBe("unreachable");
    for (const broken of [{ request: null }, { excluded: null }, { nowMs: null, request: {} }]) {
      expect(governor.resolve({ ...question, ...broken } as never).kind).toBe("unreachable");
    }
  });
});

describe("reasons", () => {
  it("are those of the release, of built-in rules, and empty for what is not known", () => {
    const governor = createGovernor({ current: permit, known: [] });
    const rules = ["release/tool_unknown", "permit", "nobody"];
    expect(governor.reasons(rules, releaseDigest(permit))).toEqual([
      { rule: "release/tool_unknown", reason: "The release registers no tool of this name." },
      { rule: "permit", reason: "It is so." },
      { rule: "nobody", reason: "" },
    ]);
    expect(governor.reasons(["permit"], hashText("another"))).toEqual([{ rule: "permit", reason: "" }]);
  });
});
