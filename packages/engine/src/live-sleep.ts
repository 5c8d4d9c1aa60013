import type { Operation } from "./ask.ts";
import { sleepSetDraft, wokeDraft } from "./run-entry.ts";
import { bare } from "./bare-unit.ts";
import type { RunSession } from "./run-world.ts";

/**
 * Waits until a sleep is due: its due time is recorded before the wait, its end after it. Two entries, whatever happens between.
 * @param recordedDueMs the due time that the history holds already
 */
export async function sleepUntilDue(
  { lane, actor, world, wakeAt }: RunSession,
  { number: operation, ask }: Operation,
  recordedDueMs: number | undefined,
): Promise<void> {
  const durationMs = Number(ask.detail);
  const dueMs = recordedDueMs ?? world.store.nowMs() + durationMs;
  if (recordedDueMs === undefined) {
    const answer = await lane.append([sleepSetDraft(actor, { operation, durationMs, dueMs })], bare);
    if (answer.kind !== "appended") return;
  }
  while (world.store.nowMs() < dueMs) await wakeAt(dueMs);
  await lane.append([wokeDraft(actor, { operation, durationMs })], bare);
}
