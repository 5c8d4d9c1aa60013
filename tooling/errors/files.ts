import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The texts of the files below a folder that match, by their path from it, sorted; without those whose path holds `except`. */
export function filesBelow(
  folder: string,
  patterns: readonly string[],
  except = "node_modules",
): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const paths = globSync([...patterns], { cwd: folder }).filter((path) => !path.includes(except));
  return new Map(paths.toSorted().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}
