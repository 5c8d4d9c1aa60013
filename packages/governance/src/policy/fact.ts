import { LEVELS, type DecisionRequest, type Level } from "@aura/mission";
import type { JsonValue } from "@aura/trust";

export type FactType = "text" | "integer" | "boolean" | "level" | "list";

/** A fact that rules may ask for. The host establishes it and puts it into `request.facts` under its name. */
export interface FactDeclaration {
  /** Dotted words: `customer.tier`. */
  readonly name: string;
  readonly type: FactType;
  /** Of an integer: `cents`, `ms`. */
  readonly unit?: string;
  /** Who establishes it: `crm`. */
  readonly source: string;
  /** The only values that a text or an entry of a list takes, where they are known. */
  readonly values?: readonly string[];
}

/** The facts that every request carries in itself or that a mission establishes; no release may declare them again. */
export const BUILT_IN_FACTS = [
  { name: "agent.custody", type: "text", source: "verified call", values: ["agent", "runtime"] },
  { name: "agent.id", type: "text", source: "verified credential" },
  { name: "mission.authority", type: "level", source: "frozen context" },
  { name: "mission.id", type: "text", source: "frozen context" },
  { name: "mission.objectiveDigest", type: "text", source: "frozen context" },
  { name: "mission.tools", type: "list", source: "frozen context" },
  { name: "namespace", type: "text", source: "log" },
  { name: "approval.delegations", type: "list", source: "approval in use" },
  { name: "approval.level", type: "level", source: "approval in use" },
  { name: "approval.voters", type: "list", source: "approval in use" },
  { name: "compensation.agent", type: "text", source: "mission" },
  { name: "compensation.of", type: "text", source: "mission" },
  { name: "refused.budget", type: "text", source: "store" },
  { name: "refused.counter", type: "text", source: "store" },
  { name: "time.day", type: "text", source: "store" },
] as const satisfies readonly FactDeclaration[];

/** The value of a fact in a request, own members only; `undefined` if the request does not carry it. */
export function readFact(request: DecisionRequest, name: string): JsonValue | undefined {
  switch (name) {
    case "agent.custody":
      return request.agent.custody;
    case "agent.id":
      return request.agent.id;
    case "mission.authority":
      return request.mission.authority;
    case "mission.id":
      return request.mission.id;
    case "mission.objectiveDigest":
      return request.mission.objectiveDigest;
    case "mission.tools":
      return request.mission.tools;
    case "namespace":
      return request.namespace;
    default:
      return Object.hasOwn(request.facts, name) ? request.facts[name] : undefined;
  }
}

export function isLevel(value: unknown): value is Level {
  return (LEVELS as readonly unknown[]).includes(value);
}
