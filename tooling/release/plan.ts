import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { toolEnvironment, toolPath } from "../tools.js";

export type Step = "patch" | "minor" | "major";

/** A changeset: which packages its author moves, by what step, and what their users are told. */
export interface Changeset {
  readonly id: string;
  readonly summary: string;
  readonly releases: readonly { readonly name: string; readonly type: Step | "none" }[];
}

/** One package that a release moves. */
export interface Move {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly type: Step;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What the next release would do to the workspace. */
export interface Plan {
  readonly manifests: readonly Manifest[];
  readonly changesets: readonly Changeset[];
  readonly moves: readonly Move[];
}

/** Of a workspace: everything that changesets reads to plan a release. */
const SKELETON = ["package.json", "pnpm-workspace.yaml", ".changeset/*", "{packages,apps}/*/package.json"];

/**
 * Asks changesets itself what the next release moves, on a copy of the manifests: the workspace is not touched.
 * @param what.changesets instead of those that wait in the workspace
 * @param what.versions of packages, instead of those in their manifests
 * @throws what changesets says, if it refuses
 */
export function planRelease(what: {
  readonly folder: string;
  readonly changesets?: readonly Changeset[];
  readonly versions?: Readonly<Record<string, string>>;
}): Plan {
  const copy = mkdtempSync(join(tmpdir(), "aura-plan-"));
  try {
    for (const path of globSync(SKELETON, { cwd: what.folder })) {
      mkdirSync(join(copy, dirname(path)), { recursive: true });
      cpSync(join(what.folder, path), join(copy, path));
    }
    if (what.changesets !== undefined) replaceChangesets(copy, what.changesets);
    for (const [name, version] of Object.entries(what.versions ?? {})) setVersion(copy, name, version);
    // Changesets wants a repository whose base branch exists.
    run("git", ["init", "-q", "-b", "main"], copy);
    run("git", ["add", "-A"], copy);
    const author = ["-c", "user.name=plan", "-c", "user.email=plan@localhost", "-c", "commit.gpgsign=false"];
    run("git", [...author, "commit", "-qm", "plan"], copy);
    run(toolPath("changeset"), ["status", "--output", "plan.json"], copy);
    const { changesets, releases } = JSON.parse(readFileSync(join(copy, "plan.json"), "utf8")) as PlanFile;
    return {
      manifests: manifestPaths(copy).map(readManifest),
      changesets,
      moves: releases
        .flatMap(({ name, type, oldVersion, newVersion }) =>
          type === "none" ? [] : [{ name, type, from: oldVersion, to: newVersion }],
        )
        .toSorted((one, other) => one.name.localeCompare(other.name)),
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What `changeset status --output` writes. */
interface PlanFile {
  readonly changesets: readonly Changeset[];
  readonly releases: readonly {
    readonly name: string;
    readonly type: Step | "none";
    readonly oldVersion: string;
    readonly newVersion: string;
  }[];
}

/** The text of a changeset's file. */
export function changesetText({ releases, summary }: Omit<Changeset, "id">): string {
  return ["---", ...releases.map(({ name, type }) => `"${name}": ${type}`), "---", "", summary, ""].join("\n");
}

/** The manifests of a workspace's packages, without its top. */
export function manifestPaths(folder: string): string[] {
  return globSync("{packages,apps}/*/package.json", { cwd: folder })
    .toSorted()
    .map((path) => join(folder, path));
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

function replaceChangesets(folder: string, changesets: readonly Changeset[]): void {
  for (const path of globSync(".changeset/*.md", { cwd: folder })) rmSync(join(folder, path));
  for (const changeset of changesets) {
    writeFileSync(join(folder, ".changeset", `${changeset.id}.md`), changesetText(changeset));
  }
}

function setVersion(folder: string, name: string, version: string): void {
  const path = manifestPaths(folder).find((candidate) => readManifest(candidate).name === name);
  if (path === undefined) throw new Error(`There is no package ${name} in ${folder}.`);
  writeFileSync(path, `${JSON.stringify({ ...readManifest(path), version }, undefined, 2)}\n`);
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: toolEnvironment, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
}
