import type { Answer, EntryDraft, StreamName, Unit, Write } from "@aura/store";

/**
 * Writes of one run's stream, in order, by the lease holder. Units are built at once on the head that the units before
 * them will leave, so a hundred waiting results travel in one commit. The first answer that is not `appended` closes the
 * lane for good: the run is no longer ours. Only a unit that came too late for its time is built again, and what stands on
 * it with it, in the same order: nothing that a function was given stands on a unit that was not appended.
 */
export interface RunLane {
  readonly stream: StreamName;
  readonly fence: number;
  /** Has `build` make a unit around a write of `drafts` to the run's stream, and appends it. `build` may be asked again. */
  append(drafts: readonly EntryDraft[], build: (write: Write, unitId: string, timeMs: number) => Unit): Promise<Answer>;
  /** False once the lane is closed. */
  held(): boolean;
}
