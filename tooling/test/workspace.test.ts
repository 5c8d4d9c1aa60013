import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const top = new URL("../../", import.meta.url);

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license: string;
  readonly type: string;
  readonly engines: { readonly node: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const folders = ["packages", "apps"].flatMap((folder) =>
  readdirSync(new URL(folder, top))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(new URL(`${path}/package.json`, top))),
);

/** From the words in package.json: the text at the top, and its name in a package. */
const LICENCES: Readonly<Record<string, readonly [string, string]>> = {
  "Apache-2.0": ["LICENSE-APACHE", "LICENSE"],
  "SEE LICENSE IN LICENSE-ENTERPRISE": ["LICENSE-ENTERPRISE", "LICENSE-ENTERPRISE"],
};

describe.each(folders)("%s", (folder) => {
  const manifest = parse<Manifest>(`${folder}/package.json`);
  const layer = folder.split("/").at(-1) ?? "";

  it("is named after its folder and runs where AURA runs", () => {
    expect(manifest.name).toBe(`@aura/${layer}`);
    expect(manifest.type).toBe("module");
    expect(manifest.engines).toEqual({ node: ">=22.18" });
  });

  it("carries the licence that it names", () => {
    const [text = "", copy = ""] = LICENCES[manifest.license] ?? [];
    expect(read(`${folder}/${copy}`)).toBe(read(text));
    expect(manifest.private === true || manifest.files?.includes(copy)).toBe(true);
  });

  it("opens each door on its source in the workspace and on dist/ elsewhere", () => {
    for (const [door, target] of Object.entries(manifest.exports ?? {})) {
      if (typeof target === "string") {
        // A data file, or a folder of them: the same in the workspace and elsewhere.
        expect(existsSync(new URL(`${folder}/${target.replace(/\*.*$/, "")}`, top)), `${door} has a file`).toBe(true);
        continue;
      }
      const module = door === "." ? "index" : sourceOf(target);
      expect(target, door).toEqual({
        "@aura/source": `./src/${module}.ts`,
        types: `./dist/${module}.d.ts`,
        default: `./dist/${module}.js`,
      });
      expect(existsSync(new URL(`${folder}/src/${module}.ts`, top)), `${door} has a source`).toBe(true);
    }
  });

  it("takes every version from the catalogue or from the workspace", () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toBe(name.startsWith("@aura/") ? "workspace:^" : "catalog:");
    }
  });

  it("stands in one layer, and the layers know it", () => {
    const { tags } = parse<{ tags: readonly string[] }>(`${folder}/turbo.json`);
    const layers = parse<{ boundaries: { tags: Record<string, unknown> } }>("turbo.json").boundaries.tags;
    expect(tags).toEqual([layer]);
    expect(Object.keys(layers)).toContain(layer);
  });
});

describe("layers", () => {
  it("point one way: trust, store, mission, then engine, governance and gateway side by side", () => {
    const { tags } = parse<{ boundaries: { tags: Record<string, { dependencies: { allow: string[] } }> } }>(
      "turbo.json",
    ).boundaries;
    const arrows = Object.entries(tags).map(
      ([layer, { dependencies }]) => `${layer} <- ${dependencies.allow.join(" ")}`,
    );
    expect(arrows).toEqual([
      "trust <- none",
      "store <- trust",
      "mission <- trust store",
      "engine <- trust store mission",
      "governance <- trust store mission",
      "gateway <- trust store mission",
      "runtime <- trust store mission engine governance gateway",
      "demo <- trust store mission engine governance gateway runtime",
      "console <- trust",
    ]);
  });
});

describe("the repository", () => {
  it("has commands that an old Node can parse, so that they can say what they need", () => {
    const commands = folders.flatMap((folder) =>
      Object.values(parse<Manifest>(`${folder}/package.json`).bin ?? {}).map((path) => `${folder}/${path}`),
    );
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(read(command)).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(read(command), "imports nothing before the version is checked").not.toMatch(/^import\s/m);
    }
  });

  it("tells an old Node that it is old: no script takes by name what only a newer one exports", () => {
    // A module that is not exported ends the process while it is linked, before the version is checked.
    const NEWER = /^import \{[^}]*\b(?:globSync|glob|enableCompileCache|registerHooks|stripTypeScriptTypes)\b/m;
    const { scripts } = parse<{ readonly scripts: Readonly<Record<string, string>> }>("package.json");
    const started = Object.values(scripts).flatMap((script) => /\btooling\/[\w-]+\.js/.exec(script) ?? []);
    expect(started).toContain("tooling/demo.js");
    for (const script of new Set(started)) {
      expect(read(script), script).toMatch(/^(?:\/\/.*\n)*import "\.\/check-node\.js";\n/);
      for (const linked of linkedBy(script)) expect(read(linked), linked).not.toMatch(NEWER);
    }
  });

  it("pins every version of the catalogue exactly", () => {
    const catalog = /^catalog:\n((?: {2}.*\n)+)/m.exec(read("pnpm-workspace.yaml"))?.[1] ?? "";
    const versions = catalog.trimEnd().split("\n");
    expect(versions.length).toBeGreaterThan(10);
    for (const line of versions) expect(line).toMatch(/^ {2}\S+: \d+\.\d+\.\d+$/);
  });

  it("installs from whatever registry the reader uses", () => {
    expect(read("pnpm-lock.yaml")).not.toMatch(/^\s*(tarball|resolution: \{.*tarball):?/m);
    expect(read(".npmrc")).not.toMatch(/registry/);
  });
});

/** A script and what it imports statically, and so on. */
function linkedBy(script: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(script)) return known;
  known.add(script);
  for (const [, name] of read(script).matchAll(/^import .*"\.\/([\w-]+\.js)";$/gm)) linkedBy(`tooling/${name}`, known);
  return known;
}

function sourceOf(target: unknown): string {
  const source = (target as Record<string, string>)["@aura/source"] ?? "";
  return source.replace(/^\.\/src\//, "").replace(/\.ts$/, "");
}

function read(path: string): string {
  return readFileSync(new URL(path, top), "utf8");
}

function parse<T>(path: string): T {
  return JSON.parse(read(path)) as T;
}
