// The one test command: every check of the workspace, one line each, and at the end a line `N passed, N failed` alone.
// N counts the tests that vitest ran and one for each other step.
import "./check-node.js";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { toolEnvironment, toolPath, workspaceFolder } from "./tools.js";

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/** @typedef {{ exitCode: number, output: string }} Run */
/** @typedef {{ name: string, command: readonly string[], count?: (run: Run) => Count }} Step */

/** A step that takes longer than this says that it is still at it. */
const PROGRESS_MS = 15_000;

const reports = mkdtempSync(join(tmpdir(), "aura-test-"));
const vitestReport = join(reports, "vitest.json");

/** @type {readonly Step[]} */
const STEPS = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "typecheck", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "boundaries", command: ["turbo", "boundaries"] },
  {
    name: "tests",
    command: ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    count: countTests,
  },
  { name: "build", command: ["turbo", "run", "build", "--output-logs=errors-only"] },
  { name: "package", command: ["turbo", "run", "package", "--output-logs=errors-only"] },
];

process.stdout.write(`Node.js ${process.versions.node}, ${process.platform} ${process.arch}\n`);
/** @type {Count} */
const total = { passed: 0, failed: 0, skipped: 0 };
for (const step of STEPS) add(total, await take(step));
rmSync(reports, { recursive: true, force: true });

if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

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
  const run = await runTool(step.command);
  clearInterval(progress);
  const count = (step.count ?? countStep)(run);
  if (count.failed > 0) process.stdout.write(run.output);
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
  return step.count ? `  ${passed} passed, ${failed} failed.` : "";
}

/**
 * @param {Run} run
 * @returns {Count}
 */
function countStep({ exitCode }) {
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * A run that ended badly with no failing test (a file that does not load, an error outside a test, no report, no test
 * at all) counts as one failure.
 * @param {Run} run
 * @returns {Count}
 */
function countTests({ exitCode }) {
  if (!existsSync(vitestReport)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(vitestReport, "utf8"));
  /** @type {Count} */
  const count = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  if (count.failed === 0 && (exitCode !== 0 || count.passed === 0)) count.failed = 1;
  return count;
}

/**
 * @param {readonly string[]} command
 * @returns {Promise<Run>}
 */
function runTool([name = "", ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(toolPath(name), args, {
      cwd: workspaceFolder,
      env: toolEnvironment,
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
 * @param {Count} total
 * @param {Count} count
 */
function add(total, count) {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}
