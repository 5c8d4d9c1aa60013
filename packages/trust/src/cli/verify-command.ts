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
import { readArguments, wrong } from "./arguments.ts";
import type { Command } from "./arguments.ts";
import { chunksOf, kindOf, readWhole } from "./evidence-file.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { givenKey, givenNote, givenRoot } from "./given.ts";
import { jsonLine } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { refusalText, verifiedLogText, verifiedReceiptText } from "./verdict-text.ts";

const NEWLINE = 0x0a;

export const verifyCommand: Command = {
  name: "verify",
  summary: "Verifies an exported log or a mission's receipt. Offline; keys come from these options, never from FILE.",
  usage: "aura-trust verify FILE --key KEY [--since FILE] [--root KEY] [--json]",
  async run(args, terminal) {
    const given = readArguments(this, args, ["key", "since", "root"]);
    const [keyText, sinceText, rootText] = ["key", "since", "root"].map((name) => given.option(name));
    if (keyText === undefined)
      throw wrong(this, "--key is missing: a log is verified with the key that its owner gave you.");
    const key = await givenKey(keyText);
    const root = rootText === undefined ? {} : { root: await givenRoot(rootText) };
    const kind = await kindOf(given.file);
    if (kind === "receipt" && sinceText !== undefined)
      throw wrong(this, "--since holds an older checkpoint against a log; this file is a receipt.");
    const since = sinceText === undefined ? {} : { since: await givenNote(sinceText) };
    const verification =
      kind === "log"
        ? await verifyLogFile(given.file, { key, ...since, ...root }, terminal)
        : await verifyReceiptFile(given.file, { key, ...root });
    terminal.out(given.json ? jsonLine({ kind, ...verification }) : verdictText(verification));
    return verification.ok ? EXIT.OK : exitCodeOf(verification.reason);
  },
};

function verdictText(verification: LogVerification | ReceiptVerification): string {
  if (!verification.ok) return refusalText(verification);
  return "outcome" in verification ? verifiedReceiptText(verification) : verifiedLogText(verification);
}

async function verifyLogFile(
  path: string,
  anchors: { readonly key: VerifierKey; readonly since?: string; readonly root?: PublicKey },
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

async function verifyReceiptFile(
  path: string,
  anchors: { readonly key: VerifierKey; readonly root?: PublicKey },
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
