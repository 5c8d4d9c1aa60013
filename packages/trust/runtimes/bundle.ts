import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

/**
 * One file with everything in it, as a page or a worker loads it: from the sources, every export kept. `minified`, or as
 * readable as the bundler leaves it.
 */
export async function bundle(entry: URL, form: "minified" | "readable"): Promise<string> {
  const { output } = (await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("..", import.meta.url)),
    resolve: { conditions: ["@aura/source", "module", "browser", "production"] },
    build: {
      write: false,
      target: "es2024",
      minify: form === "minified",
      modulePreload: false,
      rollupOptions: { input: fileURLToPath(entry), preserveEntrySignatures: "strict" },
    },
  })) as Rolldown.RolldownOutput;
  const [{ code }, ...others] = output;
  if (others.length > 0) throw new Error(`${entry.href} makes more than one file.`);
  return code;
}
