import { describe, expect, it } from "vitest";
import { changesetText, planRelease } from "../release/plan.ts";
import type { Changeset, Manifest, Plan, Step } from "../release/plan.ts";
import { leavesRange, planProblems } from "../release/policy.ts";
import { workspaceFolder } from "../tools.js";

/** The workspace as it is after its first release, whatever its manifests say today. */
const RELEASED = {
  "@aura/trust": "1.0.0",
  "@aura/store": "1.0.0",
  "@aura/mission": "0.1.0",
  "@aura/engine": "0.1.0",
  "@aura/governance": "0.1.0",
  "@aura/gateway": "0.1.0",
  "@aura/runtime": "0.1.0",
};

describe("changesets, on this workspace with its configuration", () => {
  it.each([
    ["a patch of trust moves trust alone", { trust: "patch" }, ["trust 1.0.1"]],
    ["a minor of trust moves trust alone: every range takes it", { trust: "minor" }, ["trust 1.1.0"]],
    ["a minor of store moves store alone", { store: "minor" }, ["store 1.1.0"]],
    [
      "a breaking change of trust moves all who depend on it, and neither page nor demo, which are not published",
      { trust: "major" },
      [
        "engine 0.1.1",
        "gateway 0.1.1",
        "governance 0.1.1",
        "mission 0.1.1",
        "runtime 0.1.1",
        "store 1.0.1",
        "trust 2.0.0",
      ],
    ],
    ["a patch of mission moves mission alone", { mission: "patch" }, ["mission 0.1.1"]],
    [
      "a minor of mission, which is 0.x, moves all four above it",
      { mission: "minor" },
      ["engine 0.1.1", "gateway 0.1.1", "governance 0.1.1", "mission 0.2.0", "runtime 0.1.1"],
    ],
    [
      "a minor of engine moves the runtime with it, and not its neighbours",
      { engine: "minor" },
      ["engine 0.2.0", "runtime 0.1.1"],
    ],
    ["a minor of the runtime moves the runtime alone", { runtime: "minor" }, ["runtime 0.2.0"]],
  ] as const)("%s", (_promise, releases, moves) => {
    const plan = planRelease({ folder: workspaceFolder, changesets: [aChangeset(releases)], versions: RELEASED });
    expect(plan.moves.map(({ name, to }) => `${name.replace("@aura/", "")} ${to}`)).toEqual(moves);
  });

  it("makes trust and store 1.0 and all others 0.1 by the first release", () => {
    const first = {
      folder: workspaceFolder,
      versions: Object.fromEntries(Object.keys(RELEASED).map((name) => [name, "0.0.0"])),
    };
    const major = aChangeset({
      trust: "major",
      store: "major",
      mission: "minor",
      engine: "minor",
      governance: "minor",
      gateway: "minor",
      runtime: "minor",
    });
    const { moves } = planRelease({ ...first, changesets: [major] });
    expect(Object.fromEntries(moves.map(({ name, to }) => [name, to]))).toEqual(RELEASED);
  });
});

describe("what waits in .changeset", () => {
  it("is a release that nobody would meet as a break unasked, and leaves no dependant on what is vulnerable", () => {
    expect(planProblems(planRelease({ folder: workspaceFolder }))).toEqual([]);
  });
});

describe("the policy", () => {
  it.each([
    ["1.0.0", "1.0.1", false],
    ["1.9.9", "1.10.0", false],
    ["1.0.0", "2.0.0", true],
    ["0.1.0", "0.1.9", false],
    ["0.1.0", "0.2.0", true],
    ["0.9.0", "1.0.0", true],
    ["0.0.3", "0.0.4", true],
    ["0.0.0", "1.0.0", false],
  ] as const)("knows whether ^%s lets %s in", (from, to, left) => {
    expect(leavesRange({ from, to })).toBe(left);
  });

  it("refuses to hide a break of trust in a patch of its dependants, and says what to add", () => {
    const [problem, ...others] = planProblems(
      aPlan({ trust: "1.1.0 major 2.0.0", store: "1.0.0 patch 1.0.1", mission: "0.2.0 minor 0.3.0" }, [
        { trust: "major", mission: "minor" },
      ]),
    );
    expect(problem).toContain(`add "@aura/store": major`);
    expect(others).toEqual([]);
  });

  it("asks a dependant that is 0.x for a minor, whose users read it as a break", () => {
    const problems = planProblems(
      aPlan({ store: "1.0.0 major 2.0.0", mission: "0.2.0 patch 0.2.1" }, [{ store: "major" }]),
    );
    expect(problems).toEqual([expect.stringContaining(`add "@aura/mission": minor`)]);
  });

  it("lets a break through once every dependant breaks as well", () => {
    const plan = aPlan({ trust: "1.0.0 major 2.0.0", store: "1.0.0 major 2.0.0", mission: "0.1.0 minor 0.2.0" }, []);
    expect(planProblems(plan)).toEqual([]);
  });

  it("asks nothing of a first release", () => {
    expect(planProblems(aPlan({ trust: "0.0.0 major 1.0.0", mission: "0.0.0 patch 0.0.1" }, []))).toEqual([]);
  });

  it.each([
    // Mission names trust only through store here: the floor has to rise all along the way.
    [{ trust: "patch" }, ["@aura/store", "@aura/mission"]],
    [{ trust: "patch", mission: "patch" }, ["@aura/store"]],
    [{ store: "patch" }, ["@aura/mission"]],
    [{ trust: "patch", store: "patch", mission: "patch" }, []],
    [{ mission: "patch" }, []],
  ] as const)("wants a security fix of %j to name all who depend on it", (releases, missing) => {
    const plan = aPlan({}, [releases], "Security: a token of another mission was accepted.");
    expect(planProblems(plan).map((problem) => /add "(.*)": patch/.exec(problem)?.[1])).toEqual(missing);
  });

  it("asks nothing of the page and the demo, which nobody installs", () => {
    const plan = aPlan({}, [{ mission: "patch" }], "Security: mended.");
    expect(plan.manifests.map(({ name }) => name)).toContain("@aura/demo");
    expect(planProblems(plan)).toEqual([]);
  });
});

type Steps = Readonly<Record<string, Step>>;

function aChangeset(releases: Steps, summary = "Something changed."): Changeset {
  const named = Object.entries(releases).map(([name, type]) => ({ name: `@aura/${name}`, type }));
  return { id: "a-change", summary, releases: named };
}

/** A plan over three layers and an app that is not published. Moves are written "from type to". */
function aPlan(moves: Readonly<Record<string, string>>, changesets: readonly Steps[], summary?: string): Plan {
  const manifests: Manifest[] = [
    { name: "@aura/trust", version: "1.0.0" },
    { name: "@aura/store", version: "1.0.0", dependencies: { "@aura/trust": "workspace:^" } },
    { name: "@aura/mission", version: "0.1.0", dependencies: { "@aura/store": "workspace:^" } },
    { name: "@aura/demo", version: "0.0.0", private: true, dependencies: { "@aura/mission": "workspace:^" } },
  ];
  return {
    manifests,
    changesets: changesets.map((releases) => aChangeset(releases, summary)),
    moves: Object.entries(moves).map(([name, move]) => {
      const [from = "", type, to = ""] = move.split(" ");
      return { name: `@aura/${name}`, from, type: type as Step, to };
    }),
  };
}

it("writes a changeset as changesets reads it", () => {
  expect(changesetText(aChangeset({ trust: "patch" }, "Mended."))).toBe('---\n"@aura/trust": patch\n---\n\nMended.\n');
});
