import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { notRunLine, planTiers, prepareTier, thisMachine, TIERS } from "../tiers.js";

const CHROMIUM = "/usr/bin/chromium";

function aMachine(overrides: { env?: Record<string, string>; paths?: string[]; apt?: boolean; tests?: string[] }) {
  const { env = {}, paths = [], apt = false, tests = ["browser"] } = overrides;
  return {
    env,
    exists: (path: string) => paths.includes(path),
    aptMayInstall: apt,
    hasTests: (tier: string) => tests.includes(tier),
  };
}

const plansOf = (machine: ReturnType<typeof aMachine>) =>
  planTiers(TIERS, machine).map(({ kind, tier }) => `${kind} ${tier.name}`);

describe("the browser tier", () => {
  const [browser] = TIERS;

  it("runs with the Chromium that the environment names, or with the system's", () => {
    const machine = aMachine({ env: { CHROMIUM: "/opt/c" }, paths: ["/opt/c", CHROMIUM] });
    expect(browser?.find(machine)).toEqual({ CHROMIUM: "/opt/c" });
    expect(browser?.find(aMachine({ paths: [CHROMIUM] }))).toEqual({ CHROMIUM });
    expect(browser?.find(aMachine({ paths: ["/usr/bin/google-chrome"] }))).toEqual({
      CHROMIUM: "/usr/bin/google-chrome",
    });
  });

  it("takes no other Chromium than the one that is named", () => {
    expect(browser?.find(aMachine({ env: { CHROMIUM: "/opt/gone" }, paths: [CHROMIUM] }))).toBeUndefined();
  });
});

describe("the foreign tier", () => {
  const foreign = TIERS.find(({ name }) => name === "foreign");
  const mod = "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog";
  const paths = ["/usr/bin/python3", "/usr/bin/go", mod];

  it("runs with Python, Go and the Go packages of the system, or with those that the environment names", () => {
    const system = { PYTHON: "/usr/bin/python3", GO: "/usr/bin/go", GO_CODE: "/usr/share/gocode" };
    expect(foreign?.find(aMachine({ paths }))).toEqual(system);
    const named = aMachine({ env: { PYTHON: "/opt/python", GO: "/opt/go" }, paths: ["/opt/python", "/opt/go", mod] });
    expect(foreign?.find(named)).toEqual({ ...system, PYTHON: "/opt/python", GO: "/opt/go" });
  });

  it("does not run while one of the three is missing", () => {
    for (const path of paths) {
      expect(foreign?.find(aMachine({ paths: paths.filter((one) => one !== path) }))).toBeUndefined();
    }
    expect(foreign?.find(aMachine({ env: { GO: "/opt/gone" }, paths }))).toBeUndefined();
  });
});

describe("the hsm tier", () => {
  const [hsm] = TIERS.filter(({ name }) => name === "hsm");
  const softhsm = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/bin/softhsm2-util"];
  const compiler = ["/usr/bin/g++", "/usr/bin/make", "/usr/bin/python3"];
  const native = `${hsm?.build?.folder}/build/Release/pkcs11.node`;
  const tests = ["hsm"];

  it("runs with SoftHSM2 of the system, or the one that the environment names, and the package built", () => {
    const [module = "", util = ""] = softhsm;
    expect(hsm?.find(aMachine({ paths: [...softhsm, native] }))).toEqual({
      SOFTHSM2_MODULE: module,
      SOFTHSM2_UTIL: util,
    });
    const env = { SOFTHSM2_MODULE: "/opt/m.so", SOFTHSM2_UTIL: "/opt/util" };
    expect(hsm?.find(aMachine({ env, paths: ["/opt/m.so", "/opt/util", native] }))).toEqual(env);
    expect(hsm?.find(aMachine({ env, paths: [...softhsm, native] }))).toBeUndefined();
  });

  it("is built where only that is missing, also by who may install nothing", () => {
    const paths = [...softhsm, ...compiler];
    expect(plansOf(aMachine({ tests, paths }))).toEqual(["build hsm"]);
    expect(plansOf(aMachine({ tests, paths, apt: true }))).toEqual(["build hsm"]);
    expect(plansOf(aMachine({ tests, paths: [...paths, native] }))).toEqual(["run hsm"]);
  });

  it("is installed, or named as not run, while the token or the compiler is missing", () => {
    const all = [...softhsm, ...compiler];
    for (const missing of all) {
      const paths = all.filter((path) => path !== missing);
      expect(plansOf(aMachine({ tests, paths, apt: true }))).toEqual(["install hsm"]);
      expect(plansOf(aMachine({ tests, paths }))).toEqual(["missing hsm"]);
    }
  });

  it("builds a package that pnpm installs unbuilt, so that nobody else waits for it", () => {
    expect(existsSync(`${hsm?.build?.folder}/package.json`)).toBe(true);
    const settings = readFileSync(new URL("../../pnpm-workspace.yaml", import.meta.url), "utf8");
    expect(settings).toMatch(/^ {2}pkcs11js: false$/m);
  });
});

describe("prepareTier", () => {
  const tier = { name: "t", remedy: "", variable: "T", packages: [], find: () => undefined };

  it("builds with the headers of the Node that runs the tests", async () => {
    const folder = mkdtempSync(join(tmpdir(), "aura-tier-"));
    try {
      const script = "cat $npm_config_nodedir/include/node/node_version.h";
      writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { build: script } }));
      const { exitCode, output } = await prepareTier({
        kind: "build",
        tier: { ...tier, build: { folder, needs: [] } },
      });
      expect(exitCode).toBe(0);
      expect(output).toContain(`#define NODE_MAJOR_VERSION ${process.versions.node.split(".")[0]}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says what a build that fails has printed", async () => {
    const build = { folder: "/nonexistent", needs: [] };
    const { exitCode, output } = await prepareTier({ kind: "build", tier: { ...tier, build } });
    expect(exitCode).not.toBe(0);
    expect(output).toContain("/nonexistent");
  });
});

describe("planTiers", () => {
  it("runs what it finds, installs where apt-get may, and names the rest", () => {
    expect(plansOf(aMachine({ paths: [CHROMIUM], apt: true }))).toEqual(["run browser"]);
    expect(plansOf(aMachine({ apt: true }))).toEqual(["install browser"]);
    expect(plansOf(aMachine({}))).toEqual(["missing browser"]);
  });

  it("installs nothing in place of what a person named", () => {
    expect(plansOf(aMachine({ apt: true, env: { CHROMIUM: "/opt/gone" } }))).toEqual(["missing browser"]);
  });

  it("says nothing of a tier that has no tests", () => {
    expect(plansOf(aMachine({ tests: [] }))).toEqual([]);
  });

  it("does not try to install a tier that no package brings", () => {
    const tier = {
      name: "postgres",
      remedy: "set POSTGRES_URL",
      variable: "POSTGRES_URL",
      packages: [],
      find: () => undefined,
    };
    expect(planTiers([tier], aMachine({ apt: true, tests: ["postgres"] }))).toEqual([{ kind: "missing", tier }]);
  });
});

describe("notRunLine", () => {
  it("names each tier that did not run and what to do about it", () => {
    const [browser] = TIERS.filter(({ name }) => name === "browser");
    expect(notRunLine([browser!])).toBe("not run: browser (install chromium)");
    const postgres = {
      name: "postgres",
      remedy: "set POSTGRES_URL",
      variable: "POSTGRES_URL",
      packages: [],
      find: () => undefined,
    };
    expect(notRunLine([browser!, postgres])).toBe("not run: browser (install chromium), postgres (set POSTGRES_URL)");
  });

  it("is absent when every tier ran", () => {
    expect(notRunLine([])).toBeUndefined();
  });
});

it("asks this machine without failing", () => {
  expect(planTiers(TIERS, thisMachine()).length).toBeLessThanOrEqual(TIERS.length);
});
