import { join } from "node:path";

/** One piece of work: run again, it pays nothing twice. */
export const WORK = "without-aura";

/** Where the scene without AURA keeps what is its own. */
export function withoutFolder(state: string): string {
  return join(state, WORK);
}

export function withoutLedgerPath(state: string): string {
  return join(withoutFolder(state), "ledger.sqlite");
}

/** What the agent did, a JSON list of lines; there once the scene was played to its end. */
export function saidPath(state: string): string {
  return join(withoutFolder(state), "said.json");
}
