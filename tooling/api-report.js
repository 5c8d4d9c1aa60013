// The API report: one committed text for each door of a package, `etc/<door>.api.md`, with every exported name and its type.
// A change of what is published changes a report, so a reviewer sees it. `pnpm api` writes them, check-package.js holds them.
import "./check-node.js";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

/** What a person runs when a report differs on purpose. */
export const WRITE_COMMAND = "npx -y pnpm@12.18.0 api";
/** Of one report; the rest is counted. */
const LINES_SHOWN_MAX = 20;

/** @typedef {{ readonly name: string, readonly text: string }} Report `name`: its file in `etc/` */
/** @typedef {{ readonly name: string, readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>> }} Manifest */

/**
 * Reads the declarations that were built for each door, and answers the reports as they ought to be.
 * @param {string} folder of the package, absolute; built
 * @returns {readonly Report[]}
 * @throws {Error} naming the door whose declarations do not stand by themselves
 */
export function apiReports(folder) {
  const manifest = readManifest(folder);
  const doors = Object.entries(manifest.exports).flatMap(([door, target]) =>
    typeof target === "string" || target["types"] === undefined ? [] : [{ door, types: target["types"] }],
  );
  const temporary = mkdtempSync(join(tmpdir(), "aura-api-"));
  try {
    const configs = doors.map(({ door, types }) => ({
      door,
      config: configOf(folder, types, reportName(manifest.name, door), temporary),
    }));
    const [first, ...others] = configs;
    if (first === undefined) return [];
    // One program for all doors: they share most of their declarations.
    const compilerState = CompilerState.create(first.config, {
      additionalEntryPoints: others.map(({ config }) => config.mainEntryPointFilePath),
    });
    return configs.map(({ door, config }) => {
      extract(config, compilerState, `${manifest.name}, door ${door}`);
      const name = basename(config.reportFilePath);
      return { name, text: readFileSync(config.reportFilePath, "utf8") };
    });
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/**
 * Holds the committed reports of a package against what was built.
 * @param {string} folder of the package, absolute; built
 * @returns {readonly string[]} a text for each report that differs, is missing or belongs to no door any more
 */
export function checkApiReports(folder) {
  const reports = apiReports(folder);
  const stale = committedReports(folder).filter((name) => !reports.some((report) => report.name === name));
  return [
    ...reports.flatMap(({ name, text }) => differences(join(folder, "etc", name), text)),
    ...stale.map((name) => `etc/${name} is the report of no door. Run \`${WRITE_COMMAND}\` and commit etc/.`),
  ];
}

/**
 * Writes the reports of a package, and removes those of doors that are gone.
 * @param {string} folder of the package, absolute; built
 */
export function writeApiReports(folder) {
  const reports = apiReports(folder);
  for (const name of committedReports(folder)) rmSync(join(folder, "etc", name));
  mkdirSync(join(folder, "etc"), { recursive: true });
  for (const { name, text } of reports) writeFileSync(join(folder, "etc", name), text);
}

/**
 * @param {string} path of the committed report
 * @param {string} wanted
 * @returns {readonly string[]} empty if they are alike
 */
export function differences(path, wanted) {
  const name = `etc/${basename(path)}`;
  const advice = `If that is intended, run \`${WRITE_COMMAND}\`, commit ${name}, and say it in a changeset.`;
  if (!existsSync(path)) return [`${name} is missing. ${advice}`];
  const committed = readFileSync(path, "utf8");
  if (committed === wanted) return [];
  const lines = [...linesBeyond(committed, wanted, "-"), ...linesBeyond(wanted, committed, "+")];
  const shown = lines.slice(0, LINES_SHOWN_MAX);
  const more = lines.length > shown.length ? [`  and ${lines.length - shown.length} lines more`] : [];
  const what = lines.length === 0 ? ["  the same lines in another order"] : [...shown, ...more];
  return [[`What is exported is not what ${name} says (- committed, + built):`, ...what, advice].join("\n")];
}

/**
 * The lines of `text` that `other` has not, or has less often.
 * @param {string} text
 * @param {string} other
 * @param {"-" | "+"} sign
 */
function linesBeyond(text, other, sign) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const line of other.split("\n")) counts.set(line, (counts.get(line) ?? 0) + 1);
  return text.split("\n").flatMap((line, index) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left > 0 ? [] : [`  ${String(index + 1).padStart(4)} ${sign} ${line}`];
  });
}

/**
 * @param {string} folder
 * @param {string} types "./dist/verify.d.ts"
 * @param {string} reportFileName
 * @param {string} temporary
 */
function configOf(folder, types, reportFileName, temporary) {
  const entry = join(folder, types);
  if (!existsSync(entry)) throw new Error(`${types} is not built. Run \`npx -y pnpm@12.18.0 build\`.`);
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, include: [entry] } },
      apiReport: {
        enabled: true,
        reportFileName,
        reportFolder: temporary,
        reportTempFolder: join(temporary, "made"),
        // A type that is not exported but stands in one that is: what it says is published, too.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}

/** As a user's compiler reads them: no condition of ours, and every declaration held. */
const COMPILER_OPTIONS = {
  module: "nodenext",
  moduleResolution: "nodenext",
  target: "es2024",
  lib: ["es2024"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * @param {ExtractorConfig} config
 * @param {CompilerState} compilerState
 * @param {string} door for the message
 */
function extract(config, compilerState, door) {
  /** @type {string[]} */
  const errors = [];
  try {
    mkdirSync(config.reportTempFolder, { recursive: true });
    const { succeeded } = Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback: (message) => {
        message.handled = true;
        if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.text);
      },
    });
    if (succeeded) return;
  } catch (error) {
    // It throws where a declaration names another that is not there.
    errors.push(error instanceof Error ? (error.message.split("\n\n")[0] ?? "") : String(error));
  }
  throw new Error(`${door}: its declarations do not stand by themselves: ${errors.join("; ")}`);
}

/**
 * "@aura/trust" and "./verify" make "trust.verify.api.md".
 * @param {string} packageName
 * @param {string} door
 */
function reportName(packageName, door) {
  const parts = [packageName.replace(/^@[^/]+\//, ""), ...door.split("/").slice(1)];
  return `${parts.join(".")}.api.md`;
}

/** @param {string} folder */
function committedReports(folder) {
  return globSync("*.api.md", { cwd: join(folder, "etc") });
}

/**
 * @param {string} folder
 * @returns {Manifest}
 */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
