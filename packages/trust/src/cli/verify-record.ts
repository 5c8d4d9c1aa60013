import { isAuraError } from "../aura-error.ts";
import { parseCanonicalJson } from "../canonical-json.ts";
import type { WitnessKey } from "../cosignature.ts";
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
import { type Command, type Given, wrong } from "./arguments.ts";
import type { Evidence } from "./evidence-file.ts";
import { givenKey, givenNote, givenRoot, givenWitness } from "./given.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { type Refused, refusalText, verifiedLogText, verifiedProofText, verifiedReceiptText } from "./verdict-text.ts";
import type { Verdict } from "./verify-command.ts";

const NEWLINE = 0x0a;

type Asked = Given & { readonly terminal: Terminal };

export async function judgeLogFile(command: Command, evidence: Evidence, given: Asked): Promise<Verdict> {
  const sinceText = given.option("since");
  const anchors = {
    ...(await logAnchors(command, given)),
    ...(sinceText === undefined ? {} : { since: await givenNote(sinceText) }),
  };
  const progress = new Progress(given.terminal, "verified");
  try {
    const verification = await verifyLog(logLines(evidence.chunks()), { ...anchors, progress: progress.show });
    return verdictOf(verification, verifiedLogText);
  } finally {
    progress.done();
  }
}

export async function judgeReceiptFile(command: Command, evidence: Evidence, given: Asked): Promise<Verdict> {
  const anchors = await logAnchors(command, given);
  const bytes = await evidence.whole(RECEIPT_BYTES_MAX + 1);
  const value = bytes && parseReceipt(bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes);
  return verdictOf(value === undefined ? malformedReceipt() : verifyReceipt(value, anchors), verifiedReceiptText);
}

/** The entry is the proof's `extra`: what is verified is that this very entry stands there. */
export async function judgeProofFile(command: Command, evidence: Evidence, given: Asked): Promise<Verdict> {
  const anchors = await logAnchors(command, given);
  const text = decodeUtf8((await evidence.whole(TLOG_PROOF_CHARS_MAX)) ?? new Uint8Array()) ?? "";
  const entry = decodeUtf8(parseTlogProof(text)?.extra ?? new Uint8Array());
  const verification =
    entry === undefined || entry === "" ? malformedProof() : verifyTlogProof(text, leafHash(entry), anchors);
  return verdictOf(verification, verifiedProofText);
}

function verdictOf<Verified extends { readonly ok: true }>(
  verification: Verified | (Refused & { readonly ok: false }),
  textOf: (verified: Verified) => string,
): Verdict {
  return verification.ok
    ? { json: verification, text: textOf(verification) }
    : { json: verification, text: refusalText(verification), refused: verification };
}

async function logAnchors(
  command: Command,
  given: Given,
): Promise<{
  readonly key: VerifierKey;
  readonly root?: Awaited<ReturnType<typeof givenRoot>>;
  readonly witnesses?: WitnessAnchors;
}> {
  const [keyText, ...more] = given.options("key");
  if (keyText === undefined)
    throw wrong(command, "--key is missing: a log is verified with the key that its owner gave you.");
  if (more.length > 0) throw wrong(command, "--key is given twice.");
  const rootText = given.option("root");
  return {
    key: await givenKey(keyText),
    ...(rootText === undefined ? {} : { root: await givenRoot(rootText) }),
    ...(await witnessesOf(command, given)),
  };
}

/** `--witness`, any number of them, and how many of them `--quorum` asks for: all, unless it says otherwise. */
async function witnessesOf(command: Command, given: Given): Promise<{ readonly witnesses?: WitnessAnchors }> {
  const [texts, quorumText] = [given.options("witness"), given.option("quorum")];
  if (texts.length === 0 && quorumText === undefined) return {};
  const keys: WitnessKey[] = [];
  for (const text of texts) keys.push(await givenWitness(text));
  const different = new Set(keys.map(({ key }) => key.kid)).size;
  const quorum = quorumText === undefined ? different : Number(quorumText);
  if (!/^[1-9][0-9]{0,3}$/.test(String(quorumText ?? quorum)) || quorum > different) {
    throw wrong(command, `--quorum is not a number from 1 to the ${different} different witnesses that are given.`);
  }
  return { witnesses: { keys, quorum } };
}

function parseReceipt(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseCanonicalJson(bytes, { bytesMax: RECEIPT_BYTES_MAX });
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
