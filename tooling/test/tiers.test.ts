import { describe, expect, it } from "vitest";
import { notRunLine, planTiers, thisMachine, TIERS } from "../tiers.js";

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
