import { isTimeOff } from "@aura/mission";
import { chainEntries } from "@aura/store";
import type { EntryDraft, LogStore, NamespaceContext, Payload, StreamName } from "@aura/store";
import { uuidv7 } from "@aura/trust";
import type { Actor, Random } from "@aura/trust";

/** The runtime itself, where no agent and no person acts. */
export const RUNTIME: Actor = { id: "runtime", custody: "runtime" };

/** Where and with what the runtime writes facts of its own. */
export interface Recorder {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  readonly random: Random;
}

/**
 * Adds one entry at the head of a stream. For facts that are true whatever stands there already: a writer that comes
 * between is followed, and a machine that stood still for seconds is forgiven. Durable when it resolves.
 */
export async function record(
  { store, context, random }: Recorder,
  stream: StreamName,
  draft: EntryDraft,
  payloads: readonly Payload[] = [],
): Promise<void> {
  for (;;) {
    const head = await store.head(context, stream);
    const timeMs = Math.max(store.nowMs(), head.timeMs);
    const id = uuidv7(timeMs, random);
    const entries = chainEntries({ namespace: context.namespace, stream, head, unit: id, timeMs, drafts: [draft] });
    const write = { stream, after: head.version, fence: head.fence, entries };
    const [answer] = await store.append(context, [{ id, writes: [write], reads: [], payloads }]);
    if (answer?.kind === "appended") return;
    if (answer?.kind !== "stale" && !(answer && isTimeOff(answer)))
      throw new Error(`The entry ${draft.type} was answered ${JSON.stringify(answer)}.`);
  }
}
