import { encodeEntry, leafHash } from "@aura/trust";
import type { Commitment } from "@aura/trust";
import type { LogStore, NamespaceContext } from "@aura/store";
import { expect } from "vitest";

/**
 * Reads a whole log and sees that it holds together: every position and version there, every link and leaf right, every
 * payload there, the tables equal to the fold. Answers the number of entries of each unit.
 */
export async function soundLog(store: LogStore, context: NamespaceContext): Promise<Map<string, number>> {
  const heads = new Map<string, { readonly version: number; readonly leaf: string }>();
  const units = new Map<string, number>();
  const commitments = new Set<Commitment>();
  const unsound: number[] = [];
  let next = 0;
  for await (const { seq, leaf, entry } of store.readLog(context, 0)) {
    const before = heads.get(entry.stream) ?? { version: 0, leaf: null };
    const follows = entry.version === before.version + 1 && entry.previous === before.leaf;
    if (seq !== next || !follows || leaf !== leafHash(encodeEntry(entry))) unsound.push(seq);
    heads.set(entry.stream, { version: entry.version, leaf });
    units.set(entry.unit, (units.get(entry.unit) ?? 0) + 1);
    for (const commitment of Object.values(entry.payloads)) commitments.add(commitment);
    next += 1;
  }
  expect(unsound).toEqual([]);
  expect(await store.size(context)).toBe(next);
  const payloads = await Promise.all([...commitments].map(async (commitment) => store.payload(context, commitment)));
  expect(payloads.filter((payload) => typeof payload !== "object")).toEqual([]);
  const tables = await store.tables(context);
  await store.rebuild(context);
  expect(await store.tables(context)).toEqual(tables);
  return units;
}
