/** A request's body, in bytes: a mission definition with its constraints, or one signed statement. */
export const BODY_BYTES_MAX = 262_144;
/** How deep a body may nest. */
export const BODY_DEPTH_MAX = 64;
/** Sockets that are open at once. */
export const CONNECTIONS_MAX = 512;
/** Clients of the event stream at once; each reads the log at its own pace. */
export const STREAMS_MAX = 64;
/** A client of the event stream that does not read for so long is cut; it goes on where it was when it connects again. */
export const STREAM_STALL_MS = 15_000;
/** Between two signs of life on a quiet event stream. */
export const STREAM_HEARTBEAT_MS = 15_000;
/** From the first byte of a request to its last. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** How often requests are held against that. Node's own is 30 s, which would double it. */
export const CONNECTIONS_CHECK_MS = 1_000;
/** A connection without a request. */
export const KEEP_ALIVE_TIMEOUT_MS = 10_000;
/** How long requests under way are waited for when the server stops. */
export const DRAIN_MS = 5_000;
/** Writes that one person may make at once, and how many a second come back. */
export const WRITES_BURST_MAX = 60;
export const WRITES_PER_SECOND = 20;
/** Presentations of a wrong key or code, of everybody together. */
export const REFUSALS_BURST_MAX = 30;
export const REFUSALS_PER_SECOND = 1;
/** Items of one page of a list, and how many come when nobody says. */
export const PAGE_ITEMS_MAX = 200;
export const PAGE_ITEMS = 50;
/** Entries of one page of the log. */
export const LOG_ITEMS_MAX = 1_000;
/** The newest entries that a mission's timeline holds. */
export const TIMELINE_ITEMS_MAX = 1_000;
/** Characters of an Idempotency-Key. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255;
