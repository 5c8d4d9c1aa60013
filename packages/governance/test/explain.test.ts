import { describe, expect, it } from "vitest";
import { decide, explainDecision } from "../src/index.ts";
import { aCall, aRelease, aRule } from "./builders.ts";

describe("a decision in words", () => {
  it("says what, by which rule, why, and what was not known", () => {
    const release = aRelease([
      aRule({ id: "refunds", reason: "Refunds are its work." }),
      aRule({
        id: "large-refunds",
        effect: "ESCALATE",
        level: "L2",
        when: { argument: "amount", is: { constraint_type: "range", min: 100 } },
        reason: "Refunds above 100 need a manager.",
      }),
    ]);
    expect(explainDecision(decide(release, aCall({ amount: 5 })), release)).toBe(
      "PERMIT\n- refunds: Refunds are its work.",
    );
    expect(explainDecision(decide(release, aCall({})), release)).toBe(
      [
        "ESCALATE to L2",
        "- large-refunds: Refunds above 100 need a manager.",
        "Not known: arguments.amount. What is not known never permits.",
      ].join("\n"),
    );
  });

  it("says so when no rule spoke", () => {
    const release = aRelease([]);
    expect(explainDecision(decide(release, aCall({})), release)).toBe(
      "DENY\n- no rule permits it, and silence is a DENY",
    );
  });

  it("knows the built-in rules, and goes on without the release", () => {
    const stranger = aCall({}, { agent: { id: "stranger", custody: "agent" } });
    expect(explainDecision(decide(aRelease([]), stranger))).toBe(
      "DENY\n- release/agent_unknown: The release has no agent of this name.",
    );
    expect(explainDecision(decide(aRelease([aRule()]), aCall({})))).toBe("PERMIT\n- a-rule");
  });
});
