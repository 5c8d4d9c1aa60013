// `pnpm demo`: builds the page if it is stale, then runs `aura demo` on the application of the repository.
import "./check-node.js";
import { buildPageIfStale } from "./page.js";

if (!buildPageIfStale()) process.exit(1);
const [node = process.execPath, , ...args] = process.argv;
const program = "apps/runtime/src/cli/main.ts";
process.argv = [node, "launch.js", program, "demo", "--app", "apps/demo", "--data", ".aura/demo", ...args];
await import("./launch.js");
