import { readFileSync } from "node:fs";

/** The version that this package was published as. */
export function runtimeVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
