// `pnpm release:attach`: puts what each published package is made of beside its tarball's release on GitHub. Asks the command
// `gh`, which a workflow's runner has; run again, it replaces what lies there.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { workspaceFolder } from "../tools.js";

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  readonly sbom: string;
}

const folder = join(workspaceFolder, "release");
const list = join(folder, "packages.json");
if (!existsSync(list)) {
  process.stderr.write("There is no release/packages.json: run `release:pack` first.\n");
  process.exit(2);
}
for (const { name, version, tarball, sbom } of JSON.parse(readFileSync(list, "utf8")) as Packed[]) {
  const files = [join(folder, tarball), join(folder, sbom)];
  const { status, error } = spawnSync("gh", ["release", "upload", `${name}@${version}`, ...files, "--clobber"], {
    cwd: workspaceFolder,
    stdio: "inherit",
  });
  if (status === 0) continue;
  process.stderr.write(`${name}@${version}: not attached${error === undefined ? "" : `: ${error.message}`}.\n`);
  process.exitCode = 1;
}
