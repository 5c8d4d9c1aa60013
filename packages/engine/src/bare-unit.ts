import type { Unit, Write } from "@aura/store";

/** A unit that is nothing but its write to the run. */
export function bare(write: Write, id: string): Unit {
  return { id, writes: [write], reads: [], payloads: [] };
}
