import { isAuraError } from "@aura/trust";
import { EngineError } from "./engine-error.ts";

/** Why an agent function is gone. */
export type LossCode =
  | "engine/agent_exited"
  | "engine/agent_protocol"
  | "engine/agent_silent"
  | "engine/agent_unavailable";

/**
 * The place where an agent function lived is gone. After `engine/agent_silent` and `engine/agent_exited` its run is
 * replayed in a fresh place; `engine/agent_protocol` ends the run; `engine/agent_unavailable` means that it never began.
 */
export class AgentLost extends EngineError {
  /** The step that gave no sign of life; `null` when it was the function itself. */
  readonly operation: number | null;
  /** Store time of the last sign of life, in milliseconds. */
  readonly lastMs: number;
  /** How long it may be silent. */
  readonly allowedMs: number;

  constructor(code: LossCode, loss: Loss & { readonly what: string; readonly fix: string }) {
    super({ code, what: loss.what, why: WHY, fix: loss.fix, cause: loss.cause });
    this.operation = loss.operation ?? null;
    this.lastMs = loss.lastMs;
    this.allowedMs = loss.allowedMs;
  }
}

interface Loss {
  readonly operation?: number;
  readonly lastMs: number;
  readonly allowedMs: number;
  readonly cause?: unknown;
}

const WHY =
  "An agent function is no part of the runtime: whatever it does, it may not hold up or end anything but itself.";

const CODES: readonly string[] = [
  "engine/agent_exited",
  "engine/agent_protocol",
  "engine/agent_silent",
  "engine/agent_unavailable",
] satisfies LossCode[];

export function isAgentLost(error: unknown): error is AgentLost {
  return isAuraError(error) && CODES.includes(error.code);
}

/** Neither its event loop nor, for a step, its code gave a sign of life in time. */
export function agentSilent(loss: Loss): AgentLost {
  const who = loss.operation === undefined ? "The agent function" : `The step of operation ${loss.operation}`;
  return new AgentLost("engine/agent_silent", {
    ...loss,
    what: `${who} gave no sign of life for ${loss.allowedMs} ms.`,
    fix: "Look for a loop that never yields; have long work beat, or allow it more time.",
  });
}

/** @param how for people: the exit code or the signal */
export function agentExited(how: string, loss: Loss): AgentLost {
  return new AgentLost("engine/agent_exited", {
    ...loss,
    what: `The process of the agent function ended: ${how}.`,
    fix: "Look at what it wrote to its standard error: an uncaught error, process.exit, or too little memory.",
  });
}

/** @param what for people: what was wrong with what it said, without quoting it */
export function agentProtocol(what: string, loss: Loss): AgentLost {
  return new AgentLost("engine/agent_protocol", {
    ...loss,
    what: `The process of the agent function broke the protocol: ${what}.`,
    fix: "Look for code that writes to file descriptors it did not open, or that is hostile.",
  });
}

/** @param why for people, in half a sentence */
export function agentUnavailable(agent: string, why: string, loss: Loss): AgentLost {
  return new AgentLost("engine/agent_unavailable", {
    ...loss,
    what: `Agent ${agent} could not be made ready: ${why}.`,
    fix: "Load its application by hand and see; then execute the run again.",
  });
}
