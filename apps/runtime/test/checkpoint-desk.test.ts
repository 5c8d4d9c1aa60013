import type { LogStore, SignedTree } from "@aura/store";
import { emptyRoot, signerFromSeed } from "@aura/trust";
import { expect, it } from "vitest";
import { CHECKPOINT_PERIOD_MS, KEEP_PERIOD_MS, createCheckpointDesk } from "../src/checkpoints.ts";

/** A log of so many entries, a clock, and a desk whose timer rings when it is told to. */
function aDesk(keep: (tree: SignedTree) => Promise<void>) {
  const log = { size: 1, nowMs: 1_000_000 };
  let ring: () => void = () => undefined;
  const troubles: unknown[] = [];
  const store = {
    nowMs: () => log.nowMs,
    checkpoint: async () => ({ size: log.size, root: emptyRoot(), note: "note" }),
    signedTree: async () => undefined,
  } as unknown as LogStore;
  const desk = createCheckpointDesk({
    store,
    context: { namespace: "n" },
    origin: "acme.example/aura/n",
    signer: signerFromSeed(new Uint8Array(32).fill(1)),
    timers: {
      wakeAt: (_timeMs, wake) => {
        ring = wake;
        return () => undefined;
      },
    },
    keep,
    trouble: (error) => troubles.push(error),
  });
  /** Lets time go by, and every second of it ring. */
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += CHECKPOINT_PERIOD_MS) {
      log.nowMs += CHECKPOINT_PERIOD_MS;
      ring();
      await desk.close();
    }
  };
  return { log, desk, pass, troubles };
}

it("has a tree kept once a minute while the log grows, and none where it did not grow", async () => {
  const kept: number[] = [];
  const { log, desk, pass } = aDesk(async ({ size }) => void kept.push(size));
  await desk.signNow();
  await pass(KEEP_PERIOD_MS - CHECKPOINT_PERIOD_MS);
  expect(kept).toEqual([]);
  await pass(CHECKPOINT_PERIOD_MS);
  expect(kept).toEqual([1]);
  await pass(3 * KEEP_PERIOD_MS);
  expect(kept).toEqual([1]);
  log.size = 2;
  await pass(CHECKPOINT_PERIOD_MS);
  log.size = 3;
  await pass(KEEP_PERIOD_MS - CHECKPOINT_PERIOD_MS);
  expect(kept).toEqual([1, 2]);
  await pass(CHECKPOINT_PERIOD_MS);
  expect(kept).toEqual([1, 2, 3]);
});

it("tells that a tree could not be kept, goes on signing, and tries again a second later", async () => {
  const full = new Error("disk full");
  let answers = 0;
  const { desk, pass, troubles } = aDesk(async () => {
    answers += 1;
    if (answers === 1) throw full;
  });
  await pass(KEEP_PERIOD_MS);
  expect(troubles).toEqual([full]);
  expect(await desk.signNow()).toMatchObject({ size: 1 });
  await pass(CHECKPOINT_PERIOD_MS);
  expect([answers, troubles.length]).toEqual([2, 1]);
});
