// Builds the package in the current folder once more and holds every byte against dist/: what is published can be made again.
import "./check-node.js";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { workspaceFolder } from "./tools.js";

// Beside dist/, so that the paths in source maps have the same length of way to go.
const again = mkdtempSync("dist-again-");
try {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [join(workspaceFolder, "tooling/build-package.js"), again],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  const [first, second] = [filesOf("dist"), filesOf(again)];
  for (const path of new Set([...first, ...second])) {
    const there = first.includes(path) && second.includes(path);
    if (there && readFileSync(join("dist", path)).equals(readFileSync(join(again, path)))) continue;
    process.stderr.write(`${path} is not the same when it is built again\n`);
    process.exitCode = 1;
  }
} finally {
  rmSync(again, { recursive: true });
}

/** @param {string} folder */
function filesOf(folder) {
  return globSync("**", { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
}
