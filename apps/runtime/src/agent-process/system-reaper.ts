import { createInterface } from "node:readline";

// Ends the agents' processes of a runtime that was killed: an agent that spins does not see that its channel closed. The
// runtime says `+<pid>` when one starts and `-<pid>` when it has ended; when the runtime is gone, so are those left.
const alive = new Set<number>();

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const pid = Number(line.slice(1));
  if (line.startsWith("+")) alive.add(pid);
  else alive.delete(pid);
});
lines.on("close", () => {
  for (const pid of alive) endProcess(pid);
  process.exit(0);
});

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself: its channel had closed.
  }
}
