import { AuraError, type ErrorText } from "@aura/trust";

/**
 * Every failure of this package. All of them are met when a release is loaded; a decision never throws.
 *
 * - `governance/release_invalid`: not the shape of the published JSON Schema, or over a limit
 * - `governance/name_taken`: two rules, tools, agents, facts, people, positions or budgets of one name
 * - `governance/name_unknown`: something names what the release or a tool's schema does not have
 * - `governance/rule_invalid`: a rule that could never do what it says
 * - `governance/tool_invalid`: a registration that breaks the promise of its class
 * - `governance/authority_invalid`: an authority graph that has a circle, falls, or could never answer
 * - `governance/budget_invalid`: a budget that could not bind, or that takes away with an approval
 * - `governance/text_malformed`: a file that is not the plain YAML 1.2 or JSON that releases are written in
 */
export type GovernanceErrorCode =
  | "governance/release_invalid"
  | "governance/name_taken"
  | "governance/name_unknown"
  | "governance/rule_invalid"
  | "governance/tool_invalid"
  | "governance/authority_invalid"
  | "governance/budget_invalid"
  | "governance/text_malformed";

/** Where a text goes wrong: lines and columns from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export class GovernanceError extends AuraError<GovernanceErrorCode> {
  /** Where in the document: `rules/3 (no-large-refunds)/when`; "" for the whole. */
  readonly member: string;
  /** Where in the text, if the release was read from one. */
  readonly place: TextPlace | undefined;

  constructor(text: ErrorText<GovernanceErrorCode> & { readonly member: string; readonly place?: TextPlace }) {
    super(text);
    this.member = text.member;
    this.place = text.place;
  }
}

/** `member` is where in the document: `rules/3 (no-large-refunds)/when`. */
export function releaseInvalid(member: string, why: string, fix: string, cause?: unknown): GovernanceError {
  return refused("governance/release_invalid", { member, why, fix, cause });
}

export function nameTaken(member: string, noun: string, name: string): GovernanceError {
  return new GovernanceError({
    code: "governance/name_taken",
    member,
    what: `${at(member)} repeats the ${noun} "${name}".`,
    why: `A ${noun} name stands once in a release, so that every decision names one thing.`,
    fix: `Rename or remove one of the two.`,
  });
}

export function nameUnknown(member: string, noun: string, name: string, nearest: string | undefined): GovernanceError {
  return new GovernanceError({
    code: "governance/name_unknown",
    member,
    what: `${at(member)} names the ${noun} "${name}".`,
    why: `There is no such ${noun}, so the release would not do what it says.`,
    fix: nearest === undefined ? `Declare the ${noun} or correct the name.` : `Did you mean "${nearest}"?`,
  });
}

export function ruleInvalid(member: string, why: string, fix: string, cause?: unknown): GovernanceError {
  return refused("governance/rule_invalid", { member, why, fix, cause });
}

export function toolInvalid(member: string, why: string, fix: string): GovernanceError {
  return refused("governance/tool_invalid", { member, why, fix });
}

export function authorityInvalid(member: string, why: string, fix: string, cause?: unknown): GovernanceError {
  return refused("governance/authority_invalid", { member, why, fix, cause });
}

export function budgetInvalid(member: string, why: string, fix: string): GovernanceError {
  return refused("governance/budget_invalid", { member, why, fix });
}

/** A text that does not even become a document; there is no member to name. */
export function textMalformed(place: TextPlace, why: string, fix: string): GovernanceError {
  const what = `${shown(place)}: The text is refused.`;
  return new GovernanceError({ code: "governance/text_malformed", member: "", place, what, why, fix });
}

/** The same error, with the place in the text that it is about. */
export function withPlace(error: GovernanceError, place: TextPlace): GovernanceError {
  const { code, member, what, why, fix } = error;
  return new GovernanceError({ code, member, place, what: `${shown(place)}: ${what}`, why, fix, cause: error });
}

interface Because {
  readonly member: string;
  readonly why: string;
  readonly fix: string;
  readonly cause?: unknown;
}

function refused(code: GovernanceErrorCode, because: Because): GovernanceError {
  return new GovernanceError({ code, what: `${at(because.member)} is refused.`, ...because });
}

function at(member: string): string {
  return member === "" ? "The release" : `Member ${member} of the release`;
}

/** As compilers and editors write it: `release.yaml:12:5`. */
function shown({ file, line, column }: TextPlace): string {
  return `${file}:${line}:${column}`;
}
