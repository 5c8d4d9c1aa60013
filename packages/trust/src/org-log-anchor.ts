import { orNothing } from "./aura-error.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import type { Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { hasExactMembers, isObject, isWhole } from "./json-object.ts";
import type { JsonValue } from "./json-value.ts";
import { treeRefused } from "./log-error.ts";
import { ORG_LOG_PATH_HASHES_MAX } from "./org-log-map.ts";
import { formatTlogProof, parseTlogProof, TLOG_PROOF_EXTRA_BYTES_MAX, TLOG_PROOF_HASHES_MAX } from "./tlog-proof.ts";
import { decodeUtf8, encodeUtf8, utf8Length } from "./utf8.ts";

export const ANCHOR_FORMAT = "aura-anchor-1";
/** UTF-8 bytes of a namespace's note in an org log: its checkpoint and the lines of its own key. */
export const ORG_LOG_NOTE_BYTES_MAX = 4_096;

/** That the tree of `from` leaves is the start of the one in the anchored checkpoint (RFC 6962 section 2.1.2). */
export interface Growth {
  readonly from: number;
  readonly proof: readonly Hash[];
}

/** From the checkpoint of a namespace to an entry of the org log. */
export interface Anchor {
  readonly format: typeof ANCHOR_FORMAT;
  /** Canonical JSON of the entry of the org log that wrote the tick. */
  readonly entry: string;
  /** The checkpoint of the namespace, with the signature of its own key. */
  readonly note: string;
  /** Opens the commitment that stands in the tick. */
  readonly nonce: string;
  /** Siblings in the tick's map, bottom first. */
  readonly path: readonly Hash[];
  /** For a log, a receipt or a proof over fewer entries than the checkpoint. */
  readonly grown: Growth | null;
}

export type ParsedAnchor =
  | { readonly kind: "anchor"; readonly anchor: Anchor }
  | { readonly kind: "unknown_format"; readonly format: string }
  | { readonly kind: "malformed" };

const MEMBERS = ["entry", "format", "grown", "nonce", "note", "path"];

/** The `extra` of an anchored checkpoint. @internal */
export function encodeAnchor({ entry, note, nonce, path, grown }: Omit<Anchor, "format">): Uint8Array {
  const written = { format: ANCHOR_FORMAT, entry: parseCanonicalJson(entry), note, nonce, path, grown };
  return encodeUtf8(canonicalJson(written as unknown as JsonValue));
}

/** Reads an `extra` in its one spelling, nothing verified. Never throws. @internal */
export function parseAnchor(extra: Uint8Array): ParsedAnchor {
  const value = orNothing(() => parseCanonicalJson(extra, { bytesMax: TLOG_PROOF_EXTRA_BYTES_MAX }));
  if (!isObject(value) || typeof value["format"] !== "string") return { kind: "malformed" };
  const { format, entry, note, nonce, path, grown } = value;
  if (format !== ANCHOR_FORMAT) return { kind: "unknown_format", format };
  if (!hasExactMembers(value, MEMBERS) || !isObject(entry) || typeof note !== "string") return { kind: "malformed" };
  if (utf8Length(note) > ORG_LOG_NOTE_BYTES_MAX || !isHash(nonce)) return { kind: "malformed" }; // 32 bytes, as a hash is
  const growth = readGrowth(grown);
  if (!isHashes(path, ORG_LOG_PATH_HASHES_MAX) || growth === undefined) return { kind: "malformed" };
  return { kind: "anchor", anchor: { format, entry: canonicalJson(entry), note, nonce, path, grown: growth } };
}

/**
 * The anchored checkpoint with the proof that a smaller tree of the namespace grew into it: then it covers what was verified
 * against that one, too. Nothing is verified here. @throws `trust/tree_refused` (no anchored checkpoint, or no such growth)
 */
export function withGrowth(anchored: string, { from, proof }: Growth): string {
  const parsed = parseTlogProof(anchored);
  const read = parseAnchor(parsed?.extra ?? new Uint8Array());
  if (parsed === undefined || read.kind !== "anchor") throw treeRefused("has no such anchored checkpoint");
  const extra = encodeAnchor({ ...read.anchor, grown: { from, proof } });
  if (parseAnchor(extra).kind !== "anchor") throw treeRefused(`of ${from} leaves has no such growth`);
  return formatTlogProof({ ...parsed, extra });
}

/** True if a text looks like an anchored checkpoint, for whoever sorts files. */
export function isAnchored(text: string): boolean {
  const extra = decodeUtf8(parseTlogProof(text)?.extra ?? new Uint8Array()) ?? "";
  return /"format":"aura-anchor-/.test(extra) && parseAnchor(encodeUtf8(extra)).kind !== "malformed";
}

function readGrowth(value: JsonValue | undefined): Growth | null | undefined {
  if (value === null) return null;
  if (!isObject(value) || !hasExactMembers(value, ["from", "proof"])) return undefined;
  const { from, proof } = value;
  return isWhole(from) && from > 0 && isHashes(proof, TLOG_PROOF_HASHES_MAX) ? { from, proof } : undefined;
}

function isHashes(value: JsonValue | undefined, max: number): value is readonly Hash[] & JsonValue {
  return Array.isArray(value) && value.length <= max && (value as readonly JsonValue[]).every(isHash);
}
