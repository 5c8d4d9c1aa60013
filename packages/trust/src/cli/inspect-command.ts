import { isAuraError } from "../aura-error.ts";
import { decodeBase64url } from "../base64url.ts";
import { inspectCheckpoint } from "../checkpoint.ts";
import { parseEntry } from "../entry-codec.ts";
import { JWS_CHARS_MAX } from "../jws.ts";
import { loadKeyFile } from "../key-file.ts";
import { parseLogHeader, parseLogLine } from "../log-export.ts";
import { logLines } from "../log-lines.ts";
import { decodeUtf8 } from "../utf8.ts";
import { parseVerifierKey } from "../verifier-key.ts";
import { readArguments, wrong } from "./arguments.ts";
import type { Command } from "./arguments.ts";
import { chunksOf, readStart } from "./evidence-file.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { shown, table } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

type Rows = readonly (readonly [string, string | number])[];

const BANNER = "Nothing here is verified: this is what the file says of itself.\n";
const LOG_START = /^\{"checkpoint":"(?:[^"\\]|\\.)*","format":"aura-log-/;

export const inspectCommand: Command = {
  name: "inspect",
  summary: "Shows what a log, receipt, checkpoint, token or key file says of itself. Verifies nothing.",
  usage: "aura-trust inspect FILE",
  async run(args, terminal) {
    const { file } = readArguments(this, args, []);
    const start = decodeUtf8Start(await readStart(file, JWS_CHARS_MAX * 4));
    if (LOG_START.test(start)) return inspectLog(file, terminal);
    const rows =
      noteRows(start) ??
      verifierKeyRows(start.trim()) ??
      tokenRows(start.trim()) ??
      (await keyFileRows(file, start)) ??
      receiptRows(start);
    if (rows === undefined)
      throw wrong(this, `${file} is not a log, receipt, checkpoint, token or key that this version knows.`);
    terminal.out(BANNER + table(rows));
    return EXIT.OK;
  },
};

async function inspectLog(path: string, terminal: Terminal): Promise<ExitCode> {
  terminal.out(BANNER);
  let isHeader = true;
  try {
    for await (const line of logLines(chunksOf(path))) {
      terminal.out(isHeader ? table(headerRows(line)) : `${entryText(line)}\n`);
      isHeader = false;
    }
  } catch (error) {
    if (!isAuraError(error) || !error.code.startsWith("trust/log_")) throw error;
    terminal.out(`${shown(error.what)}\n`);
  }
  return EXIT.OK;
}

function headerRows(line: string): Rows {
  const parsed = parseLogHeader(line);
  if (parsed.kind !== "header") return [["header", "unreadable"]];
  return [
    ["log", parsed.header.origin],
    ...(noteRows(parsed.header.checkpoint) ?? [["checkpoint", "unreadable"] as const]),
  ];
}

function entryText(line: string): string {
  const read = parseLogLine(line);
  if (read === undefined) return "  a line that is no entry";
  try {
    const parsed = parseEntry(read.text);
    if (parsed.kind === "unknown_format") return shown(`${read.seq}  ${parsed.format}`);
    const { stream, version, type, timeMs, actor } = parsed.entry;
    return shown(`${read.seq}  ${timeMs}  ${stream}@${version}  ${type}  ${actor.id} (${actor.custody})`);
  } catch (error) {
    if (isAuraError(error)) return `${read.seq}  no entry`;
    throw error;
  }
}

function noteRows(text: string): Rows | undefined {
  const checkpoint = inspectCheckpoint(text);
  if (checkpoint === undefined) return undefined;
  const { origin, size, root, signers } = checkpoint;
  return [
    ["origin", origin],
    ["size", size],
    ["root", root],
    ...signers.map((signer) => ["signed by", signer] as const),
  ];
}

function verifierKeyRows(text: string): Rows | undefined {
  try {
    const { name, id, key } = parseVerifierKey(text);
    return [
      ["verifier key of", name],
      ["id", id],
      ["public key", JSON.stringify(key)],
    ];
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}

/** Header and payload of a compact JWS: a credential, token, proof, founding statement or outcome. */
function tokenRows(text: string): Rows | undefined {
  const parts = text.split(".", 4);
  if (parts.length !== 3 || text.length > JWS_CHARS_MAX) return undefined;
  try {
    const [header, payload] = parts.map((part) => decodeUtf8(decodeBase64url(part)));
    return header === undefined || payload === undefined
      ? undefined
      : [
          ["header", header],
          ["payload", payload],
        ];
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}

/** The public half only. */
async function keyFileRows(path: string, text: string): Promise<Rows | undefined> {
  if (!text.includes('"d":')) return undefined;
  const { publicKey } = await loadKeyFile(path);
  return [
    ["private key", "not shown"],
    ["public key", JSON.stringify(publicKey)],
  ];
}

function receiptRows(start: string): Rows | undefined {
  if (!/^\{"checkpoint":"(?:[^"\\]|\\.)*","custody":/.test(start)) return undefined;
  const checkpoint = /^\{"checkpoint":("(?:[^"\\]|\\.)*")/.exec(start)?.[1];
  const custody = /"custody":(\[[^\]]*\])/.exec(start)?.[1];
  const note = checkpoint === undefined ? undefined : noteRows(JSON.parse(checkpoint) as string);
  return [["receipt", "of one mission; verify it to see more"], ["custody", custody ?? "unreadable"], ...(note ?? [])];
}

/** The start of a file may end inside a character. */
function decodeUtf8Start(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
