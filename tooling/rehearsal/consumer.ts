import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Manifest } from "../release/plan.ts";
import { mustRun, runCommand } from "./child.ts";
import type { Ended } from "./child.ts";
import type { Registry } from "./registry.ts";

/** Somebody's project: no workspace, no sources, only what a registry gives. */
export interface Consumer {
  readonly folder: string;
  /** Installs what its package.json asks for, keeping to its lockfile where that still holds. */
  install(dependencies: Readonly<Record<string, string>>): Promise<void>;
  /** Moves one dependency, and what it needs, as far as the ranges go. */
  update(name: string): Promise<void>;
  /** The version that a package of the project gets when it imports another; `from` nothing: the project itself. */
  versionOf(name: string, from?: string): string;
  write(path: string, text: string): void;
  /** What a file says; nothing if it is not there. */
  read(path: string): string | undefined;
  run(...command: readonly string[]): Promise<Ended>;
}

/** @param parent a folder that exists and is thrown away afterwards */
export function openProject(parent: string, name: string, registry: Registry): Consumer {
  const folder = join(parent, name);
  // The Node that runs the rehearsal runs the project's programs, too.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, CI: "true" };
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(".npmrc", `@aura:registry=${registry.url}\n`);
  // What was published a second ago is what is to be tried, and pnpm would answer from what it was told a minute ago.
  write("pnpm-workspace.yaml", "minimumReleaseAge: 0\npmOnFail: ignore\ncacheDir: .pnpm-cache\n");
  const pnpm = async (...args: readonly string[]): Promise<string> => mustRun(["pnpm", ...args], { cwd: folder, env });
  return {
    folder,
    write,
    read: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined),
    install: async (dependencies) => {
      write("package.json", JSON.stringify({ name, private: true, type: "module", dependencies }));
      await pnpm("install", "--no-frozen-lockfile");
    },
    update: async (dependency) => void (await pnpm("update", dependency)),
    versionOf: (dependency, from) => {
      const start = from === undefined ? folder : realpathSync(join(folder, "node_modules", from));
      return readVersion(dependency, start);
    },
    run: async (...command) => runCommand(command, { cwd: folder, env }),
  };
}

/** Finds a package as Node does: in the nearest node_modules, going up. */
function readVersion(name: string, start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return (JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as Manifest).version;
    } catch {
      // not here: one folder up
    }
  }
  throw new Error(`${name} cannot be found from ${start}.`);
}
