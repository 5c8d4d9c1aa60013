import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolEnvironment } from "../tools.js";

/** The part of a CycloneDX document that is read or joined here. */
export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly "bom-ref": string;
  readonly purl: string;
}

/** What a package carries in itself, so that no installer names it: the runtime serves the built page. */
const CARRIED: Readonly<Record<string, string>> = { "@aura/runtime": "@aura/console" };

/**
 * Writes what one package is made of, as the lockfile has it: its dependencies at run time, theirs, and what is built into it.
 * CycloneDX 1.6 in JSON, made by `pnpm sbom`.
 * @returns the file's name in `out`
 */
export function writeSbom(name: string, options: { readonly folder: string; readonly out: string }): string {
  const own = readSbom(name, options.folder);
  const carried = CARRIED[name];
  const whole = carried === undefined ? own : carrying(own, readSbom(carried, options.folder));
  const file = `${name.replace("@", "").replace("/", "-")}-${own.metadata.component.version}.cdx.json`;
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, file), `${JSON.stringify(whole, undefined, 2)}\n`);
  return file;
}

/** The document of a package that carries another: one component more on which it depends, and all that one is made of. */
export function carrying(own: Sbom, carried: Sbom): Sbom {
  const inside = carried.metadata.component;
  const known = new Set(own.components.map((component) => component["bom-ref"]));
  const more = [inside, ...carried.components].filter((component) => !known.has(component["bom-ref"]));
  const refs = new Set(own.dependencies.map(({ ref }) => ref));
  return {
    ...own,
    components: [...own.components, ...more],
    dependencies: [
      ...own.dependencies.map((dependency) =>
        dependency.ref === own.metadata.component["bom-ref"]
          ? { ...dependency, dependsOn: [...dependency.dependsOn, inside["bom-ref"]] }
          : dependency,
      ),
      ...carried.dependencies.filter(({ ref }) => !refs.has(ref)),
    ],
  };
}

function readSbom(name: string, folder: string): Sbom {
  const scratch = mkdtempSync(join(tmpdir(), "aura-sbom-"));
  try {
    const format = ["--sbom-format", "cyclonedx", "--sbom-spec-version", "1.6", "--prod"];
    const { status, stdout, stderr, error } = spawnSync(
      "pnpm",
      ["sbom", ...format, "--filter", name, "--fail-if-no-match", "--split", "--out", join(scratch, "%s.json")],
      { cwd: folder, env: toolEnvironment, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`pnpm sbom ${name}: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
    const [file = ""] = readdirSync(scratch);
    return JSON.parse(readFileSync(join(scratch, file), "utf8")) as Sbom;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
