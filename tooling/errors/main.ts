// Writes docs/errors from the definitions in the packages; with --check says what is not as it must be and writes nothing.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { workspaceFolder } from "../tools.js";
import { renderPages } from "./page.ts";
import { pageProblems, type TestedFolder, undocumentedCodes, untestedCodes } from "./problems.ts";
import { loadReference, packageFolders, REFERENCE_PATH } from "./reference.ts";
import { filesBelow } from "./files.ts";
import { readMade } from "./made.ts";

const PAGES_FOLDER = join(workspaceFolder, "docs/errors");

/** Written as an adopter would: the codes of its tools are its own. */
const EXAMPLE = "apps/demo";

const made = readMade();
const check = process.argv.includes("--check");
const reference = await loadReference(workspaceFolder);
const wanted = renderPages(reference);
const found = filesBelow(PAGES_FOLDER, ["**/*.md"]);
const folders = packageFolders(workspaceFolder);

if (!check) {
  for (const path of found.keys()) if (!wanted.has(path)) rmSync(join(PAGES_FOLDER, path));
  for (const [path, text] of wanted) {
    if (found.get(path) === text) continue;
    mkdirSync(dirname(join(PAGES_FOLDER, path)), { recursive: true });
    writeFileSync(join(PAGES_FOLDER, path), text);
  }
}

const problems = [
  ...(check ? pageProblems(wanted, found) : []),
  ...undocumentedCodes(
    filesBelow(
      workspaceFolder,
      folders.filter((folder) => folder !== EXAMPLE).map((folder) => `${folder}/src/**/*.ts`),
      "src/testing",
    ),
    reference,
  ),
  ...untestedCodes(reference, new Map(folders.map((folder) => [folder, testedFolder(folder)]))),
];
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length > 0) {
  process.stdout.write(`A code is defined in its package, listed in its ${REFERENCE_PATH}, and provoked by a test.\n`);
  process.stdout.write("`npx -y pnpm@12.18.0 errors` writes the pages.\n");
  process.exitCode = 1;
} else {
  process.stdout.write(`${reference.size} codes, each with a page and a test.\n`);
}

function testedFolder(folder: string): TestedFolder {
  const tests = filesBelow(join(workspaceFolder, folder), ["test/**/*.test.ts", "src/testing/**/*.ts"]);
  return { tests: [...tests.values()], made: made?.get(folder) };
}
