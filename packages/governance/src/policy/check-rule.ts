import type { ToolRegistration } from "@aura/mission";
import { COMPENSATOR } from "@aura/mission";
import { nameTaken, ruleInvalid } from "../governance-error.ts";
import { readCondition } from "./check-condition.ts";
import { BUILT_IN_FACTS, type FactDeclaration } from "./fact.ts";
import { mustAllBeKnown, mustBeKnown, uniqueNames } from "./names.ts";
import type { ReleaseDocument } from "./release.ts";
import type { Rule } from "./rule.ts";

/**
 * Checks that every rule can do what it says and gives the rules back with their constraints written in full.
 * @throws `governance/name_taken`, `governance/name_unknown`, `governance/rule_invalid`
 */
export function readRules(document: ReleaseDocument): readonly Rule[] {
  const agents = new Set([...document.agents.map(({ name }) => name), COMPENSATOR]);
  uniqueNames(
    "rules",
    "rule",
    document.rules.map(({ id }) => id),
  );
  const facts = declaredFacts(document, agents);
  return document.rules.map((rule, index) => {
    const member = `rules/${index} (${rule.id})`;
    checkLevel(rule, member);
    checkMatch(rule, member, document, agents);
    if (rule.when === undefined) return rule;
    return { ...rule, when: readCondition(rule.when, { member: `${member}/when`, on: rule.on, facts }) };
  });
}

/** The facts that rules of this release may ask for, by name. */
function declaredFacts(document: ReleaseDocument, agents: ReadonlySet<string>): ReadonlyMap<string, FactDeclaration> {
  const facts = new Map<string, FactDeclaration>(BUILT_IN_FACTS.map((fact) => [fact.name, fact]));
  for (const [index, fact] of (document.facts ?? []).entries()) {
    if (facts.has(fact.name) || fact.name.startsWith("arguments.")) {
      throw nameTaken(`facts/${index} (${fact.name})`, "fact", fact.name);
    }
    facts.set(fact.name, fact);
  }
  withValues(facts, "agent.id", [...agents]);
  const tools = document.tools.map(({ name }) => name);
  withValues(facts, "mission.tools", tools);
  withValues(facts, "compensation.of", tools);
  const agentNames = document.agents.map(({ name }) => name);
  withValues(facts, "compensation.agent", agentNames);
  return facts;
}

function withValues(facts: Map<string, FactDeclaration>, name: string, values: readonly string[]): void {
  const fact = facts.get(name);
  if (fact !== undefined) facts.set(name, { ...fact, values });
}

function checkLevel(rule: Rule, member: string): void {
  if (rule.effect === "ESCALATE" && rule.level === undefined) {
    throw ruleInvalid(member, "It escalates to nobody.", `Add "level": "L2", "L3" or "L4".`);
  }
  if (rule.effect !== "ESCALATE" && rule.level !== undefined) {
    throw ruleInvalid(`${member}/level`, `A ${rule.effect} asks nobody.`, "Remove it, or use ESCALATE.");
  }
}

function checkMatch(rule: Rule, member: string, document: ReleaseDocument, agents: ReadonlySet<string>): void {
  const { match } = rule;
  mustAllBeKnown(`${member}/match/agents`, "agent", match.agents ?? [], agents);
  if (rule.on === "mission" && (match.tools ?? match.classes ?? match.tags) !== undefined) {
    const fix = `Use on: "call", or the fact mission.tools.`;
    throw ruleInvalid(`${member}/match`, "A rule about missions matches no tool.", fix);
  }
  const tags = new Set(document.tools.flatMap((tool) => tool.tags));
  mustAllBeKnown(`${member}/match/tags`, "tag", match.tags ?? [], tags);
  const tools = new Map(document.tools.map((tool) => [tool.name, tool]));
  for (const [index, name] of (match.tools ?? []).entries()) {
    mustBeKnown(`${member}/match/tools/${index}`, "tool", name, new Set(tools.keys()));
    const tool = tools.get(name);
    if (tool !== undefined && !matchesTool(rule, tool)) {
      const why = `It names "${name}", which has none of its classes or tags, so it would never match that tool.`;
      throw ruleInvalid(`${member}/match`, why, "Remove the tool, or the classes and tags.");
    }
  }
}

/** True when the rule is about this tool, whoever the agent is. */
export function matchesTool(rule: Rule, tool: Pick<ToolRegistration, "name" | "class" | "tags">): boolean {
  const { tools, classes, tags } = rule.match;
  if (tools !== undefined && !tools.includes(tool.name)) return false;
  if (classes !== undefined && !classes.includes(tool.class)) return false;
  return tags === undefined || tags.some((tag) => tool.tags.includes(tag));
}
