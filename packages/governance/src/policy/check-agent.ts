import { COMPENSATOR } from "@aura/mission";
import { nameUnknown, releaseInvalid } from "../governance-error.ts";
import { uniqueNames } from "./names.ts";
import { nearestName } from "./nearest-name.ts";
import type { ReleaseDocument } from "./release.ts";

/**
 * Checks that agents have names of their own and, as soon as there are positions, that one of them answers for each.
 * @throws `governance/name_taken`, `governance/name_unknown`, `governance/release_invalid`
 */
export function checkAgents({ agents, positions = [] }: ReleaseDocument): void {
  uniqueNames(
    "agents",
    "agent",
    agents.map(({ name }) => name),
  );
  const owners = new Set(positions.map(({ id }) => id));
  for (const [index, { name, owner }] of agents.entries()) {
    const member = `agents/${index} (${name})`;
    if (name === COMPENSATOR) {
      const why = "That is who undoes calls in every namespace, with the authority of the mission that is undone.";
      throw releaseInvalid(`${member}/name`, why, "Give the agent another name; rules may match this one without it.");
    }
    if (owners.size === 0 || owners.has(owner)) continue;
    throw nameUnknown(`${member}/owner`, "position", owner, nearestName(owner, owners));
  }
}
