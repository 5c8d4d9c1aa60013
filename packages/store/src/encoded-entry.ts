import { encodeEntry, leafHash } from "@aura/trust";
import type { Entry, Hash } from "@aura/trust";

/** What the log keeps of an entry. */
export interface EncodedEntry {
  /** Canonical JSON. */
  readonly text: string;
  readonly leaf: Hash;
}

/** Encodings of entries that cannot change any more. */
const kept = new WeakMap<Entry, EncodedEntry>();
/** Nesting that is followed; an entry with more is encoded each time. */
const FREEZE_DEPTH_MAX = 32;

/**
 * Encodes and hashes an entry, once for each entry that {@link encodeForGood} has seen. O(size). @throws `trust/not_an_entry`
 */
export function encodedEntry(entry: Entry): EncodedEntry {
  return kept.get(entry) ?? encode(entry);
}

/**
 * Encodes an entry whose leaf others will build on, and freezes it with everything in it: what was hashed does not change
 * any more, so it need not be hashed again when it is appended. @throws `trust/not_an_entry`
 */
export function encodeForGood(entry: Entry): EncodedEntry {
  const known = kept.get(entry);
  if (known !== undefined) return known;
  const isFrozen = freeze(entry, FREEZE_DEPTH_MAX); // before it is read: reading a member may run somebody's code
  const encoded = encode(entry);
  if (isFrozen) kept.set(entry, encoded);
  return encoded;
}

function encode(entry: Entry): EncodedEntry {
  const text = encodeEntry(entry);
  return { text, leaf: leafHash(text) };
}

/** Freezes plain data. False if something in it may still change: it is no plain data, or is computed when it is read. */
function freeze(value: unknown, depthLeft: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depthLeft === 0 || !isPlain(value)) return false;
  try {
    Object.freeze(value);
  } catch {
    return false; // a proxy that refuses
  }
  for (const name of Object.keys(value)) {
    const member = Object.getOwnPropertyDescriptor(value, name);
    if (member === undefined || !("value" in member) || !freeze(member.value, depthLeft - 1)) return false;
  }
  return true; // a member that is hidden or named by a symbol is refused when the entry is encoded
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
