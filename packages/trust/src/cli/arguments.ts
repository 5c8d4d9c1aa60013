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
  /** Every value of an option that may be given more than once. */
  options(name: string): readonly string[];
}

/**
 * One FILE (none, if `file` says so: then `file` is empty), `--json`, and options with a value; each at most once unless it
 * is `repeated`, nothing else. @throws `trust/usage`
 */
export function readArguments(
  command: Pick<Command, "usage">,
  args: readonly string[],
  once: readonly string[],
  {
    repeated = [],
    file: wants = "one",
  }: { readonly repeated?: readonly string[]; readonly file?: "one" | "none" } = {},
): Given {
  const options = [...once, ...repeated];
  const {
    values,
    positionals,
  }: { readonly values: { readonly [name: string]: unknown }; readonly positionals: readonly string[] } = parse(
    command,
    args,
    options,
  );
  const [file, ...others] = wants === "one" ? positionals : ["", ...positionals];
  if (file === undefined || (file === "" && wants === "one")) throw wrong(command, "The file is missing.");
  if (others.length > 0) throw wrong(command, `There is one file too many: ${others[0]}.`);
  const given = new Map<string, readonly string[]>();
  for (const name of options) {
    const value = values[name];
    if (!Array.isArray(value)) continue;
    const texts = (value as readonly unknown[]).filter((text) => typeof text === "string" && text !== "");
    if (value.length > 1 && once.includes(name)) throw wrong(command, `--${name} is given twice.`);
    if (texts.length < value.length) throw wrong(command, `--${name} has no value.`);
    given.set(name, texts as readonly string[]);
  }
  const all = (name: string): readonly string[] => given.get(name) ?? [];
  return { file, json: values["json"] === true, option: (name) => all(name)[0], options: all };
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
