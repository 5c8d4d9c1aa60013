import { leafHash } from "@aura/trust";
import type { Commitment, Entry, Hash, JsonObject } from "@aura/trust";
import { corrupt, logCut } from "../store-error.ts";
import type { Head, Payload, StreamName, Version } from "../unit.ts";
import type { HotStatements, StoredEntry } from "./hot-statements.ts";

/** Entries that one query reads. */
export const ENTRIES_PAGE = 256;

/**
 * The next entries of a stream above `after`, up to `newest`, the version at which the stream stands: past it the file is
 * not asked. Costs a hash for each entry. @throws `store/corrupt` when a version is missing, links elsewhere or was edited
 */
export function streamPage(
  { streamPage: page }: HotStatements,
  stream: { readonly id: number; readonly name: StreamName; readonly newest: Version },
  after: Version,
): Entry[] {
  if (after >= stream.newest) return [];
  const found = page.all(stream.id, after, ENTRIES_PAGE);
  const entries: Entry[] = [];
  for (const stored of found) {
    const { version } = stored;
    const expected = after + entries.length + 1;
    const before = found[entries.length - 1];
    const entry = storedEntry(stored);
    if (version !== expected || entry.version !== version || (before && entry.previous !== before.leaf)) {
      throw brokenAt(stream.name, expected);
    }
    entries.push(entry);
  }
  if (entries.length === 0) throw brokenAt(stream.name, after + 1);
  return entries;
}

function brokenAt(stream: StreamName, version: Version): Error {
  return corrupt(`${stream} does not hold together at version ${version}.`);
}

/** Streams whose name starts with `prefix`, sorted, with their heads. */
export function streamsUnder(
  { streamsBetween }: HotStatements,
  namespace: number,
  prefix: StreamName,
): { readonly stream: StreamName; readonly head: Head }[] {
  const before = `${prefix}\u007F`; // above every character of a name
  return streamsBetween
    .all(namespace, prefix, before)
    .map(({ name, ...newest }) => ({ stream: name, head: headIn(newest) }));
}

/** Where a stream stands whose newest entry this is. */
export function headIn(stored: StoredEntry): Head {
  const { fence, timeMs } = storedEntry(stored);
  return { version: stored.version, fence, hash: stored.leaf as Hash, timeMs };
}

/**
 * An entry as it was appended: its text is hashed and held against its leaf, about 2 us for each entry, what parsing
 * it costs. A text and a leaf edited together are seen by the entry that links here and by the signed tree.
 * @throws `store/corrupt` naming its position in the log
 */
export function storedEntry({ seq, leaf, text }: Pick<StoredEntry, "seq" | "leaf" | "text">): Entry {
  if (leafHash(text) !== leaf) throw corrupt(`In the log, entry ${seq} is not what was appended.`);
  return JSON.parse(text) as Entry;
}

/** The members of a row of the tables. @throws `store/corrupt` */
export function storedMembers(json: string): JsonObject {
  try {
    return JSON.parse(json) as JsonObject;
  } catch (error) {
    throw corrupt("A row of the tables is not JSON.", error);
  }
}

/** @throws `store/corrupt` when the entries that were found at `from` are not the next ones of the log */
export function requireNoGap(found: readonly { readonly seq: number }[], from: number): void {
  const gap = found.findIndex(({ seq }, index) => seq !== from + index);
  if (gap !== -1) throw corrupt(`The log has no entry ${from + gap}.`);
}

export function payloadOf(
  { findPayload }: HotStatements,
  namespace: number,
  commitment: Commitment,
): Payload | "erased" | undefined {
  const found = findPayload.get(namespace, commitment);
  if (found === undefined) return undefined;
  return found.nonce === null || found.text === null ? "erased" : { commitment, nonce: found.nonce, text: found.text };
}

/** @throws `store/log_cut` when a log has fewer entries than its newest signed tree */
export function requireWholeLogs({ cutLogs }: HotStatements): void {
  const [cut] = cutLogs.all();
  if (cut !== undefined) throw logCut(`The log of ${cut.name}`, cut);
}
