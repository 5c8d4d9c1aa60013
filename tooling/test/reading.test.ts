import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const top = fileURLToPath(new URL("../..", import.meta.url));

interface Link {
  readonly from: string;
  /** Below the top folder. */
  readonly path: string;
  readonly line: number | undefined;
}

it("leads a reader from README.md through ARCHITECTURE.md to the line that decides PERMIT", () => {
  expect(linksOf("README.md").map(({ path }) => path)).toContain("ARCHITECTURE.md");
  const decides = linksOf("ARCHITECTURE.md").find(({ path }) => path === "packages/governance/src/policy/combine.ts");
  expect(lineAt(decides)).toMatch(/^\s+return \{ kind, \.\.\.level, rules: /);
});

it.each(["README.md", "ARCHITECTURE.md", "docs/decisions/README.md", "docs/errors/README.md"])(
  "has no dead link on the pages that %s leads to",
  (start) => {
    const dead = pagesFrom(start)
      .flatMap(linksOf)
      .filter((link) => !existsSync(join(top, link.path)) || (link.line !== undefined && lineAt(link) === undefined));
    expect(dead).toEqual([]);
  },
);

it("prints the two commands of the set-up before any other", () => {
  const commands = readFileSync(join(top, "README.md"), "utf8").match(/^npx -y pnpm@\S+ \S+/gm) ?? [];
  const { packageManager } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as { packageManager: string };
  expect(commands.slice(0, 2)).toEqual([`npx -y ${packageManager} demo`, `npx -y ${packageManager} test`]);
});

it.each([
  ["README.md", 3],
  ["CONTRIBUTING.md", 4],
  [".ci/run", 1],
  [".github/workflows/ci.yml", 1],
])("names in %s only scripts that exist", (page, least) => {
  const { scripts } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = [...readFileSync(join(top, page), "utf8").matchAll(/npx -y pnpm@\S+ (?<script>[\w:-]+)/g)];
  expect(named.length).toBeGreaterThanOrEqual(least);
  for (const { groups } of named) {
    const script = groups?.["script"] ?? "";
    expect(["install", ...Object.keys(scripts)]).toContain(script);
  }
});

it("runs in CI what .ci/run runs, and nothing else", () => {
  const commandsOf = (page: string) =>
    [...readFileSync(join(top, page), "utf8").matchAll(/^ *(?:- run: *)?(?<command>npx -y pnpm@\S+ \w+)/gm)].map(
      ({ groups }) => groups?.["command"],
    );
  expect(commandsOf(".github/workflows/ci.yml")).toEqual(commandsOf(".ci/run"));
  expect(readFileSync(join(top, ".github/workflows/ci.yml"), "utf8").match(/\brun:/g)).toHaveLength(1);
});

/** Every Markdown page that can be reached from one, itself included. */
function pagesFrom(start: string): readonly string[] {
  const seen = new Set([start]);
  for (const page of seen) {
    for (const { path } of linksOf(page)) if (path.endsWith(".md") && existsSync(join(top, path))) seen.add(path);
  }
  return [...seen];
}

/** The links of a page that stay in the repository. */
function linksOf(page: string): readonly Link[] {
  const text = readFileSync(join(top, page), "utf8");
  return [...text.matchAll(/\]\((?!https?:|#)(?<path>[^)#\s]+)(?:#L(?<line>\d+))?[^)]*\)/g)].map(({ groups }) => ({
    from: page,
    path: normalize(relative(top, join(top, dirname(page), groups?.["path"] ?? ""))),
    line: groups?.["line"] === undefined ? undefined : Number(groups["line"]),
  }));
}

function lineAt(link: Link | undefined): string | undefined {
  if (link?.line === undefined) return undefined;
  return readFileSync(join(top, link.path), "utf8").split("\n")[link.line - 1];
}
