import { admitTrustAnchor, decodeBase64url, encodeBase64url, publicKeyFromBytes, verifyEd25519 } from "../src/index.ts";
import { explainRefusal } from "../src/explain.ts";
import { fromHex } from "../src/hex.ts";
import { nodeCrypto } from "../src/node-crypto.ts";
import { judgeLog, judgeReceipt, leafHash, logLines, parseVerifierKey } from "../src/verify.ts";
import type { LogJudgement, ReceiptJudgement } from "../src/verify.ts";
import ed25519 from "../vectors/ed25519.json" with { type: "json" };
import log from "../vectors/log.json" with { type: "json" };
import receipt from "../vectors/receipt.json" with { type: "json" };
import { edgeVectors } from "./edge-vectors.ts";

/** What one runtime says about the vectors. But for `engine`, every runtime must say the same. */
export interface Probe {
  /** What answers for the equation here. */
  readonly engine: "node:crypto" | "@noble/ed25519";
  /** Vectors answered otherwise than they say, by name. Empty, or the runtime is wrong. */
  readonly wrong: readonly string[];
  /** How many signatures were tried, and the names of those that were accepted. */
  readonly tried: number;
  readonly accepted: readonly string[];
  /** The published edge cases: how many, the numbers of those accepted, and of those answered otherwise than their flags say. */
  readonly edges: {
    readonly tried: number;
    readonly accepted: readonly number[];
    readonly wrong: readonly number[];
  };
  /** Small-order, mixed-order and non-canonical encodings as R, under an honest key and S from a table; then as keys. */
  readonly acceptedOfGrid: readonly string[];
  readonly gridSize: number;
  readonly admittedOfGrid: readonly string[];
  /** The kept export and receipt, as they are and altered: `ok`, or the reason with its words. */
  readonly verdicts: Readonly<Record<string, string>>;
}

/** Asks this runtime everything. Takes a second or two where points are computed in JavaScript. */
export async function probe(): Promise<Probe> {
  const wrong: string[] = [];
  const accepted: string[] = [];
  for (const { name, key, message, signature, accept } of ed25519.signatures) {
    const answer = verifies(fromHex(key), fromHex(message), fromHex(signature));
    if (answer) accepted.push(name);
    if (answer !== accept) wrong.push(name);
  }
  for (const { name, key } of ed25519.refusedKeys) if (admits(fromHex(key))) wrong.push(name);
  for (const { name, key } of ed25519.refusedAnchors) if (anchors(fromHex(key))) wrong.push(name);
  return {
    engine: nodeCrypto() === undefined ? "@noble/ed25519" : "node:crypto",
    wrong,
    tried: ed25519.signatures.length,
    accepted,
    edges: edges(),
    ...grid(),
    verdicts: { ...(await logVerdicts()), ...receiptVerdicts() },
  };
}

function edges(): Probe["edges"] {
  const answered = edgeVectors().map((edge) => ({ ...edge, answer: verifies(edge.key, edge.message, edge.signature) }));
  const accepted = answered.filter(({ answer }) => answer).map(({ number }) => number);
  const wrong = answered.filter(({ answer, accept }) => answer !== accept).map(({ number }) => number);
  return { tried: answered.length, accepted, wrong };
}

function grid(): Pick<Probe, "acceptedOfGrid" | "gridSize" | "admittedOfGrid"> {
  const encodings = [...ed25519.refusedKeys, ...ed25519.refusedAnchors].map(({ key }) => key);
  const scalars = ["00", "01", "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"].map((hex) =>
    hex.padEnd(64, "0"),
  );
  const honest = ed25519.seeds.map(({ key }) => key);
  const acceptedOfGrid: string[] = [];
  let gridSize = 0;
  for (const key of [...honest, ...encodings]) {
    for (const commitment of encodings) {
      for (const scalar of scalars) {
        gridSize += 1;
        const signature = fromHex(commitment + scalar);
        if (verifies(fromHex(key), new Uint8Array(1), signature)) acceptedOfGrid.push(`${key} ${commitment} ${scalar}`);
      }
    }
  }
  return { acceptedOfGrid, gridSize, admittedOfGrid: encodings.filter((key) => admits(fromHex(key))) };
}

function verifies(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifyEd25519(publicKeyFromBytes(key), message, signature);
  } catch {
    return false; // the key is not admitted
  }
}

function admits(key: Uint8Array): boolean {
  try {
    return encodeBase64url(key) === publicKeyFromBytes(key).x;
  } catch {
    return false;
  }
}

function anchors(key: Uint8Array): boolean {
  try {
    return admitTrustAnchor(publicKeyFromBytes(key)).kid !== "";
  } catch {
    return false;
  }
}

async function logVerdicts(): Promise<Record<string, string>> {
  const { file } = log;
  const lines = file.trimEnd().split("\n");
  const joined = (changed: readonly string[]): string => `${changed.join("\n")}\n`;
  const [third = "", fourth = "", last = ""] = [lines[3], lines[4], lines.at(-1)];
  const files = {
    "log as it is": file,
    "log, one character flipped": file.replace(third, third.replace('"timeMs":1', '"timeMs":2')),
    "log, one line dropped": joined(lines.toSpliced(3, 1)),
    "log, two lines put in another order": joined(lines.toSpliced(3, 2, fourth, third)),
    "log, the tail cut": joined(lines.slice(0, -1)),
    "log, the last entry rewritten with its hash": joined(lines.with(lines.length - 1, rewritten(last))),
    "log, cut in the middle of a line": file.slice(0, -9),
  };
  const key = parseVerifierKey(log.verifierKey);
  const verdicts: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    verdicts[name] = verdict(await judgeLog(logLines([new TextEncoder().encode(text)]), { key }));
  }
  return verdicts;
}

function rewritten(line: string): string {
  const { leaf } = JSON.parse(line) as { leaf: string };
  const text = line.slice('{"entry":'.length, line.lastIndexOf(',"leaf":')).replace('"timeMs":1', '"timeMs":2');
  return `{"entry":${text}${line.slice(line.lastIndexOf(',"leaf":'))}`.replace(leaf, leafHash(text));
}

function receiptVerdicts(): Record<string, string> {
  const key = parseVerifierKey(receipt.verifierKey);
  const whole = receipt.receipt;
  const given = {
    "receipt as it is": whole,
    "receipt without its first entry": { ...whole, entries: whole.entries.slice(1) },
    "receipt of another quorum": { ...whole, quorum: whole.quorum + 1 },
    "receipt with a flipped proof": {
      ...whole,
      entries: whole.entries.map((entry) => ({ ...entry, proof: entry.proof.map(flipped) })),
    },
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, verdict(judgeReceipt(value, { key }))]),
  );
}

function flipped(hash: string): string {
  return encodeBase64url(decodeBase64url(hash).map((byte, at) => (at === 0 ? byte ^ 1 : byte)));
}

function verdict(judgement: LogJudgement | ReceiptJudgement): string {
  return judgement.ok ? "ok" : `${judgement.reason}: ${explainRefusal(judgement).what}`;
}
