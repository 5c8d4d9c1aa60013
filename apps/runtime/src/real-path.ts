import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fromSystem, systemCode } from "./runtime-error.ts";

/** Where a path leads once every link on it is followed; what is not there yet keeps its name. */
export async function realPath(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch (error) {
    const missing = ["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "");
    if (!missing || dirname(full) === full) throw fromSystem(error, full);
    return join(await realPath(dirname(full)), basename(full));
  }
}

/** True if `path` is `folder` or lies below it. Both as {@link realPath} gives them. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}
