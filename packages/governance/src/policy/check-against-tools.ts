import type { ArgumentSource, Tool, ToolRegistration } from "@aura/mission";
import { nameUnknown, toolInvalid } from "../governance-error.ts";
import { matchesTool } from "./check-rule.ts";
import { nearestName } from "./nearest-name.ts";
import type { Release } from "./release.ts";
import type { Condition, Rule } from "./rule.ts";

/**
 * Holds a release against the definitions that the upstreams give today, at start. An argument that no tool of a rule has
 * would make a DENY match always and a PERMIT never: it is refused as misspelt. So are arguments that the read tool of a
 * `find` or the tool of a compensation does not have, or needs and is not given. Registered tools that are not in `tools`
 * are left out, and rules about them.
 * @throws `governance/name_unknown` with the nearest name, `governance/tool_invalid`
 */
export function checkAgainstTools(release: Release, tools: readonly Tool[]): void {
  const schemas = new Map(tools.map((tool) => [tool.name, tool]));
  for (const [index, rule] of release.rules.entries()) {
    if (rule.when === undefined || rule.on === "mission") continue;
    const about = release.tools.filter((tool) => matchesTool(rule, tool)).map((tool) => schemas.get(tool.name));
    if (about.length === 0 || about.includes(undefined)) continue;
    const known = new Set(about.flatMap((tool) => (tool === undefined ? [] : argumentNames(tool))));
    checkArguments(rule, `rules/${index} (${rule.id})/when`, known);
  }
  for (const [index, tool] of release.tools.entries()) checkMappings(tool, `tools/${index} (${tool.name})`, schemas);
}

function checkArguments(rule: Rule, member: string, known: ReadonlySet<string>): void {
  for (const name of rule.when === undefined ? [] : argumentsOf(rule.when)) {
    if (!known.has(name)) throw nameUnknown(member, "argument", name, nearestName(name, known));
  }
}

/** Every argument that a condition asks for. */
function argumentsOf(condition: Condition): readonly string[] {
  if ("all" in condition) return condition.all.flatMap(argumentsOf);
  if ("any" in condition) return condition.any.flatMap(argumentsOf);
  if ("not" in condition) return argumentsOf(condition.not);
  return "argument" in condition ? [condition.argument] : [];
}

function checkMappings(tool: ToolRegistration, member: string, schemas: ReadonlyMap<string, Tool>): void {
  const own = schemas.get(tool.name);
  for (const mapping of ["find", "compensation"] as const) {
    const asked = tool[mapping];
    const other = asked === undefined ? undefined : schemas.get(asked.tool);
    if (asked === undefined || other === undefined || own === undefined) continue;
    const place = `${member}/${mapping}/arguments`;
    const known = new Set(argumentNames(other));
    for (const name of Object.keys(asked.arguments)) {
      if (!known.has(name)) throw nameUnknown(place, `argument of ${other.name}`, name, nearestName(name, known));
    }
    const missing = requiredNames(other).find((name) => !Object.hasOwn(asked.arguments, name));
    if (missing !== undefined) {
      throw toolInvalid(place, `"${other.name}" needs the argument "${missing}".`, "Say where it comes from.");
    }
    for (const source of Object.values(asked.arguments)) checkSource(source, own, place);
  }
  if (own !== undefined && tool.find !== undefined) checkSource(tool.find.equals, own, `${member}/find/equals`);
}

function checkSource(source: ArgumentSource, tool: Tool, member: string): void {
  if (!("from" in source)) return;
  const [, first = ""] = source.from.split("/");
  const name = first.replaceAll("~1", "/").replaceAll("~0", "~");
  const known = argumentNames(tool);
  if (!known.includes(name)) throw nameUnknown(member, `argument of ${tool.name}`, name, nearestName(name, known));
}

function argumentNames(tool: Tool): readonly string[] {
  const { properties } = tool.inputSchema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function requiredNames(tool: Tool): readonly string[] {
  const { required } = tool.inputSchema;
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}
