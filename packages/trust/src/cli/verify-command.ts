import { isAuraError } from "../aura-error.ts";
import { parseCanonicalJson } from "../canonical-json.ts";
import type { JsonValue } from "../json-value.ts";
import { logLines } from "../log-lines.ts";
import { RECEIPT_BYTES_MAX } from "../receipt.ts";
import { malformedReceipt } from "../receipt-refusal.ts";
import type { PublicKey } from "../public-key.ts";
import type { VerifierKey } from "../verifier-key.ts";
import { verifyLog } from "../verify-log.ts";
import type { LogVerification } from "../verify-log.ts";
import { verifyReceipt } from "../verify-receipt.ts";
import type { ReceiptVerification } from "../verify-receipt.ts";
import type { WitnessKey } from "../cosignature.ts";
import type { WitnessAnchors } from "../witness-quorum.ts";
import { leafHash } from "../merkle.ts";
import { malformedProof, parseTlogProof, TLOG_PROOF_CHARS_MAX, verifyTlogProof } from "../tlog-proof.ts";
import type { TlogProofVerification } from "../tlog-proof.ts";
import { decodeUtf8 } from "../utf8.ts";
import { readArguments, wrong } from "./arguments.ts";
import type { Command, Given } from "./arguments.ts";
import { chunksOf, kindOf, readWhole } from "./evidence-file.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { givenKey, givenNote, givenRoot, givenWitness } from "./given.ts";
import { jsonLine } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { refusalText, verifiedLogText, verifiedProofText, verifiedReceiptText } from "./verdict-text.ts";

const NEWLINE = 0x0a;

export const verifyCommand: Command = {
  name: "verify",
  summary:
    "Verifies an exported log, a mission's receipt or the proof of an entry. Offline; keys come from these options, never from FILE.",
  usage: "aura-trust verify FILE --key KEY [--since FILE] [--root KEY] [--witness KEY ... [--quorum N]] [--json]",
  async run(args, terminal) {
    const given = readArguments(this, args, ["key", "since", "root", "quorum"], { repeated: ["witness"] });
    const [keyText, sinceText, rootText] = ["key", "since", "root"].map((name) => given.option(name));
    if (keyText === undefined)
      throw wrong(this, "--key is missing: a log is verified with the key that its owner gave you.");
    const key = await givenKey(keyText);
    const root = rootText === undefined ? {} : { root: await givenRoot(rootText) };
    const witnesses = await witnessesOf(this, given);
    const kind = await kindOf(given.file);
    if (kind !== "log" && sinceText !== undefined)
      throw wrong(this, `--since holds an older checkpoint against a log; this file is a ${kind}.`);
    if (kind === "proof") {
      const proof = await verifyProofFile(given.file, { key, ...witnesses });
      terminal.out(
        given.json ? jsonLine({ kind, ...proof }) : proof.ok ? verifiedProofText(proof) : refusalText(proof),
      );
      return proof.ok ? EXIT.OK : exitCodeOf(proof.reason);
    }
    const since = sinceText === undefined ? {} : { since: await givenNote(sinceText) };
    const verification =
      kind === "log"
        ? await verifyLogFile(given.file, { key, ...since, ...root, ...witnesses }, terminal)
        : await verifyReceiptFile(given.file, { key, ...root, ...witnesses });
    terminal.out(given.json ? jsonLine({ kind, ...verification }) : verdictText(verification));
    return verification.ok ? EXIT.OK : exitCodeOf(verification.reason);
  },
};

/** `--witness`, any number of them, and how many of them `--quorum` asks for: all, unless it says otherwise. */
async function witnessesOf(
  command: Pick<Command, "usage">,
  given: Given,
): Promise<{ readonly witnesses?: WitnessAnchors }> {
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

function verdictText(verification: LogVerification | ReceiptVerification): string {
  if (!verification.ok) return refusalText(verification);
  return "outcome" in verification ? verifiedReceiptText(verification) : verifiedLogText(verification);
}

async function verifyLogFile(
  path: string,
  anchors: {
    readonly key: VerifierKey;
    readonly since?: string;
    readonly root?: PublicKey;
    readonly witnesses?: WitnessAnchors;
  },
  terminal: Terminal,
): Promise<LogVerification> {
  let told = false;
  const progress = (entries: number, size: number): void => {
    if (!terminal.watched || entries === 0) return;
    told = true;
    terminal.err(`\rverified ${entries} of ${size} entries `);
  };
  const verification = await verifyLog(logLines(chunksOf(path)), { ...anchors, progress });
  if (told) terminal.err("\r\u001b[K"); // the line made room for the verdict
  return verification;
}

/** The entry is the proof's `extra`: what is verified is that this very entry stands there. */
async function verifyProofFile(
  path: string,
  anchors: { readonly key: VerifierKey; readonly witnesses?: WitnessAnchors },
): Promise<TlogProofVerification> {
  const text = decodeUtf8((await readWhole(path, TLOG_PROOF_CHARS_MAX)) ?? new Uint8Array()) ?? "";
  const entry = decodeUtf8(parseTlogProof(text)?.extra ?? new Uint8Array());
  return entry === undefined || entry === "" ? malformedProof() : verifyTlogProof(text, leafHash(entry), anchors);
}

async function verifyReceiptFile(
  path: string,
  anchors: { readonly key: VerifierKey; readonly root?: PublicKey; readonly witnesses?: WitnessAnchors },
): Promise<ReceiptVerification> {
  const bytes = await readWhole(path, RECEIPT_BYTES_MAX + 1);
  const value = bytes && parseReceipt(bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes);
  return value === undefined ? malformedReceipt() : verifyReceipt(value, anchors);
}

function parseReceipt(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseCanonicalJson(bytes, { bytesMax: RECEIPT_BYTES_MAX });
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
