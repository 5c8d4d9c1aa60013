import { COMPENSATOR, reaches, type Decision, type DecisionRequest, type Reservation } from "@aura/mission";
import { canonicalJson, hashText, type Hash, type JsonObject } from "@aura/trust";
import { withStandingApproval } from "../authority/conflict.ts";
import { askBudget, mergeReservations } from "../budget/reserve.ts";
import { matchesTool } from "./check-rule.ts";
import { combine, type Effect } from "./combine.ts";
import { isCompensation } from "./compensator.ts";
import { evaluate } from "./condition.ts";
import { isLevel, readFact } from "./fact.ts";
import { budgetsFor, candidates, policyOf, type Policy } from "./policy.ts";
import type { Release } from "./release.ts";
import type { Rule } from "./rule.ts";

/** DENYs that no release has to write and none can lift. They stand in a decision beside the rules' ids. */
export const BUILT_IN_RULES = {
  "release/agent_unknown": "The release has no agent of this name.",
  "release/authority_exceeded": "The mission's authority is above what the release gives its agent.",
  "release/broken": "The release could not be evaluated.",
  "release/compensation_unknown":
    "It is not what the release undoes the named tool with, or not asked for by the runtime.",
  "release/tool_unknown": "The release registers no tool of this name.",
  "release/unknown": "The release that the mission is bound by is not known here.",
  "request/malformed": "The request holds what JSON cannot carry, or is about no call.",
} as const;

export type BuiltInRule = keyof typeof BUILT_IN_RULES;

/**
 * Decides one request by the rules and budgets of one release. Pure: no clock, counter, network or model; the same release
 * and request give the same bytes. Total: whatever is broken is a DENY, never a throw. An approval (fact `approval.level`)
 * satisfies each ESCALATE that it reaches: it counts as a PERMIT by that rule, unless a call names one of those who gave it. A DENY
 * it never touches. A PERMIT carries what the intent must reserve. O(rules and budgets that may be about the tool).
 */
export function decide(release: Release, request: DecisionRequest): Decision {
  try {
    const policy = policyOf(release);
    const digest = requestDigest(request);
    if (digest === undefined) return denial("request/malformed", policy.digest, UNREADABLE);
    return { ...answer(policy, withStandingApproval(release, request)), release: policy.digest, request: digest };
  } catch {
    return denial("release/broken", UNREADABLE, requestDigest(request) ?? UNREADABLE);
  }
}

/** A DENY by a built-in rule alone. */
export function denial(rule: BuiltInRule, release: Hash, request: Hash): Decision {
  return { kind: "DENY", rules: [rule], unknown: [], release, request };
}

/**
 * SHA-256 over the canonical JSON (RFC 8785) of all that rules can see: the request, with the tool as `{name, class, tags,
 * digest}`. `undefined` if it is not JSON or, for a call, is about none.
 */
export function requestDigest(request: DecisionRequest): Hash | undefined {
  try {
    const { kind, namespace, agent, mission, call, facts } = request;
    if ((kind === "call") !== (call !== undefined)) return undefined;
    return hashText(canonicalJson({ kind, namespace, agent, mission, ...seen(call), facts }));
  } catch {
    return undefined;
  }
}

/** Stands where a digest would, when there is nothing that could be digested: SHA-256 over the text `null`. */
export const UNREADABLE: Hash = hashText("null");

function seen(call: DecisionRequest["call"]): JsonObject {
  if (call === undefined) return {};
  const { name, class: toolClass, tags, digest } = call.tool;
  return { call: { key: call.key, tool: { name, class: toolClass, tags, digest }, arguments: call.arguments } };
}

function answer(policy: Policy, request: DecisionRequest): Omit<Decision, "release" | "request"> {
  const unknown = new Set<string>();
  const effects = builtInEffects(policy, request);
  for (const rule of candidates(policy, request) ?? []) {
    const effect = apply(rule, request, unknown);
    if (effect !== undefined) effects.push(effect);
  }
  const reservations: Reservation[] = [];
  for (const budget of budgetsFor(policy, request)) {
    const answered = askBudget(budget, request, unknown);
    if (answered?.kind === "effect") effects.push(answered.effect);
    if (answered?.kind === "reserve") reservations.push(answered.reservation);
  }
  const combined = combine(effects.map((effect) => satisfied(effect, request)));
  return {
    ...combined,
    unknown: [...unknown].toSorted(),
    ...(combined.kind === "PERMIT" && reservations.length > 0
      ? { reservations: mergeReservations(reservations, []) }
      : {}),
  };
}

/** An ESCALATE that the approval in use reaches counts as a PERMIT by its own rule. */
function satisfied(effect: Effect, request: DecisionRequest): Effect {
  if (effect.kind !== "ESCALATE") return effect;
  const approved = readFact(request, "approval.level");
  return isLevel(approved) && reaches(approved, effect.level ?? "L4") ? { kind: "PERMIT", rule: effect.rule } : effect;
}

function builtInEffects(policy: Policy, request: DecisionRequest): Effect[] {
  const effects: Effect[] = [];
  const deny = (rule: BuiltInRule): unknown => effects.push({ kind: "DENY", rule });
  const agent = policy.agents.get(request.agent.id);
  if (request.agent.id === COMPENSATOR) {
    if (!isCompensation(policy.undos, request)) deny("release/compensation_unknown");
  } else if (agent === undefined) deny("release/agent_unknown");
  else if (!reaches(agent.authority, request.mission.authority)) deny("release/authority_exceeded");
  if (request.call !== undefined && !policy.calls.has(request.call.tool.name)) deny("release/tool_unknown");
  return effects;
}

/** What a rule says: `undefined` if nothing. Unknown makes DENY and ESCALATE match and PERMIT not; a broken rule is a DENY. */
function apply(rule: Rule, request: DecisionRequest, unknown: Set<string>): Effect | undefined {
  try {
    if (rule.match.agents !== undefined && !rule.match.agents.includes(request.agent.id)) return undefined;
    if (request.call !== undefined && !matchesTool(rule, request.call.tool)) return undefined;
    const truth = rule.when === undefined ? true : evaluate(rule.when, request, unknown);
    if (truth === false || (truth === "unknown" && rule.effect === "PERMIT")) return undefined;
    return { kind: rule.effect, ...(rule.level === undefined ? {} : { level: rule.level }), rule: rule.id };
  } catch {
    return { kind: "DENY", rule: rule.id };
  }
}
