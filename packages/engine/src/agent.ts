import type { Level } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import type { RunContext } from "./context.ts";
import { agentInvalid } from "./engine-error.ts";

/** What an agent function sees of its mission: frozen members only, so it sees the same on every replay. */
export interface AgentMission {
  readonly id: string;
  readonly agent: string;
  readonly objective: string;
  readonly authority: Level;
  readonly tools: readonly string[];
  readonly timeoutMs: number;
  /** Store time in milliseconds from which no further operation starts. */
  readonly deadlineMs: number;
}

/**
 * The agent's program: a normal async function that awaits nothing but `ctx` and is otherwise free of time, dice and I/O,
 * since it runs again from the top when its process is lost. It returns JSON; `undefined` counts as `null`.
 */
export type AgentFunction = (mission: AgentMission, ctx: RunContext) => Promise<JsonValue | void>;

/** A registered agent function. A run is pinned to name and version. */
export interface Agent {
  readonly name: string;
  readonly version: string;
  readonly body: AgentFunction;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const VERSION = /^[\x21-\x7e]{1,64}$/;

/**
 * Names and versions an agent function. Give every change that asks for other operations a new version: a run that started
 * under another one is blocked, not guessed at. @throws `engine/agent_invalid`
 */
export function agent(name: string, version: string, body: AgentFunction): Agent {
  if (!NAME.test(name)) throw agentInvalid(`"${name}" is not an agent name.`);
  if (!VERSION.test(version)) throw agentInvalid(`"${version}" is not an agent version.`);
  return { name, version, body };
}
