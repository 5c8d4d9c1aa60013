import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { GO, isReady } from "./system-parent-link.ts";
import type { RuntimeReady } from "./system-parent-link.ts";

/** A runtime that dies this often in a row before it serves will not do better the next time. */
const DEATHS_BEFORE_READY_MAX = 3;

/** How a runtime's process ended: one of both is there. */
export interface RuntimeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface KeepAlive {
  /** Arguments of this very program that make it a runtime on a port, or on the usual one. */
  readonly args: (port: number | undefined) => readonly string[];
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
    const run = await runOnce(keep.args(served?.port ?? keep.port), keep.stop, (ready) => {
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

/** A process that was started, and how it ends. */
interface Started {
  readonly args: string;
  readonly child: ChildProcess;
  readonly ended: Promise<RuntimeEnd & { readonly pid: number }>;
}

let ahead: Started | undefined;

/**
 * Starts a runtime before anybody knows that it will do: it loads its program, touches nothing, and waits to be told to go.
 * {@link keepRuntimeAlive} takes it if it was started with the very same arguments.
 */
export function startAhead(args: readonly string[]): void {
  ahead = startRuntime(args);
}

/** Ends what was started ahead and is not wanted. */
export function dropAhead(): void {
  ahead?.child.kill("SIGTERM");
  ahead = undefined;
}

/** The one that waits, if it is what is asked for; else a new one. */
function takeOrStart(args: readonly string[]): Started {
  const taken = ahead;
  if (taken?.args === JSON.stringify(args)) {
    ahead = undefined;
    return taken;
  }
  dropAhead();
  return startRuntime(args);
}

function startRuntime(args: readonly string[]): Started {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: environment(),
  });
  const ended = new Promise<RuntimeEnd & { readonly pid: number }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal, pid: child.pid ?? 0 }));
  });
  ended.catch(() => undefined); // whoever takes it is told
  return { args: JSON.stringify(args), child, ended };
}

/** One process, from its start (or from where it waits) to its end. */
async function runOnce(
  args: readonly string[],
  stop: AbortSignal,
  onReady: (ready: RuntimeReady) => void,
): Promise<RuntimeEnd & { readonly pid: number }> {
  const { child, ended } = takeOrStart(args);
  const tell = (word: string): void => {
    // Dead meanwhile: then its end says so.
    if (child.connected) child.send(word, () => undefined);
  };
  const onStop = (): void => void child.kill("SIGTERM");
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  child.on("message", (message) => {
    if (!isReady(message)) return;
    onReady(message);
    tell("heard");
  });
  tell(GO);
  try {
    return await ended;
  } finally {
    stop.removeEventListener("abort", onStop);
  }
}

/** Ours; and what this process compiled is not compiled again by the next one. Node names the folder by its own version itself. */
function environment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
}
