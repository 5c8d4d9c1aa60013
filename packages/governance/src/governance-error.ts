import { AuraError } from "@aura/trust";

/**
 * Every failure of this package. All of them are met when a release is loaded; a decision never throws.
 *
 * - `governance/release_invalid`: not the shape of the published JSON Schema, or over a limit
 * - `governance/name_taken`: two rules, tools, agents or facts of one name
 * - `governance/name_unknown`: a rule or a tool names something that the release or a tool's schema does not have
 * - `governance/rule_invalid`: a rule that could never do what it says
 * - `governance/tool_invalid`: a registration that breaks the promise of its class
 */
export type GovernanceErrorCode =
  | "governance/release_invalid"
  | "governance/name_taken"
  | "governance/name_unknown"
  | "governance/rule_invalid"
  | "governance/tool_invalid";

export class GovernanceError extends AuraError<GovernanceErrorCode> {}

/** `member` is where in the document: `rules/3 (no-large-refunds)/when`. */
export function releaseInvalid(member: string, why: string, fix: string, cause?: unknown): GovernanceError {
  return new GovernanceError({
    code: "governance/release_invalid",
    what: `${at(member)} is refused.`,
    why,
    fix,
    cause,
  });
}

export function nameTaken(member: string, noun: string, name: string): GovernanceError {
  return new GovernanceError({
    code: "governance/name_taken",
    what: `${at(member)} repeats the ${noun} "${name}".`,
    why: `A ${noun} name stands once in a release, so that every decision names one thing.`,
    fix: `Rename or remove one of the two.`,
  });
}

export function nameUnknown(member: string, noun: string, name: string, nearest: string | undefined): GovernanceError {
  return new GovernanceError({
    code: "governance/name_unknown",
    what: `${at(member)} names the ${noun} "${name}".`,
    why: `There is no such ${noun}, so the release would not do what it says.`,
    fix: nearest === undefined ? `Declare the ${noun} or correct the name.` : `Did you mean "${nearest}"?`,
  });
}

export function ruleInvalid(member: string, why: string, fix: string, cause?: unknown): GovernanceError {
  return new GovernanceError({ code: "governance/rule_invalid", what: `${at(member)} is refused.`, why, fix, cause });
}

export function toolInvalid(member: string, why: string, fix: string): GovernanceError {
  return new GovernanceError({ code: "governance/tool_invalid", what: `${at(member)} is refused.`, why, fix });
}

function at(member: string): string {
  return member === "" ? "The release" : `Member ${member} of the release`;
}
