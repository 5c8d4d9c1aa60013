import type { Decision } from "@aura/mission";
import type { Release } from "./release.ts";
import { reasonOf } from "./rule-reasons.ts";

/**
 * A decision in words: what, by which rules and their reasons, and what was not known. `release` is the one that the
 * decision names; without it, or for a rule that it does not have, the reason is left out.
 */
export function explainDecision(decision: Decision, release?: Release): string {
  const lines = [headline(decision)];
  for (const id of decision.rules) {
    const reason = reasonOf(id, release);
    lines.push(reason === undefined ? `- ${id}` : `- ${id}: ${reason}`);
  }
  if (decision.rules.length === 0) lines.push("- no rule permits it, and silence is a DENY");
  if (decision.unknown.length > 0) {
    lines.push(`Not known: ${decision.unknown.join(", ")}. What is not known never permits.`);
  }
  return lines.join("\n");
}

function headline({ kind, level }: Decision): string {
  switch (kind) {
    case "PERMIT":
      return "PERMIT";
    case "DENY":
      return "DENY";
    case "ESCALATE":
      return `ESCALATE to ${level ?? "L4"}`;
  }
}
