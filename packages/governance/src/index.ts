export { FIRST_APPROVERS, resolveApprovers } from "./authority/resolve-approvers.ts";
export { GovernanceError, type GovernanceErrorCode } from "./governance-error.ts";
export { createGovernor } from "./governor.ts";
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
export type { ArgumentAtom, Condition, EscalationLevel, FactAtom, Match, Rule } from "./policy/rule.ts";
