import type { Commitment, Entry, Hash } from "@aura/trust";
import { corrupt } from "../store-error.ts";
import type { Head, Payload, StreamName, Version } from "../unit.ts";
import type { HotStatements, StoredEntry } from "./hot-statements.ts";

/** Entries that one query reads. */
export const ENTRIES_PAGE = 256;

/**
 * The next entries of a stream above `after`, up to `newest`, the version at which the stream stands: past it the file is
 * not asked. @throws `store/corrupt` when a version is missing or links elsewhere
 */
export function streamPage(
  { streamPage: page }: HotStatements,
  stream: { readonly id: number; readonly name: StreamName; readonly newest: Version },
  after: Version,
): Entry[] {
  if (after >= stream.newest) return [];
  const found = page.all(stream.id, after, ENTRIES_PAGE);
  const entries: Entry[] = [];
  for (const { version, text } of found) {
    const expected = after + entries.length + 1;
    const before = found[entries.length - 1];
    const entry = JSON.parse(text) as Entry;
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
export function headIn({ version, leaf, text }: StoredEntry): Head {
  const { fence, timeMs } = JSON.parse(text) as Entry;
  return { version, fence, hash: leaf as Hash, timeMs };
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
