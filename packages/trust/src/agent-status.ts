import type { Entry } from "./entry.ts";
import { isWhole } from "./json-object.ts";

/** How an agent stands by what was recorded about it. Time is not in it: {@link agentStanding} adds that. */
export interface AgentStatus {
  /** `unregistered`: nothing was recorded, so nobody answers for it. */
  readonly state: "unregistered" | "active" | "suspended" | "revoked";
  /** From this millisecond on its registration has ended; `null`: it has no end. */
  readonly expiresMs: number | null;
  /** How often it was revoked: the agent's epoch. */
  readonly epoch: number;
}

/** {@link AgentStatus} at a moment. Only `active` may call. */
export type AgentStanding = AgentStatus["state"] | "expired";

/** What the fold reads: `type` and `data` of the entries about one agent, in the order in which they were recorded. */
export type AgentFact = Pick<Entry, "type" | "data">;

/**
 * Folds the entries about one agent. Pure; other entries than these change nothing:
 *
 * | type | does |
 * | --- | --- |
 * | `agent.registered` | makes it known, or known again after it was revoked; `expiresMs` in `data` is its end. Lifts no suspension |
 * | `agent.suspended` | until it is reactivated |
 * | `agent.reactivated` | lifts a suspension and nothing else |
 * | `agent.revoked`, `epoch.raised` | ends it, and raises its epoch: what was issued before never works again |
 *
 * An end that is no time counts as past.
 */
export function agentStatus(entries: Iterable<AgentFact>): AgentStatus {
  const facts: Facts = { registered: false, suspended: false, revoked: false, expiresMs: null, epoch: 0 };
  for (const entry of entries) EFFECTS.get(entry.type)?.(facts, entry.data);
  const { expiresMs, epoch } = facts;
  return { state: stateOf(facts), expiresMs, epoch };
}

/** Where an agent stands at `nowMs`. What cannot be lifted is said first: revoked, then expired, then suspended. */
export function agentStanding({ state, expiresMs }: AgentStatus, nowMs: number): AgentStanding {
  const lives = state === "active" || state === "suspended";
  return lives && expiresMs !== null && !(nowMs < expiresMs) ? "expired" : state;
}

interface Facts {
  registered: boolean;
  suspended: boolean;
  revoked: boolean;
  expiresMs: number | null;
  epoch: number;
}

const EFFECTS: ReadonlyMap<string, (facts: Facts, data: Entry["data"]) => void> = new Map([
  ["agent.registered", register],
  ["agent.suspended", (facts: Facts) => void (facts.suspended = true)],
  ["agent.reactivated", (facts: Facts) => void (facts.suspended = false)],
  ["agent.revoked", revoke],
  ["epoch.raised", revoke],
]);

function register(facts: Facts, { expiresMs = null }: Entry["data"]): void {
  facts.registered = true;
  facts.revoked = false;
  facts.expiresMs = expiresMs === null ? null : isWhole(expiresMs) ? expiresMs : 0;
}

function revoke(facts: Facts): void {
  facts.revoked = true;
  facts.epoch += 1;
}

function stateOf({ registered, suspended, revoked }: Facts): AgentStatus["state"] {
  if (revoked) return "revoked";
  if (!registered) return "unregistered";
  return suspended ? "suspended" : "active";
}
