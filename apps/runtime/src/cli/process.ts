import { runCommandLine } from "./command-line.ts";
import { confirmOnTerminal } from "./confirm-on-terminal.ts";
import type { Decorators } from "../wire.ts";
import type { ModelPlace } from "../application.ts";
import { createTerminal } from "./terminal.ts";

/**
 * The command line on this process: its arguments, streams and signals. The first SIGTERM or SIGINT asks the command to
 * end, the second, of either, ends the process. Node hands signals to the thread that agents run on: against an agent that
 * never yields (`for (;;);`) only SIGKILL helps, and whoever starts next takes over.
 * @param decorators put between the parts by whoever starts the process in its own file
 */
export async function runProcess(decorators: Decorators = {}): Promise<void> {
  // Node would open its debugger to every process of this machine: an agent could send the signal, connect and be the runtime.
  process.on("SIGUSR1", () => undefined);
  const stop = stopOnSignal();
  process.stdout.on("error", endOnClosedPipe);
  process.stderr.on("error", goOnWithoutErrors);
  const { NO_COLOR, TERM } = process.env;
  const model = modelOf(process.env);
  const plain = (NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb";
  const exitCode = await runCommandLine(process.argv.slice(2), {
    stop,
    decorators: model === undefined ? decorators : { model, ...decorators },
    confirm: (question) => confirmOnTerminal(question, { input: process.stdin, output: process.stderr }, stop),
    terminal: (mode) => createTerminal({ out: process.stdout, err: process.stderr, plain }, mode),
  });
  // What still runs are agents whose store is closed: they can do nothing more, and whoever starts next takes them over.
  process.stdout.write("", () => process.exit(exitCode));
}

/** Whoever read our output is gone (`aura start | head`): what is committed stays, and nobody needs the rest. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}

/** Whoever read our errors is gone: there is nobody to tell, and the exit code says it still. */
function goOnWithoutErrors(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** Aborted by the first SIGTERM or SIGINT; then both do again what they do by default. */
function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return stop.signal;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** A real model instead of an application's own, in the variables that the usual clients read. */
function modelOf({ OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL }: NodeJS.ProcessEnv): ModelPlace | undefined {
  const baseUrl = OPENAI_BASE_URL ?? "";
  if (baseUrl === "") return undefined;
  const apiKey = OPENAI_API_KEY ?? "";
  return { baseUrl, model: OPENAI_MODEL || "gpt-5", ...(apiKey === "" ? {} : { apiKey }) };
}
