import type { Actor, Commitment, Custody, Entry, Hash } from "./entry.ts";
import { isCommitment, isHash } from "./entry-codec.ts";
import { hasExactMembers, isObject, isWhole } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";

export const RECEIPT_FORMAT = "aura-receipt-1";
/** UTF-8 bytes of a receipt's canonical JSON: entries, proofs and the payloads it opens. */
export const RECEIPT_BYTES_MAX = 67_108_864;

/** A payload that is shown: whoever holds nonce and text can recompute the commitment in the entry. */
export interface OpenedPayload {
  readonly nonce: string;
  readonly text: string;
}

/** An entry with its place in the log and the RFC 6962 inclusion proof for the size of the receipt's checkpoint. */
export interface ProvenEntry {
  readonly seq: number;
  readonly entry: Entry;
  readonly proof: readonly Hash[];
}

/** Where a stream ended. */
export interface ReceiptHead {
  readonly stream: string;
  readonly version: number;
  readonly hash: Hash;
}

/** Everything that one mission wrote, with the proof that a signed log holds it: one canonical JSON object, verified offline. */
export interface Receipt {
  readonly format: "aura-receipt-1";
  readonly namespace: string;
  readonly mission: string;
  readonly origin: string;
  /** C2SP signed note. */
  readonly checkpoint: string;
  /** Entry 0 of the log. */
  readonly founding: { readonly entry: Entry; readonly proof: readonly Hash[] };
  /** All of `mission/<id>` and below, by ascending `seq`; the entry that carries the outcome is the last. */
  readonly entries: readonly ProvenEntry[];
  /** Where each stream of the mission ended, that entry included; sorted by code unit. */
  readonly heads: readonly ReceiptHead[];
  readonly opened: { readonly [commitment: Commitment]: OpenedPayload };
  /**
   * Of `control`, by ascending `seq`: the enrolments (and what the writer knows of revocations) of the keys that signed the votes
   * which `entries` used, and of those that confirmed these, and so on. Absent where the founding names them all.
   */
  readonly approvers?: readonly ProvenEntry[];
  /** Who held the keys of the actors in `entries`: distinct, sorted. */
  readonly custody: readonly Custody[];
  /** Names only; nobody believes them before cosignatures are verified. */
  readonly witnesses: readonly string[];
  /** Of the constitution in the founding statement. */
  readonly quorum: number;
}

/** How a mission came out, signed by the namespace's outcome key. */
export interface ReceiptOutcome {
  readonly format: "aura-outcome-1";
  readonly namespace: string;
  readonly mission: string;
  /** `SUCCEEDED`, `FAILED`, `DENIED`, `CANCELLED`, `EXPIRED` or `STOPPED`. */
  readonly kind: string;
  readonly cause: string | null;
  readonly actor: Actor;
  readonly boundary: Hash | null;
  readonly result: Commitment | null;
  /** RFC 6962 root over the heads of the mission's streams as they stood before the entry that carries this outcome. */
  readonly heads: Hash;
  readonly streams: number;
  readonly checkpoint: { readonly size: number; readonly root: Hash } | null;
  readonly timeMs: number;
}

const MEMBERS =
  "format namespace mission origin checkpoint founding entries heads opened custody witnesses quorum".split(" ");
const OUTCOME_MEMBERS =
  "format namespace mission kind cause actor boundary result heads streams checkpoint timeMs".split(" ");
const OUTCOME_KINDS: readonly unknown[] = ["SUCCEEDED", "FAILED", "DENIED", "CANCELLED", "EXPIRED", "STOPPED"];
const MISSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The shape only: what the entries and notes in it say is verified elsewhere. `undefined` if it has another shape. @internal */
export function readReceipt(value: JsonObject): Receipt | undefined {
  const { format, namespace, mission, origin, checkpoint, founding, entries, heads, opened, custody } = value;
  const { witnesses, quorum, approvers } = value;
  const sound =
    hasExactMembers(value, approvers === undefined ? MEMBERS : [...MEMBERS, "approvers"]) &&
    (approvers === undefined || isListOf(approvers, isProvenEntry)) &&
    format === RECEIPT_FORMAT &&
    [namespace, origin, checkpoint].every((text) => typeof text === "string") &&
    typeof mission === "string" &&
    MISSION_ID.test(mission) &&
    isObject(founding) &&
    hasExactMembers(founding, ["entry", "proof"]) &&
    isObject(founding["entry"]) &&
    isProof(founding["proof"]) &&
    isListOf(entries, isProvenEntry) &&
    isListOf(heads, isHead) &&
    isObject(opened) &&
    Object.entries(opened).every(([commitment, payload]) => isCommitment(commitment) && isPayload(payload)) &&
    isListOf(custody, isText) &&
    isListOf(witnesses, isText) &&
    isWhole(quorum);
  return sound ? (value as unknown as Receipt) : undefined;
}

/** `undefined` if it is not an outcome of this format. @internal */
export function readOutcome(value: JsonObject): ReceiptOutcome | undefined {
  const { format, namespace, mission, kind, cause, actor, boundary, result, heads, streams, checkpoint, timeMs } =
    value;
  const sound =
    hasExactMembers(value, OUTCOME_MEMBERS) &&
    format === "aura-outcome-1" &&
    [namespace, mission].every((text) => typeof text === "string") &&
    OUTCOME_KINDS.includes(kind) &&
    (cause === null || typeof cause === "string") &&
    isObject(actor) &&
    hasExactMembers(actor, ["id", "custody"]) &&
    Object.values(actor).every((text) => typeof text === "string") &&
    (boundary === null || isHash(boundary)) &&
    (result === null || isCommitment(result)) &&
    isHash(heads) &&
    [streams, timeMs].every(isWhole) &&
    (checkpoint === null ||
      (isObject(checkpoint) &&
        hasExactMembers(checkpoint, ["size", "root"]) &&
        isWhole(checkpoint["size"]) &&
        isHash(checkpoint["root"])));
  return sound ? (value as unknown as ReceiptOutcome) : undefined;
}

function isProvenEntry(value: JsonValue): boolean {
  return (
    isObject(value) &&
    hasExactMembers(value, ["seq", "entry", "proof"]) &&
    isWhole(value["seq"]) &&
    isObject(value["entry"]) &&
    isProof(value["proof"])
  );
}

function isHead(value: JsonValue): boolean {
  return (
    isObject(value) &&
    hasExactMembers(value, ["stream", "version", "hash"]) &&
    isText(value["stream"] ?? null) &&
    isWhole(value["version"]) &&
    isHash(value["hash"])
  );
}

function isPayload(value: JsonValue): boolean {
  return isObject(value) && hasExactMembers(value, ["nonce", "text"]) && Object.values(value).every(isText);
}

function isProof(value: JsonValue | undefined): boolean {
  return isListOf(value, isHash);
}

function isListOf(value: JsonValue | undefined, isItem: (item: JsonValue) => boolean): boolean {
  return Array.isArray(value) && (value as readonly JsonValue[]).every((item) => isItem(item));
}

function isText(value: JsonValue): boolean {
  return typeof value === "string";
}
