import type { Timers } from "@aura/engine";
import type { Checkpoints } from "@aura/mission";
import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { signCheckpoint } from "@aura/trust";
import type { Signer } from "@aura/trust";

/** Between two checkpoints of a log that grows. */
export const CHECKPOINT_PERIOD_MS = 1_000;
/** Between two checkpoints that are kept as files while the log grows: what is older than this is under a kept one. */
export const KEEP_PERIOD_MS = 60_000;

export interface CheckpointDesk extends Checkpoints {
  /** Signs what is durable now; the tree that stands already if nothing was added. */
  signNow(): Promise<SignedTree>;
  /** Stops the periodic signing and keeping, and waits for what is under way. */
  close(): Promise<void>;
}

export interface CheckpointDeskParts {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  readonly origin: string;
  /** The log key. */
  readonly signer: Signer;
  readonly timers: Timers;
  readonly signed?: (tree: SignedTree) => void;
  /** Keeps a tree where who owns the database does not: one each {@link KEEP_PERIOD_MS} at most. */
  readonly keep?: (tree: SignedTree) => Promise<void>;
  /** Takes what went wrong in a periodic signing or keeping; the next one tries again. */
  readonly trouble?: (error: unknown) => void;
}

/**
 * Signs the log: every second if it grew, and at once where a caller needs an entry covered. Has the newest tree kept a minute
 * after it last did, if the log grew.
 */
export function createCheckpointDesk(parts: CheckpointDeskParts): CheckpointDesk {
  const { store, context, origin, signer } = parts;
  let last: Promise<unknown> = Promise.resolve();

  const signNow = (): Promise<SignedTree> => {
    const signing = last.then(async () => {
      const tree = await store.checkpoint(context, ({ size, root }) => signCheckpoint(signer, { origin, size, root }));
      parts.signed?.(tree);
      return tree;
    });
    last = signing.catch(() => undefined);
    return signing;
  };
  let kept = { atMs: store.nowMs(), size: 0 };
  const keepDue = async (tree: SignedTree): Promise<void> => {
    const atMs = store.nowMs();
    if (tree.size === kept.size || atMs < kept.atMs + KEEP_PERIOD_MS) return;
    await parts.keep?.(tree);
    kept = { atMs, size: tree.size };
  };
  let keeping: Promise<unknown> = Promise.resolve();
  let stopTimer: () => void;
  const arm = (): void => {
    stopTimer = parts.timers.wakeAt(store.nowMs() + CHECKPOINT_PERIOD_MS, () => {
      const signing = signNow();
      keeping = keeping.then(async () => keepDue(await signing)).catch((error: unknown) => parts.trouble?.(error));
      arm();
    });
  };
  arm();
  return {
    signNow,
    covering: async (_namespace, seq) => {
      const newest = await store.signedTree(context);
      return newest !== undefined && newest.size > seq ? newest : signNow();
    },
    close: async () => {
      stopTimer();
      await last;
      await keeping;
    },
  };
}
