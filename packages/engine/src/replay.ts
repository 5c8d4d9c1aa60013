import type { Fact } from "./fact.ts";
import type { GuestRun } from "./guest-run.ts";

/**
 * Gives a started function the facts of its history again, one a macrotask, in the order of the stream. Starts nothing.
 * Facts from the deadline on were not delivered the first time either. Stops at the first difference, and when
 * the function is lost. O(facts).
 */
export async function replay(run: GuestRun, facts: readonly Fact[], deadlineMs: number): Promise<void> {
  for (const fact of facts) {
    if (run.difference !== undefined || run.loss !== undefined) return;
    if (fact.timeMs >= deadlineMs) run.drop(fact.operation);
    else await run.deliver(fact);
  }
  if (run.loss === undefined) run.endReplay();
}
