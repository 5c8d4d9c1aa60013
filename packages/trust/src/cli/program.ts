import { isAuraError } from "../aura-error.ts";
import type { Command } from "./arguments.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { inspectCommand } from "./inspect-command.ts";
import { keygenCommand } from "./keygen-command.ts";
import { shown } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { verifyCommand } from "./verify-command.ts";
import { witnessCommand } from "./witness-command.ts";

const COMMANDS: readonly Command[] = [verifyCommand, inspectCommand, keygenCommand, witnessCommand];

const EXIT_CODES = `Exit codes: ${EXIT.OK} ok, ${EXIT.REFUSED} refused, ${EXIT.USAGE} usage, ${EXIT.UNKNOWN_FORMAT} unknown_format, ${EXIT.REFOUNDED} refounded, ${EXIT.NOT_CHECKED} could not be checked.\n`;

/** Runs one command line. Every outcome is a sentence and an exit code; nothing is thrown. Touches no network, unless it is the witness. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.out(helpText());
    return name === undefined ? EXIT.USAGE : EXIT.OK;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    terminal.err(`There is no command ${shown(name)}.\n${helpText()}`);
    return EXIT.USAGE;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.out(`${command.summary}\n\n  ${command.usage}\n\n${EXIT_CODES}`);
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

function helpText(): string {
  const lines = COMMANDS.map((command) => `  ${command.usage}\n      ${command.summary}\n`);
  return `aura-trust verifies what AURA recorded, offline, with the public key alone.\n\n${lines.join("")}\nKEY is a verifier key (<origin>+<id>+<base64>) or a file that holds one; --since takes a file with an older checkpoint.\n${EXIT_CODES}`;
}
