import type { Agent, AgentMission } from "./agent.ts";
import type { AgentLost } from "./agent-lost.ts";
import type { Operation } from "./ask.ts";
import type { Ending } from "./ending.ts";
import type { Fact } from "./fact.ts";
import type { IdempotencyKey } from "./idempotency-key.ts";

/**
 * Where agent functions live: in this process, or in one of their own. A host numbers what its guest asks for and gives it
 * what is delivered; it decides nothing, records nothing, and what crosses it is plain data. Whoever drives it keeps the order:
 * one turn at a time, and `perform` only for a step that the guest asked for.
 */
export interface AgentHost {
  /**
   * Gets the function of one run ready without calling it. Nothing has been recorded by then, so a failure leaves no trace.
   * @throws `engine/agent_unavailable`
   */
  open(opening: Opening, listener: GuestListener): Promise<Guest>;
}

/** One run's function and what it sees of its mission. */
export interface Opening {
  readonly agent: Agent;
  readonly mission: AgentMission;
}

/** One run's function where it lives. After `close`, and once it is lost, nothing more is heard of it. */
export interface Guest {
  /** Calls the function: its first turn. @param startedMs what it sees as now before its first fact. @throws {@link AgentLost} */
  start(startedMs: number): Promise<Turned>;
  /** Gives the function one fact: a turn, until it can go no further without another one. @throws {@link AgentLost} */
  deliver(fact: Fact): Promise<Turned>;
  /** Runs the local code of a step once. Total in what the code does. @throws {@link AgentLost} */
  perform(step: StepToPerform): Promise<StepEnd>;
  /** Ends it, whatever it is doing. In this process code that runs cannot be ended: what it says is heard by nobody. */
  close(): void;
}

/** What a guest says between its turns. Never called from inside a call to the guest. */
export interface GuestListener {
  /** The function went on without being given anything. */
  misused(ending: Ending): void;
  /** A step that runs gave a sign of life. @param details canonical JSON of how far it is; `null` for none */
  beat(operation: number, details: string | null): void;
  /** The guest is gone for good. Told once; what was awaited of it rejects with the same. */
  lost(loss: AgentLost): void;
}

/** What the function did in one turn. */
export interface Turned {
  /** In the order of asking; numbered on from the turn before, from 1. */
  readonly asked: readonly Operation[];
  /** What the function came to, once it has. */
  readonly ending: Ending | undefined;
}

/** A step to run. */
export interface StepToPerform {
  readonly operation: number;
  readonly key: IdempotencyKey;
  /** Canonical JSON of the details that an earlier attempt left; `null` for none. */
  readonly details: string | null;
}

/** What a step came to. */
export interface StepEnd {
  readonly end: "succeeded" | "failed";
  readonly code: string | null;
  /** Canonical JSON of the result, or of the failure's message; `null` for a step that returned nothing. */
  readonly text: string | null;
}
