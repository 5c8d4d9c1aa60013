// Checks the package in the current folder as npm would publish it: manifest and files, the doors as they open from dist/ on
// plain Node without the workspace's condition, what TypeScript finds behind them, the API report, and every packed byte.
import "./check-node.js";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { checkApiReports } from "./api-report.js";
import { judgeTarball, readTarball, withTarball } from "./tarball.js";

/** Packages are ESM only: what CommonJS and the resolution of Node 10 would see is not asked. */
const RESOLUTIONS = new Set(["node16-esm", "bundler"]);

/** A testing door opens inside a test runner only; a `system-*` door is a program, which another process starts. */
const NOT_OPENED = /^\.\/testing$|\/system-[\w-]+$/;

/** @type {{ name: string, private?: boolean, exports: Record<string, string | { default: string }> }} */
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

const { messages, pkg } = await publint({ pkgDir: ".", strict: true, pack: false });
for (const message of messages) fail(formatMessage(message, pkg, { color: false }) ?? message.code);
await checkDoors();
await withTarball(process.cwd(), async (tarball) => {
  const files = readTarball(tarball);
  for (const finding of judgeTarball(files)) fail(finding);
  await checkTypes(tarball);
  const unpacked = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  process.stdout.write(
    `${manifest.name}: ${files.length} files, ${readFileSync(tarball).length} bytes packed, ${unpacked} unpacked\n`,
  );
});
checkReports();

async function checkDoors() {
  for (const [door, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string" || NOT_OPENED.test(door)) continue;
    await import(pathToFileURL(resolve(target.default)).href).catch((error) => fail(`${door} does not open: ${error}`));
  }
}

/**
 * What are-the-types-wrong says of each door, under the resolutions that an ESM-only package has.
 * @param {string} tarball
 */
async function checkTypes(tarball) {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (result.types === false) return fail("has no types");
  for (const problem of result.problems) {
    const resolution = "resolutionKind" in problem ? problem.resolutionKind : undefined;
    if (resolution !== undefined && !RESOLUTIONS.has(resolution)) continue;
    const door = "entrypoint" in problem ? problem.entrypoint : "";
    fail(`attw: ${problem.kind} at ${door} (${resolution ?? "every resolution"})`);
  }
}

function checkReports() {
  try {
    for (const finding of checkApiReports(process.cwd())) fail(finding);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} what */
function fail(what) {
  process.stderr.write(`${manifest.name}: ${what}\n`);
  process.exitCode = 1;
}
