// Builds the package in the current folder into dist/ (or into the folder that is named): tsup writes the JavaScript, tsc the
// declarations.
// The doors in package.json are the only list of entries: a new door is built once it is exported there.
import "./check-node.js";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { build } from "tsup";
import { toolEnvironment, toolPath } from "./tools.js";

/** The program behind a package's `bin`. */
const PROGRAM = "src/cli/main.ts";

/** @type {{ exports: Record<string, string | Record<string, string>>, bin?: Record<string, string> }} */
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

const [outDir = "dist"] = process.argv.slice(2);

await build({
  config: false,
  outDir,
  entry: entriesOf(manifest),
  format: "esm",
  target: "node22",
  platform: "node",
  splitting: true,
  sourcemap: true,
  // The sources are in the package: a map points at them and does not repeat them.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
  clean: true,
  dts: false,
  silent: true,
});

// After tsup, whose `clean` would wipe them.
const { status } = spawnSync(toolPath("tsc"), ["-p", "tsconfig.build.json", "--outDir", outDir], {
  stdio: "inherit",
  env: toolEnvironment,
});
process.exit(status ?? 1);

/**
 * "./src/testing/index.ts" becomes the entry "testing/index", so that dist/ has the shape of src/.
 * @param {typeof manifest} manifest
 */
function entriesOf({ exports, bin }) {
  const doors = Object.values(exports).flatMap((door) =>
    typeof door === "string" ? [] : [door["@aura/source"] ?? ""],
  );
  const programs = bin && existsSync(PROGRAM) ? [PROGRAM] : [];
  return Object.fromEntries(
    [...doors, ...programs].map((source) => [source.replace(/^(\.\/)?src\//, "").replace(/\.ts$/, ""), source]),
  );
}
