import { statSync } from "node:fs";
import { locked } from "../store-error.ts";

/**
 * The files that this process has open as stores, by device and inode. The lock of the file system keeps other processes
 * out and not this one: it belongs to the process, and closing any descriptor of the file drops it (fcntl(2)). The set is
 * the process's own, whichever copy of this package asks.
 */
const OWNED = Symbol.for("@aura/store owned files");

/**
 * Claims an existing file for one store of this process, without opening it; a path through a symbolic or a hard link is
 * the same file. Answers how to give it up, which does nothing when it is asked for again. @throws `store/locked`
 */
export function ownFile(path: string): () => void {
  const owned = ownedFiles();
  const { dev, ino } = statSync(path, { bigint: true });
  const file = `${dev}:${ino}`;
  if (owned.has(file)) throw locked(path);
  owned.add(file);
  let held = true;
  return () => {
    if (held) owned.delete(file);
    held = false;
  };
}

function ownedFiles(): Set<string> {
  const global = globalThis as { [OWNED]?: Set<string> };
  return (global[OWNED] ??= new Set());
}
