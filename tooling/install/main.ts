// What a stranger gets: packs the packages that stand alone, installs the tarballs with npm into an empty project on each
// Node.js line, opens every door, runs the commands, and runs the README of each from top to bottom, as written.
// Builds them once more besides: the same bytes must come out.
// `node tooling/launch.js tooling/install/main.ts [REPORT]`, after a build. Exit code 1 if anything is not as the README says.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { toolPath, workspaceFolder } from "../tools.js";
import { findNodes } from "./nodes.ts";
import { installProject, pack, type Packed } from "./project.ts";
import { printsAsSaid, readmeSections } from "./readme.ts";
import { run, type Ran } from "./run.ts";

/** A later one may need what an earlier one brings. */
const FOLDERS = ["packages/trust", "packages/store"];
/** What the README says first, and what was done by then. */
const INSTALLS = /^npm install @aura\//;

interface Report {
  passed: number;
  failed: number;
  /** As the test command names tiers that did not run. */
  readonly missing: { readonly name: string; readonly remedy: string }[];
}

const report: Report = { passed: 0, failed: 0, missing: [] };
const [reportPath] = process.argv.slice(2);
const temporary = mkdtempSync(join(tmpdir(), "aura-installed-"));
try {
  const packages = FOLDERS.map((folder) => pack(folder, temporary));
  const nodes = findNodes(process.env);
  const python = (await run("python3", ["--version"], temporary)).exitCode === 0;
  if (!python) report.missing.push({ name: "installed, the second verifier", remedy: "install python3" });
  await Promise.all(
    nodes.map(async ({ major, path }) => {
      const project = join(temporary, `node-${major}`);
      if (path === undefined) {
        const remedy = `set NODE_${major} to a node of that line, or let npm reach its registry`;
        report.missing.push({ name: `installed, Node.js ${major}`, remedy });
      } else await tryOn(path, `Node.js ${major}`, project, packages, python);
    }),
  );
  for (const folder of FOLDERS) {
    const again = await run(
      process.execPath,
      [join(workspaceFolder, "tooling/build-twice.js")],
      join(workspaceFolder, folder),
    );
    judge(`${folder}: built again`, again);
  }
  await compile(join(temporary, `node-${process.versions.node.split(".")[0]}`));
} catch (error) {
  report.failed += 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  rmSync(temporary, { recursive: true });
}
if (reportPath !== undefined) writeFileSync(reportPath, JSON.stringify(report));
process.stdout.write(`${report.passed} passed, ${report.failed} failed\n`);
for (const { name, remedy } of report.missing) process.stdout.write(`not run: ${name} (${remedy})\n`);
process.exitCode = report.failed > 0 || report.passed === 0 ? 1 : 0;

async function tryOn(node: string, on: string, project: string, packages: readonly Packed[], python: boolean) {
  await installProject(project, node, packages);
  for (const { name, version, doors, readme } of packages) {
    const imports = doors.map((door) => `await import(${JSON.stringify(door)});`).join("\n");
    writeFileSync(join(project, "doors.js"), imports);
    judge(`${on}: the doors of ${name} open`, await run(node, ["doors.js"], project));
    if (name === "@aura/trust") await tryCommand(node, on, project, version);
    await tryReadme(node, on, project, { name, readme, python });
  }
}

/** As a shell finds it: a link in `node_modules/.bin` that asks the PATH for its Node. */
async function tryCommand(node: string, on: string, project: string, version: string): Promise<void> {
  const command = join(project, "node_modules/.bin/aura-trust");
  const said = await run(command, ["--version"], project, environment(node));
  judge(`${on}: aura-trust --version`, said, said.printed.includes(version));
}

/** Every section in order, in one folder: a later one may read the files that an earlier one wrote. */
async function tryReadme(
  node: string,
  on: string,
  project: string,
  { name, readme, python }: { readonly name: string; readonly readme: string; readonly python: boolean },
): Promise<void> {
  for (const [index, { title, program, prints, scripts }] of readmeSections(readme).entries()) {
    const where = `${on}: README of ${name}, "${title}"`;
    if (program !== "") {
      const file = `readme-${name.slice("@aura/".length)}-${index}.ts`;
      writeFileSync(join(project, file), program);
      const ran = await run(node, [file], project);
      judge(where, ran, printsAsSaid(ran.printed, prints));
    }
    for (const script of scripts) {
      if (INSTALLS.test(script) || (script.startsWith("python3 ") && !python)) continue;
      judge(`${where}: ${script.split("\n")[0]}`, await run("sh", ["-ec", script], project, environment(node)));
    }
  }
}

/** The blocks as a user's compiler sees them: strict, and with every declaration that they lead to held. */
async function compile(project: string): Promise<void> {
  const compilerOptions = {
    module: "nodenext",
    target: "es2024",
    lib: ["es2024"],
    types: ["node"],
    typeRoots: [join(workspaceFolder, "node_modules/@types")],
    erasableSyntaxOnly: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["readme-*.ts"] }));
  judge("the READMEs compile", await run(toolPath("tsc"), ["-p", project], project));
}

/** That Node first, so `#!/usr/bin/env node` and npx find it; and nothing is fetched. */
function environment(node: string): Record<string, string | undefined> {
  return { ...process.env, PATH: `${dirname(node)}:${process.env["PATH"] ?? ""}`, npm_config_offline: "true" };
}

function judge(what: string, { exitCode, output }: Ran, asSaid = true): void {
  if (exitCode === 0 && asSaid) {
    report.passed += 1;
    return;
  }
  report.failed += 1;
  const how = exitCode === 0 ? "prints something else than it says" : `ended with ${exitCode}`;
  process.stderr.write(`${what}: ${how}:\n${output}\n`);
}
