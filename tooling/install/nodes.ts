import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workspaceFolder } from "../tools.js";

/** A Node.js to run on; `path` is `undefined` where there is none. */
export interface FoundNode {
  readonly major: number;
  readonly path: string | undefined;
}

/** Besides the one that runs this: the oldest line that is supported and the newest. Versions that are weeks old. */
const OTHERS = { 22: "22.23.3", 26: "26.10.0" } as const;
/** About 110 MB to fetch, once. */
const INSTALL_MS_MAX = 240_000;
const cache = join(workspaceFolder, "node_modules/.cache/nodes");

/**
 * The Node.js of this process and one of each other line: that which `NODE_22` or `NODE_26` names, or the npm package that holds
 * the binary, which is installed (no script of it runs) under `node_modules/.cache` when it is not there. Linux only, x64 and arm64.
 */
export function findNodes(env: Readonly<Record<string, string | undefined>>): readonly FoundNode[] {
  const own = Number(process.versions.node.split(".")[0]);
  const others = Object.entries(OTHERS).filter(([major]) => Number(major) !== own);
  return [
    { major: own, path: process.execPath },
    ...others.map(([major, version]) => ({
      major: Number(major),
      path: answering(env[`NODE_${major}`] ?? installed(version), major),
    })),
  ].toSorted((one, other) => one.major - other.major);
}

/** The path, if it runs and is of that line. */
function answering(path: string, major: string): string | undefined {
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.startsWith(`v${major}.`) ? path : undefined;
}

function installed(version: string): string {
  const folder = join(cache, version);
  const binary = join(folder, "node_modules/node/bin/node");
  if (existsSync(binary) || process.platform !== "linux") return binary;
  mkdirSync(folder, { recursive: true });
  const node = `npm:node-linux-${process.arch}@${version}`;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { node } }));
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier"];
  spawnSync("npm", ["install", ...quiet], { cwd: folder, timeout: INSTALL_MS_MAX });
  return binary;
}
