import type { SignedTree } from "@aura/store";

/** Signs the log. Implemented by the runtime, which holds the log key. */
export interface Checkpoints {
  /** A signed tree that covers the entry at `seq`. Signs now if the newest one does not. */
  covering(namespace: string, seq: number): Promise<SignedTree>;
}
