import type { DecisionRequest } from "@aura/mission";
import type { ReleaseDocument } from "./release.ts";

/** What is undone by what. Asked for every call of the compensator. */
export type Undos = ReadonlyMap<string, string>;

/** From each tool that has a compensation to the tool that undoes it. */
export function undosOf({ tools }: Pick<ReleaseDocument, "tools">): Undos {
  return new Map(
    tools.flatMap(({ name, compensation }) => (compensation === undefined ? [] : [[name, compensation.tool]])),
  );
}

/**
 * True when a request is what the compensator is for: the very tool that undoes the tool of the fact `compensation.of`, under
 * the runtime's own custody. Anything else in its name is not known to any release.
 */
export function isCompensation(undos: Undos, { agent, call, facts }: DecisionRequest): boolean {
  const undone = Object.hasOwn(facts, "compensation.of") ? facts["compensation.of"] : undefined;
  if (typeof undone !== "string" || call === undefined || agent.custody !== "runtime") return false;
  return undos.get(undone) === call.tool.name;
}
