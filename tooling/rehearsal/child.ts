import { spawn } from "node:child_process";

export interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** No single command of a rehearsal takes longer. */
const COMMAND_MS_MAX = 300_000;

/** Runs a command to its end; what it printed is kept. Killed, and said so, after five minutes. */
export function runCommand(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"], timeout: COMMAND_MS_MAX });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      const said = Buffer.concat(chunks).toString();
      resolve({ exitCode: exitCode ?? 1, output: signal === null ? said : `${said}\nended by ${signal}` });
    });
  });
}

/** Runs a command that has to succeed. @throws with everything it printed */
export async function mustRun(...parameters: Parameters<typeof runCommand>): Promise<string> {
  const { exitCode, output } = await runCommand(...parameters);
  if (exitCode !== 0) throw new Error(`${parameters[0].join(" ")} ended with ${exitCode}:\n${output}`);
  return output;
}
