import type { AgentHost } from "./agent-host.ts";
import { LocalGuest } from "./local-guest.ts";

/**
 * Agent functions in this very process: for tests, and for programs that trust their agents with themselves. No process, no
 * message and no copy more than the function needs; nothing here ends one that never yields.
 */
export function inProcessHost(): AgentHost {
  return { open: async (opening, listener) => new LocalGuest(opening, listener) };
}
