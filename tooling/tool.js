// Runs one of the workspace's tools: `node tooling/tool.js turbo run build`.
import "./check-node.js";
import { spawnSync } from "node:child_process";
import { toolEnvironment, toolPath } from "./tools.js";

const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  process.stderr.write("Say which tool to run: node tooling/tool.js <tool> [arguments]\n");
  process.exit(2);
}

const { status, signal, error } = spawnSync(toolPath(name), args, { stdio: "inherit", env: toolEnvironment });
if (error) throw error;
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 1);
