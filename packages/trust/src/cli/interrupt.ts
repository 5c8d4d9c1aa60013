const leftovers = new Set<() => void>();

/** What must not stay behind when the program is interrupted; answers what to call when it is done. `clean` does not wait. */
export function onInterrupt(clean: () => void): () => void {
  leftovers.add(clean);
  return () => void leftovers.delete(clean);
}

/**
 * Ends the process when somebody presses Ctrl-C, with nothing left behind: by the signal itself, which shells show as 130, because an
 * orderly exit would wait for a pipe that nobody opens. A command that serves takes the signals over.
 */
export function endOnInterrupt(process: NodeJS.Process): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      for (const clean of leftovers) clean();
      process.kill(process.pid, signal); // nobody listens any more
    });
  }
}
