import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { workspaceFolder } from "../tools.js";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const paths = globSync(".github/workflows/*.yml", { cwd: workspaceFolder }).toSorted();
const { scripts, packageManager } = JSON.parse(read("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly packageManager: string;
};

it("finds the workflows", () => {
  expect(paths).toEqual([".github/workflows/ci.yml", ".github/workflows/release.yml"]);
});

describe.each(paths)("%s", (path) => {
  const text = read(path);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it("uses each action by its commit, and says beside it which version that is", () => {
    const uses = text.split("\n").filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(uses.length).toBe(steps.filter((step) => step.uses !== undefined).length);
    for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("names one commit for one version of an action", () => {
    const all = paths.flatMap((each) => [...read(each).matchAll(/uses: ([\w-]+\/[\w-]+)\S*@(\S+) # (\S+)/g)]);
    const commits = new Map<string, Set<string>>();
    for (const [, action = "", commit = ""] of all) commits.set(action, (commits.get(action) ?? new Set()).add(commit));
    for (const [action, used] of commits) expect([...used], action).toHaveLength(1);
  });

  it("runs scripts of package.json and nothing else, by the pnpm that the workspace is made for", () => {
    const commands = steps.flatMap((step) => [step.run, step.with?.["script"]].filter((one) => one !== undefined));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const [, pnpm, script = ""] = /^npx -y (pnpm@\S+) ([\w:-]+)$/.exec(String(command)) ?? [];
      expect(pnpm, String(command)).toBe(packageManager);
      expect(Object.keys(scripts), String(command)).toContain(script);
    }
  });

  it("leaves no credentials in a checkout, and holds no secret", () => {
    for (const step of steps.filter((one) => one.uses?.startsWith("actions/checkout@"))) {
      expect(step.with).toMatchObject({ "persist-credentials": false });
    }
    expect(text).not.toMatch(/secrets\./);
  });

  it("never runs what strangers propose with rights of its own", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
    // Values of an event in a shell command would be the stranger's to choose.
    for (const step of steps) expect(step.run ?? "").not.toContain("${{");
  });

  it("has no right that it does not use", () => {
    expect(RIGHTS[path]).toEqual(
      Object.fromEntries(jobs.map(([name, job]) => [name, rightsOf(job.permissions ?? workflow.permissions)])),
    );
  });
});

describe("the release workflow", () => {
  const { jobs } = parse(read(".github/workflows/release.yml")) as Workflow;

  it("waits for a person before it publishes", () => {
    expect(jobs["publish"]?.environment).toBe("npm");
  });

  it("asks for provenance where it publishes, by the name that pnpm reads", () => {
    const publishing = jobs["publish"]?.steps.find((step) => String(step.with?.["script"]).endsWith("release:publish"));
    expect(publishing?.env).toEqual({ PNPM_CONFIG_PROVENANCE: "true" });
  });

  it("tests, rehearses and packs where nothing can be published, and builds nothing where it can", () => {
    expect(jobs["pack"]?.steps.flatMap(({ run }) => run ?? []).map(scriptOf)).toEqual([
      "test",
      "release:rehearse",
      "release:pack",
    ]);
    expect(jobs["publish"]?.steps.flatMap((step) => step.run ?? step.with?.["script"] ?? []).map(scriptOf)).toEqual([
      "release:plan",
      "release:publish",
      "release:attach",
    ]);
  });
});

/** Job by job, by hand. Nobody but these may write, and only `publish` and `attest` can ask for an identity. */
const RIGHTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ".github/workflows/ci.yml": { test: ["contents: read"] },
  ".github/workflows/release.yml": {
    plan: ["contents: read"],
    version: ["contents: write", "pull-requests: write"],
    pack: ["contents: read"],
    attest: ["attestations: write", "id-token: write"],
    publish: ["contents: write", "id-token: write"],
  },
};

function rightsOf(permissions: Readonly<Record<string, string>> | undefined): string[] {
  expect(permissions, "says what it may do").toBeDefined();
  return Object.entries(permissions ?? {})
    .map(([right, level]) => `${right}: ${level}`)
    .toSorted();
}

function scriptOf(command: unknown): string {
  return String(command).split(" ").at(-1) ?? "";
}

function read(path: string): string {
  return readFileSync(join(workspaceFolder, path), "utf8");
}
