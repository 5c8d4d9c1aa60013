import { ENTRY_BYTES_MAX, commit, isAuraError } from "@aura/trust";
import type { Commitment, Entry, Hash } from "@aura/trust";
import { encodedEntry } from "./encoded-entry.ts";
import type { EncodedEntry } from "./encoded-entry.ts";
import type { Change, Projection } from "./projection.ts";
import { entryTooLarge, malformedUnit } from "./store-error.ts";
import type { StoreError } from "./store-error.ts";
import type { Payload, Read, StreamName, Unit, Version, Write } from "./unit.ts";

/** Entries in one unit. */
export const UNIT_ENTRIES_MAX = 1_000;
/** Bytes of one payload's text in UTF-8. */
export const PAYLOAD_BYTES_MAX = 16 * 1024 * 1024;
/** Characters of a stream's name and of a row's or counter's key: printable ASCII, so that every store sorts them alike. */
export const KEY_LENGTH_MAX = 512;

/** An entry with all that its own content tells: bytes, leaf, what it does to the tables. */
export interface PreparedEntry {
  readonly entry: Entry;
  /** Canonical JSON. */
  readonly text: string;
  readonly leaf: Hash;
  readonly changes: readonly Change[];
}

export interface PreparedWrite {
  readonly stream: StreamName;
  readonly after: Version;
  readonly fence: number;
  /** Never empty. */
  readonly entries: readonly PreparedEntry[];
}

/** A unit whose own content is sound. What remains to be judged depends on where the streams stand. */
export interface PreparedUnit {
  readonly id: string;
  readonly writes: readonly PreparedWrite[];
  readonly reads: readonly Read[];
  readonly payloads: readonly Payload[];
  /** Commitments that its entries name and that it does not bring: they must be stored already. */
  readonly borrowed: readonly Commitment[];
}

/**
 * Checks everything about a unit that does not depend on the store, and computes bytes, leaves and changes once, outside
 * any lock. Pure; O(bytes). @throws `store/malformed_unit`, `store/entry_too_large`
 */
export function prepareUnit(namespace: string, unit: Unit, projections: readonly Projection[]): PreparedUnit {
  requireThat(UNIT_ID.test(unit.id), unit, "Its id is not a UUIDv7 in lower case.");
  requireThat(unit.writes.length > 0, unit, "A unit writes at least one entry.");
  requireThat(
    unit.writes.reduce((count, { entries }) => count + entries.length, 0) <= UNIT_ENTRIES_MAX,
    unit,
    `A unit has at most ${UNIT_ENTRIES_MAX} entries.`,
  );
  requireDistinctStreams(unit);
  const writes = unit.writes.map((write) => prepareWrite({ namespace, unit, write }, projections));
  return { id: unit.id, writes, reads: unit.reads, payloads: openPayloads(unit), borrowed: borrowedBy(unit) };
}

/** RFC 9562 section 5.7. */
const UNIT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const STREAM_NAME = /^[\x21-\x7e]+$/;
const TABLE_KEY = /^[\x20-\x7e]+$/;

function requireDistinctStreams(unit: Unit): void {
  const named = new Set<StreamName>();
  for (const { stream } of [...unit.writes, ...unit.reads]) {
    requireThat(
      STREAM_NAME.test(stream) && stream.length <= KEY_LENGTH_MAX,
      unit,
      `A stream's name is 1 to ${KEY_LENGTH_MAX} printable ASCII characters without a space.`,
    );
    requireThat(!named.has(stream), unit, `It names the stream ${stream} twice; one write or one read expects all.`);
    named.add(stream);
  }
}

function prepareWrite(
  place: { readonly namespace: string; readonly unit: Unit; readonly write: Write },
  projections: readonly Projection[],
): PreparedWrite {
  const { namespace, unit, write } = place;
  requireThat(write.entries.length > 0, unit, `Its write to ${write.stream} has no entries.`);
  const entries: PreparedEntry[] = [];
  for (const entry of write.entries) {
    requireThat(entry.format === "aura-entry-1", unit, "An entry's format is not aura-entry-1.");
    requireThat(entry.namespace === namespace, unit, "An entry belongs to another namespace.");
    requireThat(entry.stream === write.stream, unit, `An entry in the write to ${write.stream} names another stream.`);
    requireThat(entry.unit === unit.id, unit, "An entry carries another unit's id.");
    requireThat(
      entry.version === write.after + entries.length + 1,
      unit,
      `The versions in the write to ${write.stream} do not follow ${write.after}.`,
    );
    const previous = entries.at(-1);
    requireThat(
      entry.fence === (previous?.entry.fence ?? write.fence) || entry.fence === write.fence + 1,
      unit,
      `An entry of ${write.stream} carries neither its write's fence nor that plus one.`,
    );
    requireThat(
      previous === undefined || entry.previous === previous.leaf,
      unit,
      `The entries in the write to ${write.stream} do not link to each other.`,
    );
    entries.push(prepareEntry(unit, entry, projections));
  }
  return { stream: write.stream, after: write.after, fence: write.fence, entries };
}

function prepareEntry(unit: Unit, entry: Entry, projections: readonly Projection[]): PreparedEntry {
  const { text, leaf } = encode(unit, entry);
  const bytes = Buffer.byteLength(text);
  if (bytes > ENTRY_BYTES_MAX) throw entryTooLarge({ stream: entry.stream, bytes, max: ENTRY_BYTES_MAX });
  return { entry, text, leaf, changes: changesOf(entry, projections, unit) };
}

function encode(unit: Unit, entry: Entry): EncodedEntry {
  try {
    return encodedEntry(entry);
  } catch (error) {
    if (!isAuraError(error)) throw error;
    throw malformedUnit(unit.id, error.what, error);
  }
}

function changesOf(entry: Entry, projections: readonly Projection[], unit: Unit): readonly Change[] {
  const changes = projections.flatMap((projection) => projection.project(entry));
  for (const change of changes) {
    const keys = change.kind === "add" ? [change.counter] : [change.table, change.key];
    requireThat(
      keys.every((key) => TABLE_KEY.test(key) && key.length <= KEY_LENGTH_MAX),
      unit,
      `Its entry ${entry.type} projects to a key that is not 1 to ${KEY_LENGTH_MAX} printable ASCII characters.`,
    );
    requireThat(
      change.kind !== "add" || Number.isSafeInteger(change.delta),
      unit,
      `Its entry ${entry.type} projects to a counter change that is not an integer.`,
    );
  }
  return changes;
}

function openPayloads(unit: Unit): readonly Payload[] {
  if (unit.payloads.length === 0) return unit.payloads;
  const named = new Set(
    unit.writes.flatMap(({ entries }) => entries.flatMap(({ payloads }) => Object.values(payloads))),
  );
  for (const payload of unit.payloads) {
    requireThat(named.has(payload.commitment), unit, "It brings a payload that none of its entries names.");
    requireThat(payload.text.isWellFormed(), unit, "A payload's text holds a lone surrogate.");
    requireThat(
      Buffer.byteLength(payload.text) <= PAYLOAD_BYTES_MAX,
      unit,
      `A payload has at most ${PAYLOAD_BYTES_MAX} bytes.`,
    );
    requireThat(opens(payload), unit, "A payload's nonce and text do not open its commitment.");
  }
  return unit.payloads;
}

function opens(payload: Payload): boolean {
  try {
    return commit(payload.nonce, payload.text) === payload.commitment;
  } catch (error) {
    if (!isAuraError(error)) throw error;
    return false;
  }
}

function borrowedBy(unit: Unit): readonly Commitment[] {
  const brought = new Set(unit.payloads.map(({ commitment }) => commitment));
  const named = unit.writes.flatMap(({ entries }) => entries.flatMap(({ payloads }) => Object.values(payloads)));
  return named.filter((commitment) => !brought.has(commitment));
}

function requireThat(condition: boolean, unit: Unit, why: string): void {
  if (!condition) throw malformed(unit, why);
}

function malformed(unit: Unit, why: string): StoreError {
  return malformedUnit(UNIT_ID.test(unit.id) ? unit.id : "without an id", why);
}
