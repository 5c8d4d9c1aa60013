import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "../data-folder.ts";
import type { DataFolder } from "../data-folder.ts";
import { usage } from "../runtime-error.ts";
import type { Arguments } from "./command.ts";

/** Where data folders lie in a folder that somebody works in. */
const USUAL = ".aura";

/**
 * The folder of `--data`; without it the one below `.aura` that a runtime owns, if there is exactly one: a person who answers
 * a question should not have to say where it was asked. @throws `runtime/usage`
 */
export function chosenFolder(given: Arguments): DataFolder {
  const path = given.text("data");
  if (path !== undefined) return dataFolder(path);
  const running = foldersIn(USUAL).filter(({ runtime }) => existsSync(runtime));
  const [only, ...others] = running;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) {
    throw usage(
      `Which data folder is not said, and no runtime is running in one below ${USUAL} here.`,
      "Add --data DIR.",
    );
  }
  throw usage(
    "More than one runtime is known here.",
    `Name one: ${running.map((one) => `--data ${one.path}`).join(" or ")}`,
  );
}

function foldersIn(path: string): readonly DataFolder[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => dataFolder(join(path, name)));
}
