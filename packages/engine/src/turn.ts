import { macrotask } from "./macrotask.ts";
import type { Run } from "./run.ts";

/** Lets the function run: from `begin` until it can go no further without another fact. */
export async function turn(run: Run, begin: () => void): Promise<void> {
  const drained = macrotask(); // before the function runs, so that no macrotask of its own comes first
  begin();
  await drained;
  run.endTurn();
}
