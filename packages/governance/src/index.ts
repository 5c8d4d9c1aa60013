export type { Absence, Authority, Conflict, Delegation, Grants, Person, Position } from "./authority/authority.ts";
export { type Circumstances, FIRST_APPROVERS, resolveApprovers } from "./authority/resolve-approvers.ts";
export { type AmountMeasure, type Budget, type BudgetMatch, SCALE_MAX } from "./budget/budget.ts";
export { GovernanceError, type GovernanceErrorCode, type TextPlace } from "./governance-error.ts";
export { createGovernor, type GovernorReleases } from "./governor.ts";
export { checkAgainstTools } from "./policy/check-against-tools.ts";
export { CONDITION_DEPTH_MAX } from "./policy/check-condition.ts";
export { BUILT_IN_RULES, decide, requestDigest, type BuiltInRule } from "./policy/decide.ts";
export { explainDecision } from "./policy/explain.ts";
export type { FactDeclaration, FactType } from "./policy/fact.ts";
export {
  parseRelease,
  RELEASE_BYTES_MAX,
  RELEASE_DEPTH_MAX,
  releaseDigest,
  releaseText,
  type Release,
  type ReleaseAgent,
  type ReleaseDocument,
} from "./policy/release.ts";

export { type ReleaseWarning, releaseWarnings } from "./policy/release-warnings.ts";
export type { ArgumentAtom, Condition, EscalationLevel, FactAtom, Match, Rule } from "./policy/rule.ts";
export { parseReleaseText, RELEASE_TEXT_BYTES_MAX, type ReleaseTextOptions } from "./text/parse-release-text.ts";
