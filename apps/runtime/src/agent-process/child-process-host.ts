import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { AgentHost, Timers } from "@aura/engine";
import { outputTail } from "./output-tail.ts";
import { nodeArguments } from "./program.ts";
import { readableFolders } from "./readable-folders.ts";
import { createReaper } from "./reaper.ts";
import { FRAME_BYTES_MAX } from "./frame.ts";
import { type Patience, RemoteGuest } from "./remote-guest.ts";
import { socketChannel } from "./socket-channel.ts";

/** Loading an application may take this long; agents that start together load together. */
const OPEN_MS = 60_000;
/** A process that does not answer for this long is ended. */
const SILENT_MS = 10_000;
/** How many processes load at once: more than that only makes each of them slower. */
const LOADING_MAX = 4;

export interface ChildProcessParts {
  /** Absolute path of the application's module: what exports `application`. */
  readonly module: string;
  readonly timers: Timers;
  readonly nowMs: () => number;
  /** What agents may not read even if it lies in their application's folder: the data folder, keys. Absolute paths. */
  readonly secret: readonly string[];
  readonly patience?: Partial<Patience>;
  /** Told how a process ended and the last of what it wrote, {@link OUTPUT_TAIL_BYTES} each: it goes into no log of ours. */
  readonly ended?: (end: ProcessEnd) => void;
}

/** How an agent's process ended. */
export interface ProcessEnd {
  readonly mission: string;
  readonly agent: string;
  /** For people: `exit code 1`, `signal SIGKILL`. */
  readonly how: string;
  readonly out: string;
  readonly err: string;
}

/**
 * Agent functions in processes of their own, one for each run that is executed: a fresh Node with an empty environment, no
 * descriptor but its channel and its output, and Node's permission model, under which it reads its application and the packages
 * around it, writes no file, starts no process, no worker and no native code. It ends with the runtime, however that ends.
 *
 * What this is and what it is not: an agent that loops, exits, runs out of memory or talks nonsense harms its own run only.
 * Code that means harm still has the network and the runtime's user: it can signal processes of that user, and Node's
 * permission model is no sandbox by its makers' own word. Cost: one Node process a run.
 */
export function childProcessHost(parts: ChildProcessParts): AgentHost {
  const reaper = createReaper();
  const loading = new Turnstile(LOADING_MAX);
  const { timers, nowMs } = parts;
  const patience = { openMs: OPEN_MS, silentMs: SILENT_MS, ...parts.patience };
  const program = nodeArguments("system-agent");
  const module = pathToFileURL(parts.module).href;
  const args = [...permissions(parts, program), ...program];

  return {
    open: (opening, listener) =>
      loading.pass(() => {
        const child = spawn(process.execPath, args, {
          env: {},
          cwd: dirname(parts.module),
          stdio: ["ignore", "pipe", "pipe", "pipe"],
          detached: true, // an interrupt at the terminal is for the runtime alone
        });
        const [, out, err, pipe] = child.stdio as unknown as readonly [null, Readable, Readable, Duplex];
        const tails = { out: outputTail(out), err: outputTail(err) };
        const how = endOf(child);
        const { pid } = child;
        if (pid !== undefined) reaper.watch(pid);
        void how.then(() => pid !== undefined && reaper.forget(pid));
        child.on("close", () => {
          const { mission, agent } = opening;
          void how.then((text) =>
            parts.ended?.({ mission: mission.id, agent: agent.name, how: text, out: tails.out(), err: tails.err() }),
          );
        });
        const kill = (): Promise<string> => {
          child.kill("SIGKILL");
          return how;
        };
        const channel = socketChannel(pipe, FRAME_BYTES_MAX);
        return RemoteGuest.open({ channel, module, timers, nowMs, patience, kill }, opening, listener);
      }),
  };
}

/** Reading the application, and nothing else. */
function permissions({ module, secret }: ChildProcessParts, program: readonly string[]): readonly string[] {
  const own = program.at(-1) ?? "";
  const folders = readableFolders([dirname(module), dirname(dirname(own))], secret);
  // Node's own SQLite opens, reads and writes files that its permission model is never asked about.
  return ["--permission", "--no-experimental-sqlite", ...folders.map((folder) => `--allow-fs-read=${folder}`)];
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => resolve(`it did not start (${error.code ?? "unknown"})`));
    child.on("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

/** Lets so many through at once, in the order in which they came. */
class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(free: number) {
    this.#free = free;
  }

  async pass<Value>(through: () => Promise<Value>): Promise<Value> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await through();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
