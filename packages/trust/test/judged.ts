import { isAuraError } from "../src/aura-error.ts";
import { canonicalJson } from "../src/canonical-json.ts";
import { formatVerifierKey } from "../src/index.ts";
import type { JsonValue, LogAnchors, LogVerification, ReceiptAnchors, ReceiptVerification } from "../src/index.ts";

/** A file that our verifier has judged in a test, for a second verifier to judge. */
export interface Judged {
  readonly test: string;
  readonly kind: "log" | "receipt";
  /** base64 */
  readonly file: string;
  readonly key: string;
  readonly root?: string;
  readonly since?: string;
  readonly answer: { readonly ok: boolean; readonly reason?: string; readonly seq?: number };
}

/** Off unless somebody asks: the files are many. */
export const recorder: { judged: Judged[] | undefined; test: () => string } = { judged: undefined, test: () => "" };

export function noteLog(file: Uint8Array, anchors: LogAnchors, answer: LogVerification): LogVerification {
  const since = anchors.since === undefined ? {} : { since: anchors.since };
  note({ kind: "log", file, answer, anchors, since });
  return answer;
}

/** As a file a receipt is the canonical JSON of the value; what JSON cannot carry is in no file. */
export function noteReceipt(value: unknown, anchors: ReceiptAnchors, answer: ReceiptVerification): ReceiptVerification {
  if (recorder.judged === undefined) return answer;
  try {
    note({ kind: "receipt", file: Buffer.from(canonicalJson(value as JsonValue)), answer, anchors, since: {} });
  } catch (error) {
    if (!isAuraError(error)) throw error;
  }
  return answer;
}

function note(seen: {
  readonly kind: Judged["kind"];
  readonly file: Uint8Array;
  readonly anchors: ReceiptAnchors;
  readonly since: { readonly since?: string };
  readonly answer: LogVerification | ReceiptVerification;
}): void {
  const { kind, file, anchors, since, answer } = seen;
  recorder.judged?.push({
    test: recorder.test(),
    kind,
    file: Buffer.from(file).toString("base64"),
    key: formatVerifierKey(anchors.key.name, anchors.key.key),
    ...(anchors.root === undefined ? {} : { root: JSON.stringify(anchors.root) }),
    ...since,
    answer: answer.ok
      ? { ok: true }
      : { ok: false, reason: answer.reason, ...(answer.seq === undefined ? {} : { seq: answer.seq }) },
  });
}
