// Runs a TypeScript program of the workspace from its sources, in this process, so that signals and the exit code are
// its own: `node --conditions=@aura/source tooling/launch.js apps/demo/src/main.ts [arguments]`.
import "./check-node.js";
import { existsSync } from "node:fs";
import module from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [node = process.execPath, , program, ...args] = process.argv;
if (program === undefined || !existsSync(program)) {
  process.stderr.write(
    `There is no program ${program ?? ""} in ${process.cwd()}. Run this from the top of the workspace.\n`,
  );
  process.exit(2);
}

const path = resolve(program);
process.argv = [node, path, ...args];
// What was compiled once is not compiled again by the next run.
module.enableCompileCache?.(resolve("node_modules/.cache/compile"));
await import(pathToFileURL(path).href);
