import { spawn } from "node:child_process";

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  /** What it said on its standard output alone. */
  readonly printed: string;
}

/** For anything here, on a busy machine: then it is ended. */
const RUN_MS_MAX = 240_000;

/** Runs a program to its end. Never throws: one that cannot start has exit code 127. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: RUN_MS_MAX });
    let output = "";
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      printed += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => resolve({ exitCode: 127, output: error.message, printed }));
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, output, printed }));
  });
}
