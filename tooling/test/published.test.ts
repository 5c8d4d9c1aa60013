import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { differences, WRITE_COMMAND } from "../api-report.js";
import { judgeTarball, readTarball } from "../tarball.js";
import { workspaceFolder } from "../tools.js";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aura-published-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("an API report", () => {
  const REPORT = "# report\nexport function commit(nonce: string, text: string): Commitment;\nexport const SIZE = 1;\n";

  it("that says what was built is not mentioned", () => {
    const path = join(aFolder(), "trust.api.md");
    writeFileSync(path, REPORT);
    expect(differences(path, REPORT)).toEqual([]);
  });

  it("names the lines of an export that was renamed, and the command that accepts it", () => {
    const path = join(aFolder(), "trust.api.md");
    writeFileSync(path, REPORT);
    const [finding = ""] = differences(path, REPORT.replace("function commit(", "function commitTo("));
    expect(finding.split("\n")).toEqual([
      "What is exported is not what etc/trust.api.md says (- committed, + built):",
      "     2 - export function commit(nonce: string, text: string): Commitment;",
      "     2 + export function commitTo(nonce: string, text: string): Commitment;",
      `If that is intended, run \`${WRITE_COMMAND}\`, commit etc/trust.api.md, and say it in a changeset.`,
    ]);
  });

  it("that is missing, or in another order, is a finding too", () => {
    const path = join(aFolder(), "trust.api.md");
    expect(differences(path, REPORT)[0]).toMatch(/^etc\/trust\.api\.md is missing\./);
    writeFileSync(path, REPORT);
    const turned = REPORT.split("\n").toReversed().join("\n");
    expect(differences(path, turned)[0]).toContain("the same lines in another order");
  });
});

describe("a tarball", () => {
  const files = (entries: Readonly<Record<string, string>>) =>
    Object.entries(entries).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  const GOOD = {
    "package.json": "{}",
    "README.md": "# a",
    LICENSE: "...",
    "bin/aura-trust.js": "",
    "dist/index.js": "export {};",
    "dist/index.js.map": '{"sources":["../src/index.ts"]}',
    "dist/cli/main.d.ts": "",
    "src/index.ts": "",
    "src/testing/index.ts": "",
    "schemas/entry.json": "{}",
    "foreign/verify_log.py": "",
  };

  it("of doors, sources, schemas and what npm shows is as it should be", () => {
    expect(judgeTarball(files(GOOD))).toEqual([]);
  });

  it.each([
    "test/a.test.ts",
    "src/a.test.ts",
    "src/test/world.ts",
    "bench/a.ts",
    "etc/trust.api.md",
    "tsconfig.json",
    "dist/.tsbuildinfo",
    "src/.env",
    "node_modules/a/index.js",
    "foreign/judge_cases.py",
    "aura.key",
  ])("does not hold %s", (path) => {
    expect(judgeTarball(files({ ...GOOD, [path]: "" }))).toEqual([expect.stringContaining(`${path} is packed`)]);
  });

  it("names no path of the machine that built it", () => {
    const found = judgeTarball(files({ ...GOOD, "dist/index.js": `// ${workspaceFolder}/packages/trust` }));
    expect(found[0]).toMatch(/^dist\/index\.js names .* of this machine$/);
  });

  it("has no map that leads out of it", () => {
    const found = judgeTarball(files({ ...GOOD, "dist/a.js.map": '{"sources":["../../../tooling/a.ts"]}' }));
    expect(found).toEqual(["dist/a.js.map leads to ../../tooling/a.ts, which is not in the package"]);
  });

  it("is read file by file, long paths too", () => {
    const path = join(aFolder(), "a.tgz");
    const long = `${"folder/".repeat(10)}index.ts`;
    writeFileSync(
      path,
      gzipSync(Buffer.concat([entry("package/a.ts", "one"), entry(long, "two", "package/src"), Buffer.alloc(1024)])),
    );
    expect(readTarball(path).map(({ path, bytes }) => [path, bytes.toString()])).toEqual([
      ["a.ts", "one"],
      [`src/${long}`, "two"],
    ]);
  });

  it("that holds a link is refused", () => {
    const path = join(aFolder(), "a.tgz");
    writeFileSync(path, gzipSync(Buffer.concat([entry("package/a", "", "", "2"), Buffer.alloc(1024)])));
    expect(() => readTarball(path)).toThrow("neither a file nor a folder");
  });
});

/** One file of a ustar archive; the checksum is nobody's here. */
function entry(name: string, text: string, prefix = "", kind = "0"): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(text.length.toString(8).padStart(11, "0"), 124);
  header.write(kind, 156);
  header.write("ustar\0", 257);
  header.write(prefix, 345);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return Buffer.concat([header, body]);
}
