import { isAuraError } from "../aura-error.ts";
import { parseEntry } from "../entry-codec.ts";
import { parseLogHeader, parseLogLine } from "../log-export.ts";
import { logLines } from "../log-lines.ts";
import { readArguments, wrong } from "./arguments.ts";
import type { Command } from "./arguments.ts";
import { type Evidence, withEvidence } from "./evidence-file.ts";
import { hintOf } from "./evidence-kind.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { factsOf, noteRows, type Rows } from "./inspected.ts";
import { shown, table } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

const BANNER = "Nothing here is verified: this is what the file says of itself.\n";
const LOG_START = /^\{"checkpoint":"(?:[^"\\]|\\.)*","format":"aura-log-/;

export const inspectCommand: Command = {
  name: "inspect",
  summary: "Shows what a log, receipt, proof, checkpoint, token, key set or key file says of itself. Verifies nothing.",
  usage: "aura-trust inspect FILE",
  help: "FILE may be - for standard input. The private half of a key is never shown.",
  async run(args, terminal) {
    const { file } = readArguments(this, args);
    return withEvidence(file, terminal, async (evidence) => {
      const start = new TextDecoder("utf-8", { ignoreBOM: true }).decode(evidence.start); // may end inside a character
      if (LOG_START.test(start)) return inspectLog(evidence, terminal);
      const rows = await factsOf(start, file);
      if (rows === undefined)
        throw wrong(
          this,
          `${evidence.name} is not a log, receipt, proof, checkpoint, token or key that this version knows. ${hintOf(evidence.start) ?? ""}`.trim(),
        );
      terminal.out(BANNER + table(rows));
      return EXIT.OK;
    });
  },
};

async function inspectLog(evidence: Evidence, terminal: Terminal): Promise<ExitCode> {
  terminal.out(BANNER);
  let isHeader = true;
  try {
    for await (const line of logLines(evidence.chunks())) {
      terminal.out(isHeader ? table(headerRows(line)) : `${entryText(line)}\n`);
      isHeader = false;
      if (terminal.gone === true) break;
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
