import { isAuraError } from "@aura/trust";
import { fromSystem, usage } from "../runtime-error.ts";
import type { Command, Host } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { exportCommand } from "./export.ts";
import { initCommand } from "./init.ts";
import { receiptCommand } from "./receipt.ts";
import { resolveCommand } from "./resolve.ts";
import { revokeCommand } from "./revoke.ts";
import { startCommand } from "./start.ts";

/** Every command, in the order in which somebody meets them. */
export const COMMANDS: readonly Command[] = [
  demoCommand,
  initCommand,
  startCommand,
  exportCommand,
  receiptCommand,
  revokeCommand,
  resolveCommand,
];

/** Runs one command. Every failure becomes a sentence and an exit code; nothing is thrown. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<ExitCode> {
  const mode = args.includes("--json") ? "json" : "people";
  const terminal = host.terminal(mode);
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    for (const line of helpLines()) host.terminal("people").line(line);
    return name === undefined ? EXIT.USAGE : EXIT.DONE;
  }
  try {
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (command === undefined) throw usage(`There is no command \`aura ${name}\`.`, "See `aura help`.");
    return await command.run(rest, host);
  } catch (error) {
    const told = fromSystem(error, "A file of the data folder");
    const failure = isAuraError(told) ? told : unexpected(told);
    const { code, what, why, fix } = failure;
    terminal.error(
      mode === "json"
        ? JSON.stringify({ error: { code, what, why, fix } })
        : `aura: ${what}\n  ${why}\n  ${fix}\n  (${code})`,
    );
    return isAuraError(told) ? exitCodeOf(code) : EXIT.UNEXPECTED;
  }
}

function unexpected(error: unknown): {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
} {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "runtime/unexpected",
    what: `Something happened that AURA did not expect: ${message.replace(/\.$/, "")}.`,
    why: "It stopped before writing anything it was not sure of; what is committed stays.",
    fix: "Run the same command again. If it comes back, please report it with this message.",
  };
}

function helpLines(): readonly string[] {
  return [
    "aura: identity, rules, durable execution and evidence for AI agents.",
    "",
    ...COMMANDS.map(({ usage: written, summary }) => `  ${written}\n      ${summary}`),
    "",
    "Every command takes --json. Exit codes: 0 done, 1 unexpected, 2 wrong command line, 3 refused, 4 data folder in use,",
    "5 machine (disk, rights, Node), 6 application, 7 a mission did not succeed, 8 a mission waits for a person.",
  ];
}
