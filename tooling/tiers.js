// A tier is a kind of test that needs more than npm brings. Tests of a tier are `*.<tier>.test.ts` and a project of its
// name; a tier that cannot run here is not collected, and the test command names it. A new tier is one object in TIERS.
import { spawn } from "node:child_process";
import fs, { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { toolEnvironment, toolPath, workspaceFolder } from "./tools.js";

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
 * @property {Build} [build] native code of an npm package that `pnpm install` leaves unbuilt, so that nobody else waits for it
 */

/**
 * `npm run build` in a package's folder. It fetches nothing: the headers are those of the lockfile's Node.
 * @typedef {object} Build
 * @property {string} folder
 * @property {readonly string[]} needs what must be there first; what brings it is among the tier's `packages`
 */

/** @typedef {{ kind: "run" | "install" | "build" | "missing", tier: Tier }} TierPlan */

const CHROMIUM_PATHS = ["/usr/bin/chromium", "/usr/bin/google-chrome"];
const PYTHON_PATHS = ["/usr/bin/python3", "/usr/local/bin/python3"];
const GO_PATHS = ["/usr/bin/go", "/usr/local/go/bin/go"];
/** A PKCS #11 token in software; the package that reaches it, and its native half. */
const SOFTHSM = { module: "/usr/lib/softhsm/libsofthsm2.so", util: "/usr/bin/softhsm2-util" };
const PKCS11JS = `${workspaceFolder}/packages/trust/node_modules/pkcs11js`;
const PKCS11JS_NATIVE = `${PKCS11JS}/build/Release/pkcs11.node`;
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
  {
    name: "hsm", // keys on a PKCS #11 token: SoftHSM2, and pkcs11js with its native half
    remedy: "install softhsm2 g++ make python3",
    variable: "SOFTHSM2_MODULE",
    packages: ["softhsm2", "g++", "make", "python3"],
    build: { folder: PKCS11JS, needs: ["/usr/bin/g++", "/usr/bin/make", "/usr/bin/python3"] },
    find: ({ env, exists }) => {
      const module = env["SOFTHSM2_MODULE"] ? env["SOFTHSM2_MODULE"] : SOFTHSM.module;
      const util = env["SOFTHSM2_UTIL"] ? env["SOFTHSM2_UTIL"] : SOFTHSM.util;
      const found = [module, util, PKCS11JS_NATIVE].every(exists);
      return found ? { SOFTHSM2_MODULE: module, SOFTHSM2_UTIL: util } : undefined;
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
      if (runsOnceBuilt(tier, machine)) return { kind: "build", tier };
      const named = Boolean(machine.env[tier.variable]);
      return { kind: machine.aptMayInstall && tier.packages.length > 0 && !named ? "install" : "missing", tier };
    });
}

/**
 * Whether all that is missing is what its build makes.
 * @param {Tier} tier
 * @param {Pick<Machine, "env" | "exists">} machine
 */
function runsOnceBuilt({ build, find }, { env, exists }) {
  if (build === undefined || !build.needs.every(exists)) return false;
  return find({ env, exists: (path) => exists(path) || path.startsWith(`${build.folder}/build/`) }) !== undefined;
}

/**
 * The line that names the tiers that did not run; `undefined` when all did.
 * @param {readonly Pick<Tier, "name" | "remedy">[]} missing
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

/** A slow mirror or compiler ends here: the tier is then named as not run. */
const PREPARE_SECONDS_MAX = 240;

/**
 * Brings what a tier needs: installs its packages, where `apt-get` may, and builds what is to be built.
 * @param {TierPlan} plan
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
export function prepareTier({ kind, tier: { packages, build } }) {
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  const steps = [
    ...(kind === "install" ? [install] : []),
    ...(build === undefined ? [] : [`cd '${build.folder}'`, "npm run build"]),
  ];
  return new Promise((resolve, reject) => {
    // timeout(1) ends the whole process group; Node would end the shell only.
    const child = spawn("timeout", [String(PREPARE_SECONDS_MAX), "sh", "-c", steps.join(" && ")], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...toolEnvironment,
        DEBIAN_FRONTEND: "noninteractive",
        npm_config_nodedir: nodeFolder(),
        npm_config_update_notifier: "false",
      },
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, output }));
  });
}

/** The Node that runs the tests brings its headers with it, `include/` beside `bin/`. */
function nodeFolder() {
  const node = existsSync(toolPath("node")) ? toolPath("node") : process.execPath;
  return dirname(dirname(realpathSync(node)));
}
