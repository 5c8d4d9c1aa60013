import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Names the file in which a run of the tests notes which errors were made. The test command sets it. */
export const MADE_FILE = "AURA_ERRORS_MADE";

/** `AuraError` tells whoever stands here of every error that is made. */
const MADE = Symbol.for("aura.error.made");

/**
 * Notes the code of each error that is made while a test file runs, with the folder of that file. Once for each folder and
 * code, at once: a worker that dies afterwards takes nothing along.
 */
export function noteMade(file: string, top: string, testPath: () => string | undefined): void {
  const noted = new Set<string>();
  Object.assign(globalThis, {
    [MADE]: ({ code }: { readonly code: string }) => {
      const folder = (testPath() ?? "")
        .slice(top.length + 1)
        .split("/")
        .slice(0, 2)
        .join("/");
      const line = `${folder} ${code}\n`;
      if (noted.has(line)) return;
      noted.add(line);
      appendFileSync(file, line);
    },
  });
}

/** The codes that were made, by the folder whose tests made them; `undefined` if nobody noted them. */
export function readMade(file = process.env[MADE_FILE]): ReadonlyMap<string, ReadonlySet<string>> | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const made = new Map<string, Set<string>>();
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const [folder = "", code = ""] = line.split(" ");
    made.set(folder, (made.get(folder) ?? new Set()).add(code));
  }
  return made;
}
