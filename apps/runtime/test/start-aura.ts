import { spawn } from "node:child_process";
import { NOTEBOOK } from "./in-process.ts";
import { AURA } from "./spawn-aura.ts";

/** A runtime that is a process of its own. Killed at the end of the test, whatever became of it. */
export interface StartedAura extends Disposable {
  /** Where it serves. */
  readonly url: string;
  /** How it ended: exit code, or the signal that killed it. */
  readonly ended: Promise<readonly [exitCode: number | null, signal: NodeJS.Signals | null]>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts the notebook in the data folder on a free port, and resolves when it serves.
 * Rejects with what it said on standard error if it ends before that: a test never waits for a process that is gone.
 * @param program stands in for the one behind `aura`
 */
export function startAura(data: string, program: string = AURA): Promise<StartedAura> {
  const args = ["start", "--app", NOTEBOOK, "--data", data, "--listen", "127.0.0.1:0", "--json"];
  const child = spawn(process.execPath, ["--conditions=@aura/source", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  const end = Promise.withResolvers<readonly [number | null, NodeJS.Signals | null]>();
  child.once("exit", (exitCode, signal) => end.resolve([exitCode, signal]));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error(`it ended before it served: ${said.err}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      said.out += chunk.toString();
      const url = /"serves":"([^"]+)"/.exec(said.out)?.[1];
      if (url === undefined) return;
      const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
      resolve({ url, ended: end.promise, kill, [Symbol.dispose]: () => kill("SIGKILL") });
    });
  });
}
