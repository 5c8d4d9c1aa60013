import { isAuraError } from "../src/aura-error.ts";
import { canonicalJson } from "../src/canonical-json.ts";
import { formatVerifierKey, formatWitnessKey } from "../src/index.ts";
import type {
  Checkpoint,
  Hash,
  JsonValue,
  LogAnchors,
  LogVerification,
  ReceiptAnchors,
  ReceiptVerification,
  TlogProofVerification,
  VerifierKey,
  WitnessAnchors,
} from "../src/index.ts";
import type { AnchoredAnchors, AnchoredVerification } from "../src/verify-anchored.ts";

/** A file that our verifier has judged in a test, for a second verifier to judge. */
export interface Judged {
  readonly test: string;
  readonly kind: "log" | "receipt" | "proof" | "anchor";
  /** base64 */
  readonly file: string;
  readonly key: string;
  readonly root?: string;
  readonly since?: string;
  readonly witnesses?: { readonly keys: readonly string[]; readonly quorum: number };
  /** Of a proof: the leaf that the reader holds. */
  readonly leaf?: string;
  /** Of an anchored checkpoint: the key of the org log, and what was verified under the namespace's. */
  readonly orgLog?: string;
  readonly of?: Pick<Checkpoint, "origin" | "size" | "root">;
  readonly answer: { readonly ok: boolean; readonly reason?: string; readonly seq?: number };
}

/** Off unless somebody asks: the files are many. */
export const recorder: { judged: Judged[] | undefined; test: () => string } = { judged: undefined, test: () => "" };

interface Witnessed {
  readonly witnesses?: WitnessAnchors;
}

export function noteLog(file: Uint8Array, anchors: LogAnchors & Witnessed, answer: LogVerification): LogVerification {
  const since = anchors.since === undefined ? {} : { since: anchors.since };
  note({ kind: "log", file, answer, anchors, more: since });
  return answer;
}

/** As a file a receipt is the canonical JSON of the value; what JSON cannot carry is in no file. */
export function noteReceipt(
  value: unknown,
  anchors: ReceiptAnchors & Witnessed,
  answer: ReceiptVerification,
): ReceiptVerification {
  if (recorder.judged === undefined) return answer;
  try {
    note({ kind: "receipt", file: Buffer.from(canonicalJson(value as JsonValue)), answer, anchors, more: {} });
  } catch (error) {
    if (!isAuraError(error)) throw error;
  }
  return answer;
}

export function noteProof(
  text: string,
  leaf: Hash,
  anchors: { readonly key: VerifierKey } & Witnessed,
  answer: TlogProofVerification,
): TlogProofVerification {
  note({ kind: "proof", file: Buffer.from(text), answer, anchors, more: { leaf } });
  return answer;
}

export function noteAnchor(text: string, anchors: AnchoredAnchors, answer: AnchoredVerification): AnchoredVerification {
  const { of, orgLog } = anchors;
  const more = { orgLog: formatVerifierKey(orgLog.name, orgLog.key), ...(of === undefined ? {} : { of }) };
  note({ kind: "anchor", file: Buffer.from(text), answer, anchors, more });
  return answer;
}

function note(seen: {
  readonly kind: Judged["kind"];
  readonly file: Uint8Array;
  readonly anchors: ReceiptAnchors & Witnessed;
  readonly more: Pick<Judged, "since" | "leaf" | "orgLog" | "of">;
  readonly answer: LogVerification | ReceiptVerification | TlogProofVerification | AnchoredVerification;
}): void {
  const { kind, file, anchors, more, answer } = seen;
  const { key, root, witnesses } = anchors;
  recorder.judged?.push({
    test: recorder.test(),
    kind,
    file: Buffer.from(file).toString("base64"),
    key: formatVerifierKey(key.name, key.key),
    ...(root === undefined ? {} : { root: JSON.stringify(root) }),
    ...(witnesses === undefined
      ? {}
      : { witnesses: { ...witnesses, keys: witnesses.keys.map(({ name, key }) => formatWitnessKey(name, key)) } }),
    ...more,
    answer: answer.ok
      ? { ok: true }
      : { ok: false, reason: answer.reason, ...(answer.seq === undefined ? {} : { seq: answer.seq }) },
  });
}
