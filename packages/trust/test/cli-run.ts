import { type ChildProcessByStdio, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Terminal } from "../src/cli/terminal.ts";
import { runProgram } from "../src/cli/program.ts";

export const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function runCli(words: readonly string[], terminal: Partial<Terminal> = {}): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runProgram(words, {
    out: (part) => (out += part),
    err: (part) => (err += part),
    watched: false,
    ...terminal,
  });
  return { code, out, err };
}

/** Starts the program as a shell would. */
export function startCli(words: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(process.execPath, ["--conditions=@aura/source", MAIN, ...words], { stdio: ["pipe", "pipe", "pipe"] });
}

/** What a started program says until it ends; its input is `input` and then ends, or stays open without it. */
export async function endOf(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  input?: string | Uint8Array,
): Promise<Ran> {
  child.stdin.on("error", () => undefined); // it may end before it has read everything
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}
