import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The program behind `aura`. */
export const AURA = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
/** The program behind `aura-trust`. */
export const AURA_TRUST = fileURLToPath(new URL("../../../packages/trust/src/cli/main.ts", import.meta.url));

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `aura` as a process of its own, as somebody at a shell would. */
export function spawnAura(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProcessEnd> {
  return spawnProgram(AURA, args, env);
}

/** Runs `aura-trust`. */
export function spawnAuraTrust(args: readonly string[]): Promise<ProcessEnd> {
  return spawnProgram(AURA_TRUST, args, {});
}

/** Runs a program of the workspace from its sources. */
export function spawnProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): Promise<ProcessEnd> {
  const child = spawn(process.execPath, ["--conditions=@aura/source", ...nodeOptions, program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const chunks = { out: [] as Buffer[], err: [] as Buffer[] };
  child.stdout.on("data", (chunk: Buffer) => chunks.out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.err.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode, out: Buffer.concat(chunks.out).toString(), err: Buffer.concat(chunks.err).toString() });
    });
  });
}
