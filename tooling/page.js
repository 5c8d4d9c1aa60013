// Builds the page (apps/console/dist) when what it is made of changed since it was built last, and says so. In the workspace
// the page is made from sources, so that nobody needs a build step of their own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs, { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { workspaceFolder } from "./tools.js";

const CONSOLE = join(workspaceFolder, "apps/console");
const BUILT = join(CONSOLE, "dist/index.html");
/** Digest of the sources that the page in dist/ was built from. */
const NOTED = join(CONSOLE, "node_modules/.cache/page-sources.sha256");
const SOURCES = [
  "apps/console/{src,public}/**",
  "apps/console/{index.html,package.json,vite.config.ts,tsconfig.json}",
  "packages/trust/src/**",
  "packages/trust/package.json",
  "pnpm-lock.yaml",
];

/** @returns {boolean} true if the page is there and up to date */
export function buildPageIfStale() {
  const digest = digestOfSources();
  if (existsSync(BUILT) && existsSync(NOTED) && readFileSync(NOTED, "utf8") === digest) return true;
  process.stderr.write("Building the page...\n");
  const vite = join(CONSOLE, "node_modules/vite/bin/vite.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: CONSOLE,
    encoding: "utf8",
  });
  if (status !== 0) {
    process.stderr.write(
      `${stdout}${stderr}\nThe page could not be built. Run \`npx -y pnpm@12.18.0 install\`, then again.\n`,
    );
    return false;
  }
  mkdirSync(dirname(NOTED), { recursive: true });
  writeFileSync(NOTED, digest);
  return true;
}

function digestOfSources() {
  const hash = createHash("sha256");
  const files = fs
    .globSync(SOURCES, { cwd: workspaceFolder })
    .filter((name) => statSync(join(workspaceFolder, name)).isFile());
  for (const name of files.toSorted())
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(workspaceFolder, name)))
      .update("\0");
  return hash.digest("hex");
}
