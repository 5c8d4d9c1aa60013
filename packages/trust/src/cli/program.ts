import { readFileSync } from "node:fs";
import { isAuraError } from "../aura-error.ts";
import type { Command } from "./arguments.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { exportCommand } from "./export-command.ts";
import { inspectCommand } from "./inspect-command.ts";
import { jwksCommand } from "./jwks-command.ts";
import { keygenCommand } from "./keygen-command.ts";
import { nearestOf } from "./suggestion.ts";
import { shown } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { verifyCommand } from "./verify-command.ts";
import { witnessCommand } from "./witness-command.ts";

const COMMANDS: readonly Command[] = [
  verifyCommand,
  inspectCommand,
  exportCommand,
  keygenCommand,
  jwksCommand,
  witnessCommand,
];

const EXIT_CODES = `Exit codes: ${EXIT.OK} ok, ${EXIT.REFUSED} refused, ${EXIT.USAGE} usage, ${EXIT.UNKNOWN_FORMAT} unknown_format, ${EXIT.REFOUNDED} refounded, ${EXIT.NOT_CHECKED} could not be checked.\n`;

const HELP: readonly unknown[] = ["--help", "-h"];

/** Runs one command line. Every outcome is a sentence and an exit code; nothing is thrown. Touches no network, unless it is the witness. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || HELP.includes(name)) {
    terminal.out(helpText());
    return name === undefined ? EXIT.USAGE : EXIT.OK;
  }
  if (name === "--version" || name === "-V") {
    terminal.out(`aura-trust ${version()}\n`);
    return EXIT.OK;
  }
  const [topic] = rest;
  if (name === "help" && topic === undefined) return runProgram(["--help"], terminal);
  const wanted = name === "help" ? topic : name;
  const command = COMMANDS.find((candidate) => candidate.name === wanted);
  if (command === undefined) return unknownCommand(wanted ?? "", terminal);
  if (name === "help" || rest.some((word) => HELP.includes(word))) {
    terminal.out(commandHelp(command));
    return EXIT.OK;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    return explain(error, terminal);
  }
}

function explain(error: unknown, terminal: Terminal): ExitCode {
  if (isAuraError(error)) {
    const lines = [error.what, error.why, error.fix, `(${error.code})`];
    terminal.err(lines.map((line) => `${shown(line)}\n`).join(""));
    return error.code === "trust/usage" ? EXIT.USAGE : EXIT.NOT_CHECKED;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.err(
    `aura-trust failed, and nothing was verified: ${shown(message)}\nThis is a bug of ours; please report it with the command line.\n`,
  );
  return EXIT.NOT_CHECKED;
}

function unknownCommand(name: string, terminal: Terminal): ExitCode {
  const nearest = nearestOf(
    name,
    COMMANDS.map((command) => command.name),
  );
  const meant = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  const all = COMMANDS.map((command) => command.name).join(", ");
  terminal.err(`There is no command ${shown(name)}.${meant}\nCommands: ${all}. More: aura-trust --help\n`);
  return EXIT.USAGE;
}

function commandHelp({ summary, usage, help }: Command): string {
  return `${summary}\n\n  ${usage}\n\n${help === undefined ? "" : `${help}\n\n`}${EXIT_CODES}`;
}

function helpText(): string {
  const lines = COMMANDS.map((command) => `  ${command.usage}\n      ${command.summary}\n`);
  return `aura-trust verifies what AURA recorded, offline, with the public key alone.\n\n${lines.join("")}\nKEY is a verifier key (<origin>+<id>+<base64>) or a file that holds one. Keys come from options, never from FILE.\nMore of a command: aura-trust help COMMAND. Version: aura-trust --version.\n${EXIT_CODES}`;
}

/** By the package's own name: where this code stands in it is the bundler's choice. */
function version(): string {
  const text = readFileSync(new URL(import.meta.resolve("@aura/trust/package.json")), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
