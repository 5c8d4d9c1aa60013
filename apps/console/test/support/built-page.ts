import { join } from "node:path";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "../..");

/** Builds the page into a folder of the test's own: what is tested is what was just written, not what lies in `dist`. */
export async function buildPage(folder: string): Promise<string> {
  await build({
    configFile: join(ROOT, "vite.config.ts"),
    root: ROOT,
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true },
  });
  return folder;
}
