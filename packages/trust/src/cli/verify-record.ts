import { isAuraError } from "../aura-error.ts";
import { parseCanonicalJson } from "../canonical-json.ts";
import type { JsonValue } from "../json-value.ts";
import { logLines } from "../log-lines.ts";
import { leafHash } from "../merkle.ts";
import { RECEIPT_BYTES_MAX } from "../receipt.ts";
import { malformedReceipt } from "../receipt-refusal.ts";
import { malformedProof, parseTlogProof, TLOG_PROOF_CHARS_MAX, verifyTlogProof } from "../tlog-proof.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { VerifierKey } from "../verifier-key.ts";
import { verifyLog } from "../verify-log.ts";
import { verifyReceipt } from "../verify-receipt.ts";
import type { WitnessAnchors } from "../witness-quorum.ts";
import type { PublicKey } from "../public-key.ts";
import type { AnchoredVerification } from "../verify-anchored.ts";
import type { Command, Given } from "./arguments.ts";
import type { Evidence } from "./evidence-file.ts";
import { givenNote, givenRoot } from "./given.ts";
import { logKeyOf, witnessesOf } from "./given-log.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { type Refused, refusalText, verifiedLogText, verifiedProofText, verifiedReceiptText } from "./verdict-text.ts";
import { anchoredVerdict, givenAnchored } from "./verify-anchor.ts";
import type { Verdict } from "./verify-command.ts";

const NEWLINE = 0x0a;

type Asked = Given & { readonly terminal: Terminal };

export async function judgeLogFile(command: Command, evidence: Evidence, given: Asked): Promise<Verdict> {
  const [anchors, hold, sinceText] = [
    await logAnchors(command, given),
    await givenAnchored(command, given),
    given.option("since"),
  ];
  const anchored = hold?.();
  if (anchored?.ok === false) return anchoredVerdict(NO_VERDICT, given.option("anchored") ?? "", anchored);
  const since = anchored?.note ?? (sinceText === undefined ? undefined : await givenNote(sinceText));
  const progress = new Progress(given.terminal, "verified");
  try {
    const verification = await verifyLog(logLines(evidence.chunks()), {
      ...anchors,
      ...(since === undefined ? {} : { since }),
      progress: progress.show,
    });
    const verdict = verdictOf(verification, verifiedLogText);
    return anchored === undefined || !verification.ok
      ? verdict
      : anchoredVerdict(verdict, given.option("anchored") ?? "", anchored);
  } finally {
    progress.done();
  }
}

export async function judgeReceiptFile(command: Command, evidence: Evidence, given: Asked): Promise<Verdict> {
  const [anchors, hold] = [await logAnchors(command, given), await givenAnchored(command, given)];
  const bytes = await evidence.whole(RECEIPT_BYTES_MAX + 1);
  const value = bytes && parseReceipt(bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes);
  const verification = value === undefined ? malformedReceipt() : verifyReceipt(value, anchors);
  const verdict = verdictOf(verification, verifiedReceiptText);
  return held(verdict, given, verification.ok ? hold?.(verification) : undefined);
}

/** The entry is the proof's `extra`: what is verified is that this very entry stands there. */
export async function judgeProofFile(command: Command, evidence: Evidence, given: Asked): Promise<Verdict> {
  const [anchors, hold] = [await logAnchors(command, given), await givenAnchored(command, given)];
  const text = decodeUtf8((await evidence.whole(TLOG_PROOF_CHARS_MAX)) ?? new Uint8Array()) ?? "";
  const parsed = parseTlogProof(text);
  const entry = decodeUtf8(parsed?.extra ?? new Uint8Array()) ?? "";
  const isWithout = parsed !== undefined && entry === "";
  const verification = isWithout ? malformedProof() : verifyTlogProof(text, leafHash(entry), anchors);
  const verdict = verdictOf(verification, verifiedProofText);
  return held(verdict, given, verification.ok ? hold?.(verification.checkpoint) : undefined);
}

const NO_VERDICT: Verdict = { json: {}, text: "" };

function held(verdict: Verdict, given: Given, anchored: AnchoredVerification | undefined): Verdict {
  return anchored === undefined ? verdict : anchoredVerdict(verdict, given.option("anchored") ?? "", anchored);
}

function verdictOf<Verified extends { readonly ok: true }>(
  verification: Verified | (Refused & { readonly ok: false }),
  textOf: (verified: Verified) => string,
): Verdict {
  return verification.ok
    ? { json: verification, text: textOf(verification) }
    : { json: verification, text: refusalText(verification), refused: verification };
}

/** With an org log the witnesses are the org log's. */
async function logAnchors(
  command: Command,
  given: Given,
): Promise<{ readonly key: VerifierKey; readonly root?: PublicKey; readonly witnesses?: WitnessAnchors }> {
  const rootText = given.option("root");
  return {
    key: await logKeyOf(command, given),
    ...(rootText === undefined ? {} : { root: await givenRoot(rootText) }),
    ...(given.option("org-log") === undefined ? await witnessesOf(command, given) : {}),
  };
}

function parseReceipt(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseCanonicalJson(bytes, { bytesMax: RECEIPT_BYTES_MAX });
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
