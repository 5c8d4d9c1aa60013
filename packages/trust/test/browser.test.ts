import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const SOURCE = new URL("../src/", import.meta.url);
/** The doors that open files, and what only they and the command line import; they are not part of the main door. */
const NODE_ONLY = new Set([
  "key-file.ts",
  "key-file-box.ts",
  "key-file-disk.ts",
  "key-file-sealed.ts",
  "passphrase.ts",
  "file-chain-store.ts",
  "org-log-folder.ts",
  "witness-file-store.ts",
]);

const modules = readdirSync(SOURCE, { encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !NODE_ONLY.has(name))
  .map((name) => ({ name, text: readFileSync(new URL(name, SOURCE), "utf8") }));

it.each(modules)("$name loads in a browser: it imports nothing of Node but types", ({ text }) => {
  const imports = text.match(/^(?:import|export)\b[^;]*?from "node:[^"]+";/gm) ?? [];
  expect(imports.filter((line) => !line.startsWith("import type"))).toEqual([]);
});

it.each(modules)("$name rests on @noble and on its own package alone", ({ text }) => {
  const sources = [...text.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)";/gm)].map(([, source = ""]) => source);
  expect(sources.filter((source) => !/^(\.\/|@noble\/|node:)/.test(source))).toEqual([]);
});
