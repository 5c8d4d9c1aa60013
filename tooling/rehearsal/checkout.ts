import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesetText, manifestPaths, readManifest } from "../release/plan.ts";
import type { Changeset } from "../release/plan.ts";
import { workspaceFolder } from "../tools.js";
import { mustRun, runCommand } from "./child.ts";
import type { Ended } from "./child.ts";
import type { Registry } from "./registry.ts";

/** A clone of the workspace's newest commit in a folder of its own, which runs the scripts that the release workflow runs. */
export interface Checkout {
  readonly folder: string;
  /** Runs a script of package.json, as the release workflow does. */
  script(name: string, ...args: readonly string[]): Promise<Ended>;
  run(...command: readonly string[]): Promise<Ended>;
  /** Runs a script that has to succeed. */
  must(name: string, ...args: readonly string[]): Promise<string>;
  /** The changesets that wait, in place of all others. */
  propose(changesets: readonly Changeset[]): void;
  edit(path: string, change: (text: string) => string): void;
  /** Versions of the packages that are published. */
  versions(): Record<string, string>;
  /** Commits everything; answers the commit. */
  commit(): Promise<string>;
  /** Goes back to a commit, as to a branch of an older line. */
  returnTo(commit: string): Promise<void>;
}

/** @param parent a folder that exists and is thrown away afterwards */
export async function cloneWorkspace(parent: string, registry: Registry): Promise<Checkout> {
  const folder = join(parent, "checkout");
  const env = releaseEnvironment(parent, registry);
  const git = async (...args: readonly string[]): Promise<string> =>
    mustRun(["git", "-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost", ...args], {
      cwd: folder,
      env,
    });
  mkdirSync(folder);
  await git("clone", "-q", workspaceFolder, ".");
  await git("checkout", "-q", "-B", "main");
  await mustRun(["pnpm", "install", "--frozen-lockfile", "--prefer-offline"], { cwd: folder, env });
  const script = async (name: string, ...args: readonly string[]): Promise<Ended> =>
    runCommand(["pnpm", "run", name, ...args], { cwd: folder, env });
  return {
    folder,
    script,
    run: async (...command) => runCommand(command, { cwd: folder, env }),
    must: async (name, ...args) => {
      const { exitCode, output } = await script(name, ...args);
      if (exitCode !== 0) throw new Error(`pnpm ${name} ended with ${exitCode}:\n${output}`);
      return output;
    },
    propose: (changesets) => {
      for (const path of globSync(".changeset/*.md", { cwd: folder })) rmSync(join(folder, path));
      for (const changeset of changesets) {
        writeFileSync(join(folder, `.changeset/${changeset.id}.md`), changesetText(changeset));
      }
    },
    edit: (path, change) => {
      const before = readFileSync(join(folder, path), "utf8");
      const after = change(before);
      if (after === before) throw new Error(`The rehearsal wanted to change ${path}, and there was nothing to change.`);
      writeFileSync(join(folder, path), after);
    },
    versions: () =>
      Object.fromEntries(
        manifestPaths(folder)
          .map(readManifest)
          .flatMap((manifest) => (manifest.private === true ? [] : [[manifest.name, manifest.version]])),
      ),
    commit: async () => {
      await git("add", "-A");
      await git("commit", "-q", "--allow-empty", "-m", "rehearsal");
      return (await git("rev-parse", "HEAD")).trim();
    },
    returnTo: async (commit) => {
      await git("reset", "-q", "--hard", commit);
    },
  };
}

/**
 * The environment of a release job: the scope's registry is the one on loopback, no token exists anywhere, and a runner
 * vouches for the workflow. Everything else comes from where the reader's packages come from.
 */
function releaseEnvironment(parent: string, registry: Registry): NodeJS.ProcessEnv {
  const { npm_config_userconfig: lower, NPM_CONFIG_USERCONFIG: upper, ...given } = process.env;
  // Of a workflow that rehearses: its branch and its outputs are not the rehearsal's.
  const { GITHUB_REF_NAME: _branch, GITHUB_OUTPUT: _outputs, ...rest } = given;
  const usual = upper ?? lower ?? join(process.env["HOME"] ?? "", ".npmrc");
  const config = join(parent, "npmrc");
  writeFileSync(config, `${readIfThere(usual)}\n@aura:registry=${registry.url}\n`);
  // Nobody's own settings (a key that signs commits, say), and a folder that a container mounts is not refused as another's.
  const gitConfig = join(parent, "gitconfig");
  writeFileSync(gitConfig, "[user]\nname = rehearsal\nemail = rehearsal@localhost\n[safe]\ndirectory = *\n");
  return {
    ...rest,
    GIT_CONFIG_GLOBAL: gitConfig,
    NPM_CONFIG_USERCONFIG: config,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "rehearsal/aura",
    ACTIONS_ID_TOKEN_REQUEST_URL: registry.identityUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "rehearsal",
    // Provenance is signed by a public service: only a real release asks it.
    PNPM_CONFIG_PROVENANCE: "false",
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // nobody needs to have one
  }
}
