import { parseArgs } from "node:util";
import type { ParseArgsOptionsConfig } from "node:util";
import { usage } from "../runtime-error.ts";
import type { Decorators } from "../wire.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/** What a command is run with. */
export interface Host {
  terminal(mode: "people" | "json"): Terminal;
  /** Aborted by SIGTERM and SIGINT. */
  readonly stop: AbortSignal;
  readonly decorators: Decorators;
  /** Asks a person on the terminal. No where nobody can be asked. @throws `runtime/nobody_to_ask` */
  confirm(question: string): Promise<boolean>;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** How it is written, one line. */
  readonly usage: string;
  /** Not for people: another command starts it. */
  readonly hidden?: true;
  run(args: readonly string[], host: Host): Promise<ExitCode>;
}

/** What was written after a command's name. */
export interface Arguments {
  readonly words: readonly string[];
  text(option: string): string | undefined;
  /** @throws `runtime/usage` */
  required(option: string): string;
  flag(option: string): boolean;
}

/** Reads options and exactly `words` words. @throws `runtime/usage` */
export function readArguments(
  command: Pick<Command, "name" | "usage">,
  args: readonly string[],
  expected: { readonly options: ParseArgsOptionsConfig; readonly words?: number },
): Arguments {
  const fix = `Write: ${command.usage}`;
  const { values, positionals } = parse(command, args, expected.options, fix);
  if (positionals.length !== (expected.words ?? 0)) {
    throw usage(`\`aura ${command.name}\` takes ${counted(expected.words ?? 0)}, and got ${positionals.length}.`, fix);
  }
  const text = (option: string): string | undefined => {
    const value = values[option];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    words: positionals,
    text,
    flag: (option) => values[option] === true,
    required: (option) => {
      const value = text(option);
      if (value === undefined) throw usage(`\`aura ${command.name}\` needs --${option}.`, fix);
      return value;
    },
  };
}

function counted(words: number): string {
  if (words === 0) return "no words beside its options";
  return words === 1 ? "one word" : `${words} words`;
}

function parse(command: Pick<Command, "name">, args: readonly string[], options: ParseArgsOptionsConfig, fix: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const problem = error instanceof Error ? problemIn(error.message) : String(error);
    throw usage(`\`aura ${command.name}\`: ${problem}.`, fix);
  }
}

/** What Node says is wrong, without the advice that it adds about positional arguments and dashes. */
function problemIn(message: string): string {
  return message.replace(/\. To specify a positional argument .*|\.\nDid you forget .*/s, "").replace(/\.$/, "");
}
