import type { Commitment, Entry } from "@aura/trust";
import { encodeForGood } from "./encoded-entry.ts";
import type { EntryDraft, Head, StreamName } from "./unit.ts";

/**
 * Turns drafts into entries that follow `head`: versions, links, fences, and times that never go back. An entry that
 * another links to is frozen, with what its draft brought. Costs one hash for each entry but the last.
 * @throws `trust/not_an_entry` for data that is not JSON
 */
export function chainEntries(chain: {
  readonly namespace: string;
  readonly stream: StreamName;
  readonly head: Head;
  readonly unit: string;
  /** Store time ({@link LogStore.nowMs}); an entry carries the later of it and the time before it. */
  readonly timeMs: number;
  readonly drafts: readonly EntryDraft[];
}): Entry[] {
  const entries: Entry[] = [];
  let { head } = chain;
  for (const draft of chain.drafts) {
    const previous = entries.at(-1);
    if (previous !== undefined) head = headOf(previous);
    entries.push({
      format: "aura-entry-1",
      namespace: chain.namespace,
      stream: chain.stream,
      version: head.version + 1,
      fence: draft.takeOver ? head.fence + 1 : head.fence,
      unit: chain.unit,
      type: draft.type,
      timeMs: Math.max(chain.timeMs, head.timeMs),
      actor: draft.actor,
      data: draft.data,
      payloads: draft.payloads ?? NO_PAYLOADS,
      previous: head.hash,
    });
  }
  return entries;
}

const NO_PAYLOADS: { readonly [name: string]: Commitment } = {};

/**
 * Where a stream stands once `entries` follow `head`. What a pipelined unit is built on. Costs one hash, which an append
 * of the same entries spares: the newest one is frozen, with the data and payloads that its draft brought.
 */
export function headAfter(head: Head, entries: readonly Entry[]): Head {
  const last = entries.at(-1);
  return last === undefined ? head : headOf(last);
}

function headOf(entry: Entry): Head {
  return { version: entry.version, fence: entry.fence, hash: encodeForGood(entry).leaf, timeMs: entry.timeMs };
}
