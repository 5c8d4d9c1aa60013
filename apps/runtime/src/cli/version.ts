import { readFileSync } from "node:fs";
import { PACKAGE_FOLDER } from "../package-folder.ts";

/** The version that this package was published as. */
export function runtimeVersion(): string {
  const text = readFileSync(new URL("package.json", PACKAGE_FOLDER), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
