// A tier is a kind of test that needs more than npm brings. Tests of a tier are `*.<tier>.test.ts` and a project of its
// name; a tier that cannot run here is not collected, and the test command names it. A new tier is one object in TIERS.
import { spawn } from "node:child_process";
import fs, { existsSync, readFileSync } from "node:fs";
import { workspaceFolder } from "./tools.js";

/**
 * What a tier may ask of the machine.
 * @typedef {object} Machine
 * @property {Readonly<Record<string, string | undefined>>} env
 * @property {(path: string) => boolean} exists
 * @property {boolean} aptMayInstall root on Debian: `apt-get install` works and bothers nobody
 * @property {(tier: string) => boolean} hasTests
 */

/**
 * @typedef {object} Tier
 * @property {string} name
 * @property {string} remedy what a person does so that it runs, in a few words
 * @property {(machine: Pick<Machine, "env" | "exists">) => Readonly<Record<string, string>> | undefined} find
 *   the environment that its tests get; `undefined` where it cannot run
 * @property {string} variable names the thing by hand; where it is set nothing is installed
 * @property {readonly string[]} packages what `apt-get` would install; none: it is not tried
 */

/** @typedef {{ kind: "run" | "install" | "missing", tier: Tier }} TierPlan */

const CHROMIUM_PATHS = ["/usr/bin/chromium", "/usr/bin/google-chrome"];
const PYTHON_PATHS = ["/usr/bin/python3", "/usr/local/bin/python3"];
const GO_PATHS = ["/usr/bin/go", "/usr/local/go/bin/go"];
/** Where Debian keeps Go packages: a GOPATH, so nothing is fetched. */
const GO_CODE = "/usr/share/gocode";

/** @type {readonly Tier[]} */
export const TIERS = [
  {
    name: "browser",
    remedy: "install chromium",
    variable: "CHROMIUM",
    packages: ["chromium"],
    find: ({ env, exists }) => {
      const named = env["CHROMIUM"];
      const path = [...(named ? [named] : CHROMIUM_PATHS)].find(exists);
      return path === undefined ? undefined : { CHROMIUM: path };
    },
  },
  {
    name: "foreign", // what others read and write of our formats: Python's standard library, Go's checksum database
    remedy: "install python3 golang-go golang-golang-x-mod-dev",
    variable: "GO",
    packages: ["python3", "golang-go", "golang-golang-x-mod-dev"],
    find: ({ env, exists }) => {
      const python = (env["PYTHON"] ? [env["PYTHON"]] : PYTHON_PATHS).find(exists);
      const go = (env["GO"] ? [env["GO"]] : GO_PATHS).find(exists);
      const found = python !== undefined && go !== undefined && exists(`${GO_CODE}/src/golang.org/x/mod/sumdb/tlog`);
      return found ? { PYTHON: python, GO: go, GO_CODE } : undefined;
    },
  },
];

/**
 * What is to be done about each tier that has tests. Pure.
 * @param {readonly Tier[]} tiers
 * @param {Machine} machine
 * @returns {readonly TierPlan[]}
 */
export function planTiers(tiers, machine) {
  return tiers
    .filter(({ name }) => machine.hasTests(name))
    .map((tier) => {
      if (tier.find(machine) !== undefined) return { kind: "run", tier };
      const named = Boolean(machine.env[tier.variable]);
      return { kind: machine.aptMayInstall && tier.packages.length > 0 && !named ? "install" : "missing", tier };
    });
}

/**
 * The line that names the tiers that did not run; `undefined` when all did.
 * @param {readonly Tier[]} missing
 */
export function notRunLine(missing) {
  if (missing.length === 0) return undefined;
  return `not run: ${missing.map(({ name, remedy }) => `${name} (${remedy})`).join(", ")}`;
}

/** @returns {Machine} */
export function thisMachine() {
  const system = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return {
    env: process.env,
    exists: existsSync,
    aptMayInstall: process.getuid?.() === 0 && /^ID=debian$/m.test(system) && existsSync("/usr/bin/apt-get"),
    hasTests: (tier) => fs.globSync(`{packages,apps}/*/test/**/*.${tier}.test.ts`, { cwd: workspaceFolder }).length > 0,
  };
}

/** A slow mirror ends here: the tier is then named as not run. */
const INSTALL_SECONDS_MAX = 240;

/**
 * @param {Tier} tier
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
export function installTier({ packages }) {
  const script = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  return new Promise((resolve, reject) => {
    // timeout(1) ends the whole process group; Node would end the shell only.
    const child = spawn("timeout", [String(INSTALL_SECONDS_MAX), "sh", "-c", script], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, output }));
  });
}
