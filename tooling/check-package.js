// Checks the package in the current folder as npm would publish it: its manifest and files, and that its doors open
// from dist/ on plain Node, without the workspace's condition.
import "./check-node.js";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** @type {{ name: string, exports: Record<string, string | { default: string }> }} */
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

const { messages, pkg } = await publint({ pkgDir: ".", strict: true, pack: false });
for (const message of messages) fail(formatMessage(message, pkg, { color: false }) ?? message.code);

for (const [door, target] of Object.entries(manifest.exports)) {
  // A testing door opens inside a test runner only.
  if (typeof target === "string" || door === "./testing") continue;
  await import(pathToFileURL(resolve(target.default)).href).catch((error) => fail(`${door} does not open: ${error}`));
}

/** @param {string} what */
function fail(what) {
  process.stderr.write(`${manifest.name}: ${what}\n`);
  process.exitCode = 1;
}
