import type { Actor, Commitment, Entry, Hash, JsonObject } from "@aura/trust";

export type StreamName = string;
/** Number of entries in a stream; 0 is the empty stream. */
export type Version = number;

/** Where a stream stands. */
export interface Head {
  readonly version: Version;
  readonly fence: number;
  /** Leaf hash of the newest entry; `null` for the empty stream. */
  readonly hash: Hash | null;
  readonly timeMs: number;
}

export const EMPTY_HEAD: Head = { version: 0, fence: 0, hash: null, timeMs: 0 };

/** A text kept outside the log, opened by its nonce. */
export interface Payload {
  readonly commitment: Commitment;
  /** 32 bytes, base64url. */
  readonly nonce: string;
  readonly text: string;
}

/** Adds entries to one stream, if the stream still stands at `after` under `fence`. */
export interface Write {
  readonly stream: StreamName;
  readonly after: Version;
  /** The fence the writer believes in. The entries carry it, or it plus one: a take-over. */
  readonly fence: number;
  readonly entries: readonly Entry[];
}

/** Expects that a stream has not moved, without adding to it: decide outside, verify inside. */
export type Read =
  | { readonly stream: StreamName; readonly version: Version }
  | { readonly stream: StreamName; readonly fence: number };

/** The only way to write: whole or not at all. */
export interface Unit {
  /** UUIDv7, minted by the caller. Every entry of the unit carries it. */
  readonly id: string;
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  readonly payloads: readonly Payload[];
}

/**
 * How one unit was judged, in this order of precedence: `fenced` (drop the run), `stale` (a written stream moved:
 * fold it again), `moved` (a read stream moved: decide again), `refused` (a ceiling, or the time of an entry).
 *
 * A unit whose first entry links to another entry than the head is `stale` too: it was built on a unit that was not
 * appended. Codes of `refused`: `store/time_off` (an entry's time lies over 2 s from store time and does not repeat the one
 * before it, or goes back), `store/payload_missing` (an entry names a commitment that neither its unit brings nor the
 * store holds), and the code of the change whose ceiling broke, `store/ceiling` if it has none.
 */
export type Answer =
  | { readonly kind: "appended"; readonly positions: readonly number[] }
  | { readonly kind: "stale"; readonly stream: StreamName; readonly head: Head }
  | { readonly kind: "moved"; readonly stream: StreamName; readonly head: Head }
  | { readonly kind: "fenced"; readonly stream: StreamName; readonly head: Head }
  | { readonly kind: "refused"; readonly code: string; readonly counter?: string };

/** What a caller says about an entry; {@link chainEntries} adds the rest. */
export interface EntryDraft {
  readonly type: string;
  readonly actor: Actor;
  readonly data: JsonObject;
  readonly payloads?: { readonly [name: string]: Commitment };
  /** Raises the fence by one: the lease changes hands with this entry. */
  readonly takeOver?: true;
}
