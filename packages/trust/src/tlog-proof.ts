import { decodeBase64, encodeBase64 } from "./base64.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { judgeWitnesses } from "./judge-witnesses.ts";
import type { Witnessed } from "./judge-witnesses.ts";
import { checkpointRefused, DO_NOT_TRUST, refuseLog, unknownFormat } from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";
import { treeRefused } from "./log-error.ts";
import { isCount, verifyInclusion } from "./merkle.ts";
import { notInTheLog } from "./receipt-refusal.ts";
import { NOTE_BYTES_MAX } from "./signed-note.ts";
import { TREE_SIZE } from "./tree-head.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { formatHashes, readHashes } from "./witness.ts";
import type { WitnessAnchors } from "./witness-quorum.ts";

/** First line of a proof (C2SP tlog-proof). */
export const TLOG_PROOF_FORMAT = "c2sp.org/tlog-proof@v1";
const ANY_VERSION = /^c2sp\.org\/tlog-proof@v[0-9]{1,9}(?=\n)/;
/** Hashes of an inclusion proof: trees have at most 2^53 leaves. */
export const TLOG_PROOF_HASHES_MAX = 63;
/** Bytes of the opaque data that a proof may carry. */
export const TLOG_PROOF_EXTRA_BYTES_MAX = 65_535;
/** UTF-16 code units of a proof: a note, the hashes, the data in base64, and the lines around them. */
export const TLOG_PROOF_CHARS_MAX = NOTE_BYTES_MAX + 94_208;

/** That a leaf stands at `index` of the log whose signed checkpoint `note` is. */
export interface TlogProof {
  readonly index: number;
  /** Siblings, bottom first (RFC 6962 section 2.1.1). */
  readonly proof: readonly Hash[];
  readonly note: string;
  /** Whatever the application needs to find the leaf, like the entry itself. Nothing vouches for it. */
  readonly extra?: Uint8Array;
}

export type TlogProofVerification =
  | {
      readonly ok: true;
      readonly index: number;
      readonly checkpoint: Checkpoint;
      /** There if witnesses were given. */
      readonly witnesses?: Witnessed;
      readonly notChecked: readonly "witness"[];
    }
  | LogRefusal;

/** The text of a proof (C2SP tlog-proof), kept in files named `.tlog-proof`. @throws `trust/tree_refused` */
export function formatTlogProof({ index, proof, note, extra }: TlogProof): string {
  const data = extra === undefined ? "" : `extra ${encodeBase64(extra)}\n`;
  const sound = isCount(index) && proof.every(isHash) && (extra?.length ?? 0) <= TLOG_PROOF_EXTRA_BYTES_MAX;
  const text = sound ? `${TLOG_PROOF_FORMAT}\n${data}index ${index}\n${formatHashes(proof)}\n${note}` : "";
  if (parseTlogProof(text) === undefined) throw treeRefused("has no such proof of a leaf");
  return text;
}

/** Reads a proof in its one spelling, nothing verified; `undefined` if it is none. Never throws. */
export function parseTlogProof(text: string): TlogProof | undefined {
  if (typeof text !== "string" || text.length > TLOG_PROOF_CHARS_MAX) return undefined;
  const end = text.indexOf("\n\n");
  if (end < 0) return undefined;
  const [format, ...lines] = text.slice(0, end).split("\n");
  const data = lines[0]?.startsWith("extra ") === true ? lines.shift()?.slice(6) : undefined;
  const first = lines.shift() ?? "";
  const index = first.startsWith("index ") ? first.slice(6) : "";
  const extra = data === undefined ? undefined : decodeBase64(data);
  const proof = lines.length > TLOG_PROOF_HASHES_MAX ? undefined : readHashes(lines);
  if (format !== TLOG_PROOF_FORMAT || !TREE_SIZE.test(index) || !isCount(Number(index)) || proof === undefined)
    return undefined;
  if (data !== undefined && (extra === undefined || extra.length > TLOG_PROOF_EXTRA_BYTES_MAX)) return undefined;
  const rest = { index: Number(index), proof, note: text.slice(end + 2) };
  return extra === undefined ? rest : { ...rest, extra };
}

/** The first line of a proof of another version; `undefined` of everything else. @internal */
export function otherProofFormat(text: string): string | undefined {
  if (typeof text !== "string" || text.length > TLOG_PROOF_CHARS_MAX) return undefined;
  const format = ANY_VERSION.exec(text)?.[0];
  return format === TLOG_PROOF_FORMAT ? undefined : format;
}

/**
 * Verifies offline that `leaf` stands in the log of `key`: the checkpoint under that key, the inclusion proof, and the witnesses
 * if they are given. `leaf` comes from what the caller holds, `leafHash` of the entry's own bytes: never from the proof alone.
 * A proof of another version is `unknown_format`. Never throws.
 */
export function verifyTlogProof(
  text: string,
  leaf: Hash,
  { key, witnesses }: { readonly key: VerifierKey; readonly witnesses?: WitnessAnchors },
): TlogProofVerification {
  const parsed = parseTlogProof(text);
  if (parsed === undefined) {
    const format = otherProofFormat(text);
    return format === undefined ? malformedProof() : unknownFormat({ format, line: 1 });
  }
  const opened = openCheckpoint(parsed.note, key);
  if (!opened.ok) return checkpointRefused(opened.reason);
  const { index, proof } = parsed;
  const { origin, size, root } = opened;
  if (!verifyInclusion({ leaf, index, size, proof, root })) return notInTheLog(index);
  const checkpoint = { origin, size, root };
  if (witnesses === undefined) return { ok: true, index, checkpoint, notChecked: ["witness"] };
  const seen = judgeWitnesses(parsed.note, { checkpoint, log: key }, witnesses);
  return seen.ok ? { ok: true, index, checkpoint, witnesses: seen, notChecked: [] } : seen;
}

export function malformedProof(): LogRefusal {
  return refuseLog({
    reason: "malformed_proof",
    what: "This is no proof of an entry.",
    why: "A proof has the lines of C2SP tlog-proof, each in its one spelling.",
    fix: DO_NOT_TRUST,
  });
}
