import { runCommandLine } from "./command-line.ts";
import type { Decorators } from "../wire.ts";
import { createTerminal } from "./terminal.ts";

/**
 * The command line on this process: its arguments, streams and signals. The first SIGTERM or SIGINT asks the command to
 * end, the second ends it. @param decorators put between the parts by whoever starts the process in its own file
 */
export async function runProcess(decorators: Decorators = {}): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  process.stdout.on("error", endOnClosedPipe);
  const { NO_COLOR, TERM } = process.env;
  const plain = (NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb";
  const exitCode = await runCommandLine(process.argv.slice(2), {
    stop: stop.signal,
    decorators,
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
