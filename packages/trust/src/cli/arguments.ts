import { parseArgs } from "node:util";
import { usage } from "./command-error.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/** One thing that the program does. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** Options and what they mean, where the usage line does not say it all. */
  readonly help?: string;
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

export interface Given {
  /** FILE; empty if the command takes none. */
  readonly file: string;
  /** Every FILE, of a command that takes more than one. */
  readonly files: readonly string[];
  readonly json: boolean;
  option(name: string): string | undefined;
  /** Every value of an option that may be given more than once. */
  options(name: string): readonly string[];
  /** Whether an option without a value is given. */
  flag(name: string): boolean;
}

/** What a command takes besides `--json`. */
export interface Taken {
  /** Options with a value, each at most once. */
  readonly once?: readonly string[];
  /** Options with a value, any number of them. */
  readonly repeated?: readonly string[];
  /** Options without a value. */
  readonly flags?: readonly string[];
  /** One FILE unless it says otherwise; `-` is one. */
  readonly file?: "one" | "none" | "some";
}

/** Reads a command line, which holds what the command takes and nothing else. @throws `trust/usage` */
export function readArguments(
  command: Pick<Command, "usage">,
  args: readonly string[],
  { once = [], repeated = [], flags = [], file: wants = "one" }: Taken = {},
): Given {
  const options = [...once, ...repeated];
  const { values, positionals } = parse(command, args, { options, flags });
  const files = positionals.filter((path) => path !== "");
  const [file] = files;
  if (wants !== "none" && file === undefined) throw wrong(command, "The file is missing.");
  const other = { one: files[1], none: file, some: undefined }[wants];
  if (other !== undefined) throw wrong(command, `There is one file too many: ${other}.`);
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
  return {
    file: file ?? "",
    files,
    json: values["json"] === true,
    option: (name) => all(name)[0],
    options: all,
    flag: (name) => values[name] === true,
  };
}

/** @throws `trust/usage` */
export function wrong({ usage: line }: Pick<Command, "usage">, what: string, cause?: unknown): Error {
  return usage(what, "The command cannot tell what is meant.", `Use: ${line}`, cause);
}

function parse(
  command: Pick<Command, "usage">,
  args: readonly string[],
  { options, flags }: { readonly options: readonly string[]; readonly flags: readonly string[] },
): { readonly values: { readonly [name: string]: unknown }; readonly positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(["json", ...flags].map((name) => [name, { type: "boolean" as const }])),
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
