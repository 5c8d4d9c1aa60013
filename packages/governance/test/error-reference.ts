import * as error from "../src/governance-error.ts";
import { BUILT_IN_RULES, type BuiltInRule } from "../src/policy/decide.ts";

/** What happens is the sentence of the rule; this is what to do about it. */
const RULE_FIXES = {
  "release/agent_unknown": "Add the agent to the release under the name that the mission has, or correct the mission.",
  "release/authority_exceeded": "Ask for less authority in the mission, or give the agent more in a new release.",
  "release/broken": "Load the release again: loading names the member at fault.",
  "release/compensation_unknown": "Undo a tool by the compensation that the release registers for it.",
  "release/tool_unknown": "Register the tool in the release, or correct the name in the mission.",
  "release/unknown": "Start the runtime with the release that the mission is bound by.",
  "request/malformed": "Send the call with arguments that JSON can carry.",
} as const satisfies Record<BuiltInRule, string>;

const RULE_WHY = "What is unknown or broken is never a yes: this rule stands in every release, and none can lift it.";

export const errorReference = [
  {
    met: "Thrown by `@aura/governance` as a `GovernanceError` when a release is loaded.",
    source: "packages/governance/src/governance-error.ts",
    codes: {
      "governance/release_invalid": [
        error.releaseInvalid("rules/3/effect", "It is none of PERMIT, ESCALATE and DENY.", "Write one of them."),
      ],
      "governance/name_taken": [error.nameTaken("rules/3", "rule", "no-large-refunds")],
      "governance/name_unknown": [
        error.nameUnknown("rules/3 (no-large-refunds)/when", "fact", "arguments.amuont", "arguments.amount"),
      ],
      "governance/rule_invalid": [
        error.ruleInvalid(
          "rules/3 (no-large-refunds)/when",
          "It compares text with a number, so it could never match.",
          "Compare with a value of the fact's own type.",
        ),
      ],
      "governance/tool_invalid": [
        error.toolInvalid(
          "tools/2 (pay)",
          "A write is undone by its compensation.",
          'Add "compensation", or register it irreversible.',
        ),
      ],
      "governance/authority_invalid": [
        error.authorityInvalid(
          "positions/1 (finance-lead)/reportsTo",
          "It reports to itself: finance-lead > finance-head > finance-lead.",
          "Remove one of them: a graph has a top.",
        ),
      ],
      "governance/budget_invalid": [
        error.budgetInvalid(
          "budgets/0 (payments-a-day)/ceilings/L2",
          "It is below that of L1, so an approval would take away what was allowed without it.",
          "Raise it, or lower the other.",
        ),
      ],
      "governance/text_malformed": [
        error.textMalformed(
          { file: "release.yaml", line: 12, column: 5 },
          "It has the alias *limits.",
          "Write out what it stands for.",
        ),
      ],
    } satisfies Record<error.GovernanceErrorCode, readonly error.GovernanceError[]>,
  },
  {
    met: "A rule that denies in every release; its id stands in the decision of a call, beside the ids of written rules.",
    source: "packages/governance/src/policy/decide.ts",
    codes: Object.fromEntries(
      (Object.entries(RULE_FIXES) as [BuiltInRule, string][]).map(([rule, fix]) => [
        rule,
        [{ what: BUILT_IN_RULES[rule], why: RULE_WHY, fix }],
      ]),
    ),
  },
];
