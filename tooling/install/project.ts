import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packPackage, readTarball } from "../tarball.js";
import { workspaceFolder } from "../tools.js";
import { run } from "./run.ts";

export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  readonly doors: readonly string[];
  readonly readme: string;
  /** What npm will want besides: name and folder, as this workspace has it. */
  readonly dependencies: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packs a built package, and reads in its tarball what a stranger gets. */
export function pack(folder: string, into: string): Packed {
  const source = join(workspaceFolder, folder);
  const tarball = packPackage(source, into);
  const files = readTarball(tarball);
  const text = (path: string): string => files.find((file) => file.path === path)?.bytes.toString("utf8") ?? "";
  const manifest = JSON.parse(text("package.json")) as Manifest;
  const doors = Object.entries(manifest.exports ?? {}).flatMap(([door, target]) =>
    typeof target === "string" || door === "./testing" ? [] : [`${manifest.name}${door.slice(1)}`],
  );
  const { name, version } = manifest;
  return { name, version, tarball, doors, readme: text("README.md"), dependencies: needed(manifest, source) };
}

/**
 * An empty project that has installed the packages with npm and that Node, offline: what they depend on comes from this
 * workspace, and only what their packed manifests name. `engines` is held to.
 * @throws Error with what npm said
 */
export async function installProject(folder: string, node: string, packages: readonly Packed[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries([
    ...packages.flatMap((packed) => [...packed.dependencies].map(([name, path]) => [name, `file:${path}`])),
    ...packages.map(({ name, tarball }) => [name, `file:${tarball}`]),
  ]) as Record<string, string>;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }, null, 2));
  const options = ["--offline", "--ignore-scripts", "--install-links", "--engine-strict", "--no-audit", "--no-fund"];
  const { exitCode, output } = await run(node, [npmCli(), "install", ...options], folder);
  if (exitCode !== 0) throw new Error(`npm install: ${output}`);
}

/** npm's program, so that the Node in question runs it. */
function npmCli(): string {
  const launcher = (process.env["PATH"] ?? "")
    .split(":")
    .map((place) => join(place, "npm"))
    .find(existsSync);
  if (launcher === undefined) throw new Error("npm is not on the PATH");
  return realpathSync(launcher);
}

/** Everything that a manifest names, and what that names, but packages of ours: those are packed themselves. */
function needed(manifest: Manifest, folder: string, found = new Map<string, string>()): ReadonlyMap<string, string> {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (name.startsWith("@aura/") || found.has(name)) continue;
    const place = placeOf(name, folder);
    found.set(name, place);
    needed(JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as Manifest, place, found);
  }
  return found;
}

function placeOf(name: string, from: string): string {
  const place = join(from, "node_modules", name);
  if (existsSync(place)) return realpathSync(place);
  if (dirname(from) === from) throw new Error(`${name} is not installed; run \`npx -y pnpm@12.18.0 install\``);
  return placeOf(name, dirname(from));
}
