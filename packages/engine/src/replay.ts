import type { Fact } from "./fact.ts";
import type { Run } from "./run.ts";
import { turn } from "./turn.ts";

/**
 * Gives a started function the facts of its history again, one a macrotask, in the order of the stream. Starts nothing.
 * Facts from the deadline on were not delivered the first time either. Stops at the first difference. O(facts).
 */
export async function replay(run: Run, facts: readonly Fact[], deadlineMs: number): Promise<void> {
  for (const fact of facts) {
    if (run.difference !== undefined) return;
    if (fact.timeMs >= deadlineMs) run.drop(fact.operation);
    else await turn(run, () => run.deliver(fact));
  }
  run.endReplay();
}
