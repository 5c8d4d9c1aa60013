// The one test command: every check of the workspace, one line each, and at the end a line `N passed, N failed` alone.
// N counts the tests that vitest ran and one for each other step. A tier of tests that cannot run here (tiers.js) is named
// above that line; with CI set it counts as failed.
import "./check-node.js";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { concludeRun, countInstalled, countReport } from "./report.js";
import { planTiers, prepareTier, thisMachine, TIERS } from "./tiers.js";
import { toolEnvironment, toolPath, workspaceFolder } from "./tools.js";

/** @typedef {import("./report.js").Count} Count */
/** @typedef {{ exitCode: number, output: string }} Run */
/** @typedef {{ name: string, run: () => Promise<Run>, count?: (run: Run) => Count }} Step */

/** A step that takes longer than this says that it is still at it. */
const PROGRESS_MS = 15_000;

const reports = mkdtempSync(join(tmpdir(), "aura-test-"));
const vitestReport = join(reports, "vitest.json");
const installedReport = join(reports, "installed.json");
/** Where the tests note which errors they provoked, for the step after them. */
const errorsMade = { AURA_ERRORS_MADE: join(reports, "errors-made") };

/** @type {readonly Step[]} */
const STEPS = [
  tool("format", ["oxfmt", "--check"]),
  tool("lint", ["oxlint", "--type-aware", "--deny-warnings"]),
  tool("typecheck", ["tsc", "-p", "tsconfig.json"]),
  // The page is written for a browser: its types are other ones.
  tool("console", ["tsc", "-p", "apps/console/tsconfig.json"]),
  tool("boundaries", ["turbo", "boundaries"]),
  tool("build", ["turbo", "run", "build", "--output-logs=errors-only"]),
  tool("package", ["turbo", "run", "package", "--output-logs=errors-only"]),
  tool("unused", ["knip", "--no-progress", "--treat-config-hints-as-errors"]),
  {
    ...tool("installed", ["node", "tooling/launch.js", "tooling/install/main.ts", installedReport]),
    count: ({ exitCode }) => countInstalled(readJson(installedReport), exitCode),
  },
  {
    ...tool("tests", ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`]),
    count: ({ exitCode }) => countReport(readJson(vitestReport), exitCode),
  },
  tool("errors", ["node", "--conditions=@aura/source", "tooling/launch.js", "tooling/errors/main.ts", "--check"]),
];

process.stdout.write(`Node.js ${process.versions.node}, ${process.platform} ${process.arch}\n`);
const total = { passed: 0, failed: 0 };
/** @type {import("./report.js").NotRun[]} */
const missing = [...(await prepareTiers())];
for (const step of STEPS) add(total, await take(step));
missing.push(...(readJson(installedReport)?.missing ?? []));
rmSync(reports, { recursive: true, force: true });

const { lines, exitCode } = concludeRun(total, missing, process.env);
process.stdout.write(`${lines.join("\n")}\n`);
process.exitCode = exitCode;

/** Installs what a tier needs where that is allowed, and builds it; answers the tiers that still cannot run. */
async function prepareTiers() {
  for (const plan of planTiers(TIERS, thisMachine())) {
    // The tier is named as not run if this fails; it is not a check of the workspace by itself.
    if (plan.kind === "install" || plan.kind === "build")
      await take({ name: plan.tier.name, run: () => prepareTier(plan), count: countInstall });
  }
  return planTiers(TIERS, thisMachine())
    .filter(({ kind }) => kind !== "run")
    .map(({ tier }) => tier);
}

/**
 * @param {Run} run
 * @returns {Count}
 */
function countInstall({ exitCode, output }) {
  return { passed: 0, failed: 0, said: exitCode === 0 ? [] : [output] };
}

/**
 * A step that runs one of the workspace's tools.
 * @param {string} name
 * @param {readonly string[]} command
 * @returns {Step}
 */
function tool(name, command) {
  return { name, run: () => runTool(command) };
}

/**
 * Runs one step and says how it went; what a failing step printed is shown in full.
 * @param {Step} step
 */
async function take(step) {
  const startedMs = performance.now();
  const elapsed = () => ((performance.now() - startedMs) / 1000).toFixed(1).padStart(6);
  const progress = setInterval(
    () => process.stdout.write(`...  ${step.name.padEnd(10)} ${elapsed()} s so far\n`),
    PROGRESS_MS,
  );
  const run = await step.run();
  clearInterval(progress);
  const count = (step.count ?? countStep)(run);
  if (count.failed > 0) process.stdout.write(run.output);
  for (const line of count.said) process.stdout.write(`${line.replaceAll(`${workspaceFolder}/`, "")}\n`);
  process.stdout.write(
    `${count.failed > 0 ? "FAIL" : "ok  "} ${step.name.padEnd(10)} ${elapsed()} s${detail(step, count)}\n`,
  );
  return count;
}

/**
 * @param {Step} step
 * @param {Count} count
 */
function detail(step, { passed, failed }) {
  return step.count && passed + failed > 0 ? `  ${passed} passed, ${failed} failed.` : "";
}

/**
 * @param {Run} run
 * @returns {Count}
 */
function countStep({ exitCode }) {
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, said: [] };
}

/** @param {string} path of a report; `undefined` if its step did not come so far */
function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/**
 * @param {readonly string[]} command
 * @returns {Promise<Run>}
 */
function runTool([name = "", ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(name === "node" ? process.execPath : toolPath(name), args, {
      cwd: workspaceFolder,
      env: { ...toolEnvironment, ...errorsMade },
      stdio: ["ignore", "pipe", "pipe"],
    });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode: exitCode ?? 1, output: stripVTControlCharacters(Buffer.concat(chunks).toString()) });
    });
  });
}

/**
 * @param {{ passed: number, failed: number }} total
 * @param {Count} count
 */
function add(total, count) {
  total.passed += count.passed;
  total.failed += count.failed;
}
