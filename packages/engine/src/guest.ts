// The door for the place where agent functions live: what they are made of, without what executes them. It loads neither a
// store nor a mission, so a process for one agent starts in a fraction of the time and memory.
export { type Agent, agent, type AgentFunction, type AgentMission } from "./agent.ts";
export type { Guest, GuestListener, Opening, StepEnd, StepToPerform, Turned } from "./agent-host.ts";
export type { RunContext } from "./context.ts";
export { LocalGuest } from "./local-guest.ts";
