import type { CompensationSource, Tool, ToolRegistration } from "@aura/mission";
import type { Constraints, JsonValue } from "@aura/trust";
import { authorityInvalid, nameUnknown, ruleInvalid, toolInvalid } from "../governance-error.ts";
import { matchesTool } from "./check-rule.ts";
import { fitsSchema } from "./constraint-type.ts";
import { inText } from "../text/release-text.ts";
import { nearestName } from "./nearest-name.ts";
import type { Release } from "./release.ts";
import type { ArgumentAtom, Condition } from "./rule.ts";

/**
 * Holds a release against the definitions that the upstreams give today, at start. An argument that no tool of a rule has,
 * or none in a type that its limit can judge, would make a DENY match always and a PERMIT never: it is refused. So are
 * arguments that the read tool of a `find` or the tool of a compensation does not have, or needs and is not given; arguments of
 * conflicts and budgets that one of their tools does not have; and grants that could cover no call.
 * Registered tools that are not in `tools` are left out, and rules about them.
 * @throws `governance/name_unknown` with the nearest name, `governance/rule_invalid`, `governance/tool_invalid`,
 * `governance/authority_invalid`
 */
export function checkAgainstTools(release: Release, tools: readonly Tool[]): void {
  inText(release, () => {
    checkAll(release, tools);
  });
}

function checkAll(release: Release, tools: readonly Tool[]): void {
  const schemas = new Map(tools.map((tool) => [tool.name, tool]));
  for (const [index, rule] of release.rules.entries()) {
    if (rule.when === undefined || rule.on === "mission") continue;
    const about = release.tools.filter((tool) => matchesTool(rule, tool)).map((tool) => schemas.get(tool.name));
    const known = about.filter((tool) => tool !== undefined);
    if (known.length === 0 || known.length < about.length) continue;
    for (const { atom, member } of argumentAtoms(rule.when, `rules/${index} (${rule.id})/when`)) {
      checkArgument(atom.argument, `${member}/argument`, known);
      if ("is" in atom) checkLimit(atom, `${member}/is`, known);
    }
  }
  checkAuthority(release, schemas);
  for (const [index, tool] of release.tools.entries()) checkMappings(tool, `tools/${index} (${tool.name})`, schemas);
}

function checkArgument(argument: string, member: string, tools: readonly Tool[]): void {
  const names = new Set(tools.flatMap(argumentNames));
  if (!names.has(argument)) throw nameUnknown(member, "argument", argument, nearestName(argument, names));
}

function checkLimit({ argument, is }: Limit, member: string, tools: readonly Tool[]): void {
  const having = tools.filter((tool) => argumentNames(tool).includes(argument));
  if (having.some((tool) => fitsSchema(is, argumentSchema(tool, argument)))) return;
  const why = `The limit ${is.constraint_type} judges no value of the type that "${argument}" has in ${having.map(({ name }) => name).join(", ")}.`;
  throw ruleInvalid(member, why, "Use a limit for that type.");
}

type Limit = Extract<ArgumentAtom, { readonly is: unknown }>;

/** Every atom that asks for an argument, with its place. */
function argumentAtoms(
  condition: Condition,
  member: string,
): readonly { readonly atom: ArgumentAtom; readonly member: string }[] {
  if ("all" in condition) return condition.all.flatMap((part, index) => argumentAtoms(part, `${member}/all/${index}`));
  if ("any" in condition) return condition.any.flatMap((part, index) => argumentAtoms(part, `${member}/any/${index}`));
  if ("not" in condition) return argumentAtoms(condition.not, `${member}/not`);
  return "argument" in condition ? [{ atom: condition, member }] : [];
}

function checkAuthority(release: Release, schemas: ReadonlyMap<string, Tool>): void {
  for (const list of ["positions", "delegations"] as const) {
    for (const [index, { id, grants }] of (release[list] ?? []).entries()) {
      for (const [tool, limits] of Object.entries(grants ?? {})) {
        checkGrant(limits, `${list}/${index} (${id})/grants/${tool}`, schemas.get(tool));
      }
    }
  }
  for (const [index, { tools, argument }] of (release.conflicts ?? []).entries()) {
    checkInAll(argument, `conflicts/${index}/argument`, tools, schemas);
  }
  for (const [index, { id, match, measure }] of (release.budgets ?? []).entries()) {
    if (measure === "calls") continue;
    checkInAll(measure.argument, `budgets/${index} (${id})/measure/argument`, match.tools ?? [], schemas);
  }
}

/** A closed world covers no call that names another argument, or lacks one that it limits. */
function checkGrant(limits: Constraints | null, member: string, tool: Tool | undefined): void {
  if (limits === null || tool === undefined) return;
  for (const [argument, is] of Object.entries(limits)) {
    checkArgument(argument, `${member}/${argument}`, [tool]);
    checkLimit({ argument, is }, `${member}/${argument}`, [tool]);
  }
  const missing = requiredNames(tool).find((name) => !Object.hasOwn(limits, name));
  if (missing === undefined) return;
  const why = `"${tool.name}" needs the argument "${missing}", which is not granted, so it covers no call.`;
  throw authorityInvalid(member, why, `Add a limit for "${missing}": {"wildcard": {}} accepts anything.`);
}

function checkInAll(
  argument: string,
  member: string,
  tools: readonly string[],
  schemas: ReadonlyMap<string, Tool>,
): void {
  for (const name of tools) {
    const tool = schemas.get(name);
    if (tool !== undefined) checkArgument(argument, member, [tool]);
  }
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
      if (known.has(name)) continue;
      throw nameUnknown(`${place}/${name}`, `argument of ${other.name}`, name, nearestName(name, known));
    }
    const missing = requiredNames(other).find((name) => !Object.hasOwn(asked.arguments, name));
    if (missing !== undefined) {
      throw toolInvalid(place, `"${other.name}" needs the argument "${missing}".`, "Say where it comes from.");
    }
    for (const [name, source] of Object.entries(asked.arguments)) checkSource(source, own, `${place}/${name}/from`);
  }
  const equals = tool.find?.equals;
  if (own !== undefined && equals !== undefined) checkSource(equals, own, `${member}/find/equals`);
}

function checkSource(source: CompensationSource, tool: Tool, member: string): void {
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

function argumentSchema(tool: Tool, argument: string): JsonValue | undefined {
  return (tool.inputSchema["properties"] as { readonly [name: string]: JsonValue })[argument];
}

function requiredNames(tool: Tool): readonly string[] {
  const { required } = tool.inputSchema;
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}
