import { decodeBase64, encodeBase64 } from "./base64.ts";
import { decodeBase64url } from "./base64url.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Hash } from "./entry.ts";
import { encodeDigest, verifyConsistency } from "./merkle.ts";
import { NOTE_BYTES_MAX, openNote, splitNote } from "./signed-note.ts";
import { linesOf } from "./signature-line.ts";
import { hasHonestRoot, readTreeHead, TREE_SIZE } from "./tree-head.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** Hashes of a consistency proof in a request (C2SP tlog-witness). */
export const WITNESS_PROOF_HASHES_MAX = 63;
/** Bytes of a request: a note, 63 lines of a hash, and the line with the old size. */
export const WITNESS_REQUEST_BYTES_MAX = NOTE_BYTES_MAX + 4_096;

const HASH_BYTES = 32;

/** What a log sends to a witness: it grew from `oldSize` to the tree of the checkpoint in `note`. */
export interface AddCheckpoint {
  readonly oldSize: number;
  /** RFC 6962 section 2.1.2, from `oldSize`; empty from 0. */
  readonly proof: readonly Hash[];
  readonly note: string;
  /** Of the checkpoint in `note`, nothing verified. */
  readonly head: Checkpoint;
}

/** What a witness holds of the log whose checkpoint is submitted. */
export interface WitnessView {
  /** Keys that the operator trusts for this origin; none for an origin that the witness does not know. */
  readonly keys: readonly VerifierKey[];
  /** The tree that it cosigned last; `undefined` if it never cosigned this log. */
  readonly seen: Pick<Checkpoint, "size" | "root"> | undefined;
}

/**
 * The answer of C2SP tlog-witness by its status. 200: keep `head` as the tree seen last, durably, then give away a
 * cosignature over `note`, which holds the log's verified signatures and no other line. 409: the size that was seen last.
 */
export type WitnessDecision =
  | { readonly status: 200; readonly head: Checkpoint; readonly note: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422; readonly problem: string };

/**
 * Whether a witness cosigns: only a tree that the log signed and that starts with the tree seen last. In the order of C2SP
 * tlog-witness. Pure: who calls it lets nothing happen between reading `seen` and keeping the new one. Never throws.
 */
export function witnessStep({ keys, seen }: WitnessView, request: AddCheckpoint): WitnessDecision {
  const { oldSize, proof, head, note } = request;
  if (keys.length === 0) return refused(404, "This witness does not know the log.");
  const signed = signedByLog(note, keys);
  if (signed === undefined) return refused(403, "The checkpoint has no valid signature of a key of this log.");
  if (oldSize > head.size) return refused(400, "The old size is above the size of the checkpoint.");
  if (oldSize !== (seen?.size ?? 0)) return { status: 409, size: seen?.size ?? 0 };
  if (!hasHonestRoot(head)) return refused(422, "A tree without leaves has another root.");
  if (!grewFrom(seen, head, proof)) return refused(422, "The checkpoint is not shown to grow from the one seen last.");
  return { status: 200, head, note: signed };
}

/** Reads the body of an `add-checkpoint` request; `undefined` if it is none. Never throws. */
export function parseAddCheckpoint(body: string): AddCheckpoint | undefined {
  const end = body.indexOf("\n\n");
  if (end < 0 || body.length > WITNESS_REQUEST_BYTES_MAX) return undefined;
  const [first = "", ...lines] = body.slice(0, end).split("\n");
  const note = body.slice(end + 2);
  const size = first.startsWith("old ") ? first.slice(4) : "";
  const proof = lines.length > WITNESS_PROOF_HASHES_MAX ? undefined : readHashes(lines);
  const text = splitNote(note)?.text;
  const head = text === undefined ? undefined : readTreeHead(text);
  if (!TREE_SIZE.test(size) || proof === undefined || head === undefined) return undefined;
  const oldSize = Number(size);
  return Number.isSafeInteger(oldSize) ? { oldSize, proof, note, head } : undefined;
}

/** The body of an `add-checkpoint` request. */
export function formatAddCheckpoint({ oldSize, proof, note }: Omit<AddCheckpoint, "head">): string {
  return `old ${oldSize}\n${formatHashes(proof)}\n${note}`;
}

/** A line of base64 for each hash. @internal */
export function formatHashes(hashes: readonly Hash[]): string {
  return hashes.map((hash) => `${encodeBase64(decodeBase64url(hash))}\n`).join("");
}

/** `undefined` unless every line is one hash in its one spelling. @internal */
export function readHashes(lines: readonly string[]): readonly Hash[] | undefined {
  const digests = lines.map(decodeBase64).filter((bytes) => bytes?.length === HASH_BYTES);
  return digests.length === lines.length ? digests.map((bytes) => encodeDigest(bytes ?? new Uint8Array())) : undefined;
}

function grewFrom(seen: WitnessView["seen"], head: Checkpoint, proof: readonly Hash[]): boolean {
  const from = seen?.size ?? 0;
  if (from === 0) return proof.length === 0; // the start of every tree
  return verifyConsistency({ from, fromRoot: seen?.root ?? head.root, to: head.size, toRoot: head.root, proof });
}

/** The note with nothing but the signatures of `keys`; `undefined` if there is none, or one does not verify. */
function signedByLog(note: string, keys: readonly VerifierKey[]): string | undefined {
  const answers = keys.map((key) => openNote(note, key));
  const parts = splitNote(note);
  if (parts === undefined || !answers.some(({ ok }) => ok)) return undefined;
  if (answers.some((answer) => !answer.ok && answer.reason !== "unsigned")) return undefined;
  return `${parts.text}\n${linesOf(note, keys)}`;
}

function refused(status: 400 | 403 | 404 | 422, problem: string): WitnessDecision {
  return { status, problem };
}
