// `pnpm release:sbom [--out DIR] [PACKAGE...]`: what each published package is made of, one CycloneDX file each.
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { workspaceFolder } from "../tools.js";
import { manifestPaths, readManifest } from "./plan.ts";
import { writeSbom } from "./sbom.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" } } });
const published = manifestPaths(workspaceFolder)
  .map(readManifest)
  .filter((manifest) => manifest.private !== true)
  .map(({ name }) => name);
const out = resolve(values.out ?? "release/sbom");
for (const name of positionals.length > 0 ? positionals : published) {
  process.stdout.write(`${resolve(out, writeSbom(name, { folder: workspaceFolder, out }))}\n`);
}
