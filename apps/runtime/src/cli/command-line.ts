import { isAuraError } from "@aura/trust";
import { fromSystem, usage } from "../runtime-error.ts";
import { approvalsCommand } from "./approvals.ts";
import { approveCommand } from "./approve.ts";
import type { Command, Host } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { demoRuntimeCommand } from "./demo-runtime.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { enrolCommand } from "./enrol.ts";
import { exportCommand } from "./export.ts";
import { initCommand } from "./init.ts";
import { launchCommand } from "./launch.ts";
import { missionsCommand } from "./missions.ts";
import { operatorCommand } from "./operator.ts";
import { pageCommand } from "./page.ts";
import { receiptCommand } from "./receipt.ts";
import { resolveCommand } from "./resolve.ts";
import { revokeCommand } from "./revoke.ts";
import { startCommand } from "./start.ts";
import { stopCommand } from "./stop.ts";
import { jsonLine } from "./terminal.ts";
import { runtimeVersion } from "./version.ts";

/** Every command, in the order in which somebody meets them. */
export const COMMANDS: readonly Command[] = [
  demoCommand,
  demoRuntimeCommand,
  initCommand,
  startCommand,
  pageCommand,
  launchCommand,
  missionsCommand,
  approvalsCommand,
  approveCommand,
  enrolCommand,
  operatorCommand,
  stopCommand,
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
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    for (const line of helpLines()) host.terminal("people").line(line);
    return name === undefined ? EXIT.USAGE : EXIT.DONE;
  }
  try {
    if (name === "--version") {
      terminal.line(runtimeVersion());
      terminal.json({ version: runtimeVersion() });
      return EXIT.DONE;
    }
    if (name === "help" && rest.length > 0) return await runCommandLine([...rest.slice(0, 1), "--help"], host);
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (command === undefined) throw usage(`There is no command \`aura ${name}\`.`, "See `aura help`.");
    if (asksForHelp(rest)) {
      for (const line of [command.summary, "", `  ${command.usage}`, "", ...HELP_END])
        host.terminal("people").line(line);
      return EXIT.DONE;
    }
    return await command.run(rest, host);
  } catch (error) {
    const told = fromSystem(error, "A file of the data folder");
    const failure = isAuraError(told) ? told : unexpected(told);
    const { code, what, why, fix } = failure;
    if (mode === "json") terminal.error(jsonLine({ error: { code, what, why, fix } }));
    else terminal.error(`aura: ${what}`, `  ${why}`, `  ${fix}`, `  (${code})`);
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

/** `--help` or `-h` among the options; after `--` it is a word like any other. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === "--help" || arg === "-h");
}

function helpLines(): readonly string[] {
  return [
    "aura: identity, rules, durable execution and evidence for AI agents.",
    "",
    ...COMMANDS.filter(({ hidden }) => hidden !== true).flatMap(({ usage: written, summary }) => [
      `  ${written}`,
      `      ${summary}`,
    ]),
    "",
    ...HELP_END,
  ];
}

const HELP_END: readonly string[] = [
  "`aura --version` says which AURA this is. Every command takes --help and --json.",
  "Exit codes: 0 done, 1 unexpected, 2 wrong command line, 3 refused,",
  "4 data folder in use, 5 machine (disk, rights, Node), 6 application, 7 a mission did not succeed,",
  "8 a mission waits for a person, 9 interrupted (the same command goes on), 10 the log is not the one that was signed.",
];
