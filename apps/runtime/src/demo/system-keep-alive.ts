import { spawn } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { isReady } from "./system-parent-link.ts";
import type { RuntimeReady } from "./system-parent-link.ts";

/** A runtime that dies this often in a row before it serves will not do better the next time. */
const DEATHS_BEFORE_READY_MAX = 3;

/** How a runtime's process ended: one of both is there. */
export interface RuntimeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface KeepAlive {
  /** Arguments of this very program that make it a runtime. */
  readonly args: readonly string[];
  /** `undefined`: the first one chooses, and the later ones stay there. */
  readonly port: number | undefined;
  readonly stop: AbortSignal;
  /** Told each time a runtime serves; `before` is the one that served before it. */
  readonly ready: (ready: RuntimeReady, before: RuntimeReady | undefined) => void;
  readonly died: (end: RuntimeEnd & { readonly pid: number }) => void;
}

/**
 * Runs the runtime as a process of its own and starts it again when a signal ended it, on the same port. Resolves when it
 * ended otherwise (by itself, or because it was told to stop with us), or died {@link DEATHS_BEFORE_READY_MAX} times in a row
 * before it served. A runtime whose parent is gone stops by itself.
 */
export async function keepRuntimeAlive(keep: KeepAlive): Promise<RuntimeEnd> {
  let served: RuntimeReady | undefined;
  for (let deaths = 0; ;) {
    const port = served?.port ?? keep.port;
    const listen = port === undefined ? [] : ["--listen", `127.0.0.1:${port}`];
    const run = await runOnce([...keep.args, ...listen], keep.stop, (ready) => {
      deaths = 0;
      keep.ready(ready, served);
      served = ready;
    });
    if (run.signal === null || keep.stop.aborted) return run;
    deaths += 1;
    if (deaths >= DEATHS_BEFORE_READY_MAX) return run;
    keep.died(run);
  }
}

/** One process, from its start to its end. */
function runOnce(
  args: readonly string[],
  stop: AbortSignal,
  onReady: (ready: RuntimeReady) => void,
): Promise<RuntimeEnd & { readonly pid: number }> {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: environment(),
  });
  const onStop = (): void => void child.kill("SIGTERM");
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  child.on("message", (message) => {
    if (!isReady(message)) return;
    onReady(message);
    // Dead meanwhile: then its end says so.
    if (child.connected) child.send("heard", () => undefined);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      stop.removeEventListener("abort", onStop);
      resolve({ exitCode, signal, pid: child.pid ?? 0 });
    });
  });
}

/** Ours; and what this process compiled is not compiled again by the next one. */
function environment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache };
}
