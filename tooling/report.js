import { notRunLine } from "./tiers.js";

/** @typedef {{ passed: number, failed: number, said: readonly string[] }} Count */
/** @typedef {Pick<import("./tiers.js").Tier, "name" | "remedy">} NotRun */

/**
 * The part of vitest's JSON report that is read here.
 * @typedef {object} Report
 * @property {readonly { readonly name: string, readonly assertionResults: readonly Result[] }[]} testResults
 */
/** @typedef {{ readonly fullName: string, readonly status: string }} Result */

/**
 * Counts what vitest reports. Every test that neither passed nor failed (skipped, to do, never reached) counts as failed and
 * is named. A run that ended badly with no failing test (a file that does not load, an error outside a test, no report,
 * no test at all) counts as one failure.
 * @param {Report | undefined} report `undefined`: there is none
 * @param {number} exitCode
 * @returns {Count}
 */
export function countReport(report, exitCode) {
  const results = (report?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults.map((result) => ({ ...result, file: name })),
  );
  const passed = results.filter(({ status }) => status === "passed").length;
  const broken = results.filter(({ status }) => status === "failed").length;
  const skipped = results.filter(({ status }) => status !== "passed" && status !== "failed");
  const failed = broken + skipped.length;
  const endedBadly = exitCode !== 0 || passed === 0;
  return {
    passed,
    failed: failed === 0 && endedBadly ? 1 : failed,
    said: skipped.map(({ file, fullName, status }) => `${status}: ${file}: ${fullName}`),
  };
}

/**
 * What `tooling/install/main.ts` reports. One that ended badly with nothing that failed, or found nothing to try, counts as failed.
 * @param {{ readonly passed: number, readonly failed: number } | undefined} report `undefined`: there is none
 * @param {number} exitCode
 * @returns {Count}
 */
export function countInstalled(report, exitCode) {
  const { passed = 0, failed = 0 } = report ?? {};
  return { passed, failed: failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed, said: [] };
}

/**
 * How the whole run ends: its last line, above it the tiers that did not run, and its exit code. With `CI` set each tier that
 * did not run counts as failed; a run in which nothing passed has failed.
 * @param {{ readonly passed: number, readonly failed: number }} total of every step
 * @param {readonly NotRun[]} missing
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ readonly lines: readonly string[], readonly exitCode: number }}
 */
export function concludeRun({ passed, failed }, missing, env) {
  const failures = failed + (env["CI"] ? missing.length : 0);
  const notRun = notRunLine(missing);
  return {
    lines: [...(notRun === undefined ? [] : [notRun]), `${passed} passed, ${failures} failed`],
    exitCode: failures > 0 || passed === 0 ? 1 : 0,
  };
}
