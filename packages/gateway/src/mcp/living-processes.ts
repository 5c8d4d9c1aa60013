import type { ChildProcess } from "node:child_process";

const living = new Set<ChildProcess>();

/**
 * Kills `child` when this process ends by itself (`process.exit`, an uncaught error) before the answer was called. What ends
 * us from outside leaves no time for it: then the system closes the child's input.
 */
export function dieWithUs(child: ChildProcess): () => void {
  if (living.size === 0) process.on("exit", killAll);
  living.add(child);
  return () => {
    living.delete(child);
    if (living.size === 0) process.off("exit", killAll);
  };
}

function killAll(): void {
  for (const child of living) child.kill("SIGKILL");
}
