import type { DecisionRequest } from "@aura/mission";
import { evaluateConstraints, isAuraError, parseConstraints } from "@aura/trust";
import { authorityInvalid } from "../governance-error.ts";
import { mustBeKnown } from "../policy/names.ts";
import type { Grants } from "./authority.ts";

/** Checks the names of grants and writes their limits in full. @throws `governance/name_unknown`, `governance/authority_invalid` */
export function readGrants(grants: Grants, member: string, tools: ReadonlySet<string>): Grants {
  const read = Object.entries(grants).map(([tool, limits]): [string, Grants[string]] => {
    const place = `${member}/${tool}`;
    mustBeKnown(place, "tool", tool, tools);
    return [tool, limits === null ? null : readLimits(limits, place)];
  });
  return Object.fromEntries(read);
}

function readLimits(limits: unknown, member: string): Grants[string] {
  try {
    return parseConstraints(limits);
  } catch (cause) {
    if (!isAuraError(cause)) throw cause;
    throw authorityInvalid(member, `${cause.what} ${cause.why}`, cause.fix, cause);
  }
}

/**
 * True when grants cover what is asked. A call: its tool is granted, and its arguments are inside. A mission as a whole opens
 * every later call of its tools to this approval, so each of them must be granted with any arguments. What cannot be judged
 * is not covered.
 */
export function covers(grants: Grants | undefined, { kind, call, mission }: DecisionRequest): boolean {
  if (grants === undefined) return true;
  if (kind === "mission" || call === undefined) return mission.tools.every((tool) => granted(grants, tool) === null);
  const limits = granted(grants, call.tool.name);
  return limits !== undefined && evaluateConstraints(limits, call.arguments) === true;
}

function granted(grants: Grants, tool: string): Grants[string] | undefined {
  return Object.hasOwn(grants, tool) ? grants[tool] : undefined;
}
