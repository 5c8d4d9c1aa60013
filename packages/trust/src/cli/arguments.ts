import { parseArgs } from "node:util";
import { usage } from "./command-error.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/** One thing that the program does. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

export interface Given {
  readonly file: string;
  readonly json: boolean;
  option(name: string): string | undefined;
}

/** One FILE, `--json`, and options with a value; each at most once, nothing else. @throws `trust/usage` */
export function readArguments(
  command: Pick<Command, "usage">,
  args: readonly string[],
  options: readonly string[],
): Given {
  const {
    values,
    positionals,
  }: { readonly values: { readonly [name: string]: unknown }; readonly positionals: readonly string[] } = parse(
    command,
    args,
    options,
  );
  const [file, ...others] = positionals;
  if (file === undefined || file === "") throw wrong(command, "The file is missing.");
  if (others.length > 0) throw wrong(command, `There is one file too many: ${others[0]}.`);
  const given = new Map<string, string>();
  for (const name of options) {
    const value = values[name];
    if (!Array.isArray(value)) continue;
    const [first, second] = value as readonly unknown[];
    if (second !== undefined) throw wrong(command, `--${name} is given twice.`);
    if (typeof first !== "string" || first === "") throw wrong(command, `--${name} has no value.`);
    given.set(name, first);
  }
  return { file, json: values["json"] === true, option: (name) => given.get(name) };
}

/** @throws `trust/usage` */
export function wrong({ usage: line }: Pick<Command, "usage">, what: string, cause?: unknown): Error {
  return usage(what, "The command cannot tell what is meant.", `Use: ${line}`, cause);
}

function parse(command: Pick<Command, "usage">, args: readonly string[], options: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" as const },
        ...Object.fromEntries(options.map((name) => [name, { type: "string" as const, multiple: true as const }])),
      },
    });
  } catch (error) {
    throw wrong(
      command,
      error instanceof Error ? error.message.replace(/\. To specify.*$/s, ".") : "The options are wrong.",
      error,
    );
  }
}
