// Starts a server as a gateway does, tells its process id, and ends as told.
import { fileURLToPath } from "node:url";
import { stdioUpstream } from "../../src/index.ts";

const [how, mode = "plain"] = process.argv.slice(2);
const server = fileURLToPath(new URL("hostile-server.ts", import.meta.url));
const upstream = stdioUpstream({ name: "hostile", command: process.execPath, args: [server, mode], cwd: "/" });
const offer = await upstream.offer();
const answer = await offer.call({ tool: "pid", arguments: {}, idempotencyKey: "k", timeoutMs: 10_000 });
process.stdout.write(`${JSON.stringify(answer)}\n`);
if (how === "exit") process.exit(0);
if (how === "throw") throw new Error("nobody catches this");
