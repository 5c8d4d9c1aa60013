import { isAuraError, orNothing } from "./aura-error.ts";
import { canonicalJson, parseCanonicalJson } from "./canonical-json.ts";
import type { Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { sha256 } from "./hash.ts";
import { toHex } from "./hex.ts";
import { hasExactMembers, isObject, isWhole } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { commit } from "./commitment.ts";
import { orgLogDamaged } from "./org-log-error.ts";
import { slotOf } from "./org-log-map.ts";
import type { MapLeaf } from "./org-log-map.ts";
import { encodeUtf8 } from "./utf8.ts";
import { formatVerifierKey, parseVerifierKey } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";

const NAMESPACE_FORMAT = "aura-org-namespace-1";
const TICK_FORMAT = "aura-org-tick-1";
/** Bytes of the file that opens a tick. */
export const TICK_FILE_BYTES_MAX = 67_108_864;

/** What an org log holds of one namespace: of an origin, whichever key signs for it. */
export interface NamespaceRecord {
  readonly key: VerifierKey;
  readonly state: "active" | "retired";
  /** The tree that was taken last, also under a key that was retired since. */
  readonly seen: { readonly size: number; readonly root: Hash } | null;
  /** The checkpoint over it; `null` until the key of today has signed one. */
  readonly note: string | null;
}

/** What stands in a tick for one namespace. */
export interface TickOpening {
  readonly key: VerifierKey;
  readonly note: string;
  readonly nonce: string;
}

/** Everything that opens the commitments of the tick in entry `seq`. */
export interface OpenedTick {
  readonly seq: number;
  readonly openings: readonly TickOpening[];
}

export function leafOfOpening({ key, note, nonce }: TickOpening): MapLeaf {
  return { slot: slotOf(key), value: commit(nonce, note) };
}

export function namespaceFile(origin: string): string {
  return `namespace-${toHex(sha256(encodeUtf8(origin)))}`;
}

/** Two files take turns, so that the tick before can be opened until the next one stands. */
export function tickFile(seq: number): string {
  return `tick-${seq % 2}`;
}

export function encodeNamespace({ key, state, seen, note }: NamespaceRecord): string {
  return canonicalJson({ format: NAMESPACE_FORMAT, key: textOf(key), note, seen: seen && { ...seen }, state });
}

export function encodeTick({ seq, openings }: OpenedTick): string {
  const written = openings.map(({ key, note, nonce }) => ({ key: textOf(key), nonce, note }));
  return canonicalJson({ format: TICK_FORMAT, openings: written, seq });
}

/** @throws `trust/org_log_damaged` */
export function parseNamespace(where: string, text: string): NamespaceRecord {
  const value = read(where, text, NAMESPACE_FORMAT);
  const { key, note, seen, state } = value;
  const sound =
    hasExactMembers(value, ["format", "key", "note", "seen", "state"]) &&
    (state === "active" || state === "retired") &&
    (note === null || typeof note === "string") &&
    (seen === null ||
      (isObject(seen) && hasExactMembers(seen, ["root", "size"]) && isWhole(seen["size"]) && isHash(seen["root"])));
  if (!sound) throw orgLogDamaged(where, "holds a namespace that is none");
  return { key: readKey(where, key), state, seen: seen as NamespaceRecord["seen"], note };
}

/** @throws `trust/org_log_damaged` */
export function parseTick(where: string, text: string): OpenedTick {
  const value = read(where, text, TICK_FORMAT);
  const { openings, seq } = value;
  if (!hasExactMembers(value, ["format", "openings", "seq"]) || !isWhole(seq) || !Array.isArray(openings)) {
    throw orgLogDamaged(where, "holds a tick that is none");
  }
  return { seq, openings: (openings as readonly JsonValue[]).map((opening) => readOpening(where, opening)) };
}

function readOpening(where: string, value: JsonValue): TickOpening {
  const { key, nonce, note } = isObject(value) ? value : {};
  if (!isHash(nonce) || typeof note !== "string") throw orgLogDamaged(where, "holds a tick that is none");
  return { key: readKey(where, key), nonce, note };
}

function read(where: string, text: string, wanted: string): JsonObject {
  const value = orNothing(() => parseCanonicalJson(text, { bytesMax: TICK_FILE_BYTES_MAX }));
  if (!isObject(value) || typeof value["format"] !== "string")
    throw orgLogDamaged(where, "holds what it did not write");
  if (value["format"] !== wanted) throw orgLogDamaged(where, "was written by a newer AURA");
  return value;
}

function readKey(where: string, text: JsonValue | undefined): VerifierKey {
  try {
    return parseVerifierKey(typeof text === "string" ? text : "");
  } catch (error) {
    if (isAuraError(error)) throw orgLogDamaged(where, "holds a verifier key that is none", error);
    throw error;
  }
}

function textOf({ name, key }: VerifierKey): string {
  return formatVerifierKey(name, key);
}
