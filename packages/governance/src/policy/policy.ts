import type { DecisionRequest } from "@aura/mission";
import type { Hash } from "@aura/trust";
import type { Budget } from "../budget/budget.ts";
import { undosOf, type Undos } from "./compensator.ts";
import { releaseDigest, type Release, type ReleaseAgent } from "./release.ts";
import type { Rule } from "./rule.ts";

/** A release made ready for deciding: rules and budgets by the tool they may be about. */
export interface Policy {
  readonly digest: Hash;
  readonly agents: ReadonlyMap<string, ReleaseAgent>;
  /** By registered tool: every rule about calls that may be about it. */
  readonly calls: ReadonlyMap<string, readonly Rule[]>;
  readonly missions: readonly Rule[];
  /** By registered tool: every budget that may count a call of it. */
  readonly budgets: ReadonlyMap<string, readonly Budget[]>;
  readonly undos: Undos;
}

/** A release is frozen, so what is derived from it once stays true. */
const policies = new WeakMap<Release, Policy>();

/** O(tools x rules) for the first question about a release, then O(1). */
export function policyOf(release: Release): Policy {
  const known = policies.get(release);
  if (known !== undefined) return known;
  const policy = derive(release);
  policies.set(release, policy);
  return policy;
}

/** The rules that may be about a request; `undefined` if its tool is not registered. */
export function candidates(policy: Policy, request: DecisionRequest): readonly Rule[] | undefined {
  if (request.kind === "mission") return policy.missions;
  return request.call === undefined ? undefined : policy.calls.get(request.call.tool.name);
}

/** The budgets that may count a request. */
export function budgetsFor(policy: Policy, { call }: DecisionRequest): readonly Budget[] {
  return call === undefined ? [] : (policy.budgets.get(call.tool.name) ?? []);
}

function derive(release: Release): Policy {
  const calls = release.rules.filter((rule) => rule.on === "call");
  return {
    digest: releaseDigest(release),
    agents: new Map(release.agents.map((agent) => [agent.name, agent])),
    calls: new Map(release.tools.map(({ name }) => [name, calls.filter((rule) => mayBeAbout(rule, name))])),
    missions: release.rules.filter((rule) => rule.on === "mission"),
    budgets: new Map(release.tools.map(({ name }) => [name, budgetsAbout(release, name)])),
    undos: undosOf(release),
  };
}

function mayBeAbout(rule: Rule, tool: string): boolean {
  return rule.match.tools === undefined || rule.match.tools.includes(tool);
}

function budgetsAbout(release: Release, tool: string): readonly Budget[] {
  return (release.budgets ?? []).filter(({ match }) => match.tools?.includes(tool) ?? true);
}
