import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { isWithin } from "../real-path.ts";

/**
 * What an agent's process must read to load its application: its folder, our own code, and the packages that either can
 * import, followed through their links. Real paths; none lies in another, and none holds `secret`, whose neighbours are named
 * one by one instead.
 */
export function readableFolders(folders: readonly string[], secret: readonly string[]): readonly string[] {
  const found: string[] = [];
  const waiting = folders.map((folder) => realpathSync(folder));
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (isCovered(folder, found)) continue;
    found.push(folder);
    for (const modules of moduleFolders(folder)) {
      if (!isCovered(modules, found)) found.push(modules);
      waiting.push(...linkedFrom(modules));
    }
  }
  const hidden = secret.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  const outer = found.filter(
    (folder) =>
      !isCovered(
        folder,
        found.filter((other) => other !== folder),
      ),
  );
  return outer.flatMap((folder) => without(folder, hidden));
}

function isCovered(path: string, found: readonly string[]): boolean {
  return found.some((folder) => isWithin(path, folder));
}

/** Where Node looks for a package: in each `node_modules` on the way up. */
function moduleFolders(folder: string): readonly string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    if (existsSync(modules)) found.push(realpathSync(modules));
    if (dirname(at) === at) return found;
  }
}

/** Packages of a `node_modules` that stand elsewhere. */
function linkedFrom(modules: string): readonly string[] {
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    const path = join(modules, entry.name);
    if (entry.isSymbolicLink()) return existsSync(path) ? [realpathSync(path)] : [];
    return entry.isDirectory() && entry.name.startsWith("@") ? linkedFrom(path) : [];
  });
}

function without(folder: string, hidden: readonly string[]): readonly string[] {
  if (hidden.some((path) => isWithin(folder, path))) return [];
  if (!hidden.some((path) => isWithin(path, folder))) return [folder];
  return readdirSync(folder).flatMap((name) => without(join(folder, name), hidden));
}
