import { countClaim, exactMembers, objectClaim } from "./claim.ts";
import type { JsonObject } from "./json-value.ts";

/**
 * Generations of authority. Revoking raises a number, and nothing issued under a lower one counts any more. Each is a
 * whole number from 0 that never falls.
 */
export interface AgentEpochs {
  readonly org: number;
  readonly namespace: number;
  readonly agent: number;
}

export interface MissionEpochs extends AgentEpochs {
  readonly mission: number;
}

/** `revoked`: an epoch rose since. `ahead`: it was issued under an epoch that the verifier has not heard of. */
export type EpochComparison = "current" | "revoked" | "ahead";

export function compareEpochs(issued: AgentEpochs | MissionEpochs, known: MissionEpochs): EpochComparison {
  const differences = Object.entries(issued).map(([scope, epoch]) => known[scope as keyof MissionEpochs] - epoch);
  if (differences.some((difference) => difference > 0)) return "revoked";
  return differences.every((difference) => difference === 0) ? "current" : "ahead";
}

export function agentEpochsClaim(claims: JsonObject): AgentEpochs {
  const epochs = objectClaim(claims, "epochs");
  exactMembers(epochs, ["agent", "namespace", "org"]);
  return scopes(epochs);
}

export function missionEpochsClaim(claims: JsonObject): MissionEpochs {
  const epochs = objectClaim(claims, "epochs");
  exactMembers(epochs, ["agent", "mission", "namespace", "org"]);
  return { ...scopes(epochs), mission: countClaim(epochs, "mission") };
}

function scopes(epochs: JsonObject): AgentEpochs {
  return {
    org: countClaim(epochs, "org"),
    namespace: countClaim(epochs, "namespace"),
    agent: countClaim(epochs, "agent"),
  };
}
