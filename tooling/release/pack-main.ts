// `pnpm release:pack [--tag TAG] [--unchecked]`: builds, checks and packs what the registry does not have yet into release/,
// with what each package is made of beside it. That folder is all that `release:publish` needs; nothing leaves the machine.
// TAG is for a line that is not the newest; on a branch `release/v1` it is `v1`. `--unchecked` is for a rehearsal: the test command checks the same packages.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync, appendFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { toolEnvironment, toolPath, workspaceFolder } from "../tools.js";
import { manifestPaths, readManifest } from "./plan.ts";
import { writeSbom } from "./sbom.ts";

/** What `changeset publish-plan` and `changeset pack` write: groups in the order in which they are published. */
interface PublishPlan {
  readonly plan: readonly (readonly {
    readonly kind: "publish" | "tag-only";
    readonly name: string;
    readonly version: string;
    readonly tarball?: { readonly path: string };
  }[])[];
}

const { values } = parseArgs({ options: { tag: { type: "string" }, unchecked: { type: "boolean" } } });
const out = join(workspaceFolder, "release");
const planPath = join(out, "plan.json");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

sayWhereItComesFrom();
const tag = values.tag ?? /^release\/(.+)$/.exec(process.env["GITHUB_REF_NAME"] ?? "")?.[1];
tool("changeset", ["publish-plan", "--output", planPath]);
if (tag !== undefined) retag(tag);
const names = publishedIn(planPath).map(({ name }) => name);
if (names.length > 0) {
  // The runtime serves the page: what is published of it lies in the runtime's package.
  if (names.includes("@aura/runtime")) carryPage();
  tool("turbo", [
    "run",
    values.unchecked === true ? "build" : "package",
    "--output-logs=errors-only",
    ...names.map((name) => `--filter=${name}`),
  ]);
}
tool("changeset", ["pack", "--out-dir", out, "--from-publish-plan", planPath]);
const packed = publishedIn(join(out, "publish-plan.json")).map(({ name, version, tarball }) => ({
  name,
  version,
  tarball: tarball?.path,
  sbom: `sbom/${writeSbom(name, { folder: workspaceFolder, out: join(out, "sbom") })}`,
}));
writeFileSync(join(out, "packages.json"), `${JSON.stringify(packed, undefined, 2)}\n`);
for (const { name, version, tarball } of packed) process.stdout.write(`${name} ${version}  ${tarball}\n`);
if (packed.length === 0) process.stdout.write("The registry has every version: nothing to publish.\n");
// A workflow's next jobs read it there.
const outputs = process.env["GITHUB_OUTPUT"];
if (outputs !== undefined) appendFileSync(outputs, `packages=${JSON.stringify(packed)}\n`);

/** Provenance is refused unless a manifest names the repository that the workflow runs in. */
function sayWhereItComesFrom(): void {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  if (server === undefined || repository === undefined) return;
  for (const path of manifestPaths(workspaceFolder)) {
    const manifest = readManifest(path);
    if (manifest.private === true) continue;
    const directory = relative(workspaceFolder, dirname(path));
    const named = { ...manifest, repository: { type: "git", url: `git+${server}/${repository}.git`, directory } };
    writeFileSync(path, `${JSON.stringify(named, undefined, 2)}\n`);
  }
}

/** Changesets can publish under another tag than `latest`; its command that plans does not ask for it. */
function retag(name: string): void {
  const { plan, ...rest } = JSON.parse(readFileSync(planPath, "utf8")) as PublishPlan;
  const tagged = plan.map((group) => group.map((one) => (one.kind === "publish" ? { ...one, tag: name } : one)));
  writeFileSync(planPath, JSON.stringify({ ...rest, plan: tagged }));
}

function carryPage(): void {
  tool("turbo", ["run", "build", "--output-logs=errors-only", "--filter=@aura/console"]);
  const page = join(workspaceFolder, "apps/runtime/page");
  rmSync(page, { recursive: true, force: true });
  cpSync(join(workspaceFolder, "apps/console/dist"), page, { recursive: true });
}

function publishedIn(path: string): PublishPlan["plan"][number] {
  const { plan } = JSON.parse(readFileSync(path, "utf8")) as PublishPlan;
  return plan.flat().filter(({ kind }) => kind === "publish");
}

function tool(name: string, args: readonly string[]): void {
  const { status, error } = spawnSync(toolPath(name), args, {
    cwd: workspaceFolder,
    env: toolEnvironment,
    stdio: "inherit",
  });
  if (status !== 0) {
    process.stderr.write(`${name} ${args.join(" ")} failed${error === undefined ? "" : `: ${error.message}`}.\n`);
    process.exit(1);
  }
}
