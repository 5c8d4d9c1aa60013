import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { nodeArguments } from "./program.ts";

/** Ends processes when ours is gone, however it went. */
export interface Reaper {
  /** From here on the process ends with ours. */
  watch(pid: number): void;
  /** It has ended: its number may be another's soon. */
  forget(pid: number): void;
}

/** A process of its own that outlives us by a moment: one for each runtime, started with the first agent. */
export function createReaper(): Reaper {
  const watched = new Set<number>();
  let reaper: ChildProcess | undefined;

  return {
    watch: (pid) => {
      watched.add(pid);
      if (reaper === undefined) start();
      else reaper.stdin?.write(`+${pid}\n`);
    },
    forget: (pid) => {
      watched.delete(pid);
      reaper?.stdin?.write(`-${pid}\n`);
    },
  };

  function start(): void {
    const started = spawn(process.execPath, [...nodeArguments("system-reaper")], {
      env: {},
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    reaper = started;
    started.on("error", () => undefined);
    started.stdin.on("error", () => undefined);
    // Whoever ended it wants agents to outlive us: another one takes its place.
    started.on("exit", () => {
      reaper = undefined;
      if (watched.size > 0) start();
    });
    started.unref();
    unrefStream(started.stdin);
    for (const pid of watched) started.stdin.write(`+${pid}\n`);
  }
}

/** It must not hold our process open. */
function unrefStream(stream: object): void {
  if ("unref" in stream && typeof stream.unref === "function") stream.unref();
}
