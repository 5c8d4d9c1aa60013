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
  let next = 0;
  for await (const { seq, leaf, entry } of store.readLog(context, 0)) {
    const before = heads.get(entry.stream);
    expect(seq).toBe(next);
    expect(leaf).toBe(leafHash(encodeEntry(entry)));
    expect([entry.version, entry.previous]).toEqual([(before?.version ?? 0) + 1, before?.leaf ?? null]);
    heads.set(entry.stream, { version: entry.version, leaf });
    units.set(entry.unit, (units.get(entry.unit) ?? 0) + 1);
    for (const commitment of Object.values(entry.payloads)) commitments.add(commitment);
    next += 1;
  }
  expect(await store.size(context)).toBe(next);
  for (const commitment of commitments) expect(await store.payload(context, commitment)).toMatchObject({ commitment });
  const tables = await store.tables(context);
  await store.rebuild(context);
  expect(await store.tables(context)).toEqual(tables);
  return units;
}
