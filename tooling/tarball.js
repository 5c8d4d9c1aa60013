// The tarball of a package as it is published, and what must not be in one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, posix } from "node:path";
import { gunzipSync } from "node:zlib";
import { workspaceFolder } from "./tools.js";

/** @typedef {{ readonly path: string, readonly bytes: Buffer }} PackedFile `path`: below the package, with `/` */

/** What may stand in each folder of a tarball, by the end of its name. `files` of the manifest says which folders go in at all. */
const MAY_HOLD = /** @type {const} */ ([
  [/^(package\.json|README\.md|CHANGELOG\.md|LICENSE|LICENSE-ENTERPRISE)$/, "what npm shows"],
  [/^bin\/[\w-]+\.js$/, "a command"],
  [/^dist\/[\w./-]+\.(js|d\.ts)(\.map)?$/, "what was built"],
  [/^src\/[\w./-]+\.(ts|json)$/, "the sources"],
  [/^(schemas|vectors)\/[\w.-]+\.json$/, "JSON Schemas, and bytes for other implementations"],
  [/^foreign\/verify_log\.py$/, "the second verifier"],
  [/^page\/[\w./-]+\.(html|js|css|svg|ico|png|woff2|json|txt)$/, "the page as the runtime serves it"],
]);
/** Tests and benchmarks stay in the repository; `src/testing` is a door. */
const OF_THE_REPOSITORY = /(^|\/)(test|tests|bench|node_modules)\/|\.(test|bench|e2e|property|golden)\.|\.tsbuildinfo$/;

/**
 * Packs as a release does: `workspace:^` and `catalog:` are replaced by versions. Runs no script of the package.
 * @param {string} folder of the package, absolute; built
 * @param {string} into an existing folder
 * @returns {string} path of the tarball
 */
export function packPackage(folder, into) {
  const [program = "", ...args] = pnpmCommand();
  const { status, stdout, stderr, error } = spawnSync(
    program,
    [...args, "pack", "--json", "--config.ignore-scripts=true", "--pack-destination", into],
    { cwd: folder, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${folder} cannot be packed: ${error?.message ?? `${stdout}${stderr}`}`);
  const { filename } = JSON.parse(stdout.slice(stdout.indexOf("{")));
  return join(into, posix.basename(filename));
}

/** The pnpm that started this process, or the one that the workspace names. */
function pnpmCommand() {
  const started = process.env["npm_execpath"] ?? "";
  if (/pnpm(\.\w+)?$/.test(started)) return /\.[cm]?js$/.test(started) ? [process.execPath, started] : [started];
  const { packageManager } = JSON.parse(readFileSync(join(workspaceFolder, "package.json"), "utf8"));
  return ["npx", "-y", packageManager];
}

/**
 * @param {string} folder of the package, absolute; built
 * @param {(tarball: string) => Promise<void>} look
 */
export async function withTarball(folder, look) {
  const temporary = mkdtempSync(join(tmpdir(), "aura-pack-"));
  try {
    await look(packPackage(folder, temporary));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/**
 * Reads a tarball (ustar, as every npm client writes it).
 * @param {string} tarball
 * @returns {readonly PackedFile[]} files only, in the order of the tarball
 */
export function readTarball(tarball) {
  const bytes = gunzipSync(readFileSync(tarball));
  /** @type {PackedFile[]} */
  const files = [];
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + 512);
    const size = Number.parseInt(textAt(header, 124, 12), 8);
    const path = posix.join(textAt(header, 345, 155), textAt(header, 0, 100)).replace(/^package\//, "");
    const kind = textAt(header, 156, 1);
    if (kind === "0" || kind === "") files.push({ path, bytes: bytes.subarray(at + 512, at + 512 + size) });
    else if (kind !== "5") throw new Error(`${tarball} holds ${path}, which is neither a file nor a folder (${kind})`);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/**
 * @param {Buffer} header
 * @param {number} start
 * @param {number} length
 */
function textAt(header, start, length) {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field
    .subarray(0, end === -1 ? length : end)
    .toString("utf8")
    .trim();
}

/**
 * What stands in a tarball and should not: tests, foreign folders, paths of this machine, maps that lead out of the package.
 * @param {readonly PackedFile[]} files
 * @returns {readonly string[]} one text for each finding
 */
export function judgeTarball(files) {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap(({ path, bytes }) => {
    const text = bytes.toString("utf8");
    return [
      ...(MAY_HOLD.some(([pattern]) => pattern.test(path)) && !OF_THE_REPOSITORY.test(path)
        ? []
        : [`${path} is packed and should not be; see \`files\` in package.json, or MAY_HOLD in tooling/tarball.js`]),
      ...MACHINE_PATHS.filter((place) => text.includes(place)).map((place) => `${path} names ${place} of this machine`),
      ...(path.endsWith(".map") ? lostSources(path, text, paths) : []),
    ];
  });
}

/** The home folder is named by root's build too, but `/root` is a word as well: only with the slash behind it. */
const MACHINE_PATHS = [`${workspaceFolder}/`, `${homedir()}/`, `file://${workspaceFolder}`];

/**
 * @param {string} path of a source map
 * @param {string} text
 * @param {ReadonlySet<string>} paths
 */
function lostSources(path, text, paths) {
  /** @type {{ sources: readonly string[], sourcesContent?: unknown }} */
  const { sources } = JSON.parse(text);
  return sources
    .map((source) => posix.join(posix.dirname(path), source))
    .filter((source) => !paths.has(source))
    .map((source) => `${path} leads to ${source}, which is not in the package`);
}
