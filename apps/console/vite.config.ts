import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** What a browser must fetch before the first screen, compressed. */
const FIRST_PAGE_BYTES_MAX = 200 * 1024;

export default defineConfig({
  root: import.meta.dirname,
  // In the workspace a package's door is its source; nothing needs a build first.
  resolve: { conditions: ["@aura/source", "module", "browser", "development|production"] },
  plugins: [react(), firstPageLimit()],
  worker: { format: "es" },
  build: {
    target: "es2024",
    // The policy allows scripts, styles and connections of this origin, nothing inline: so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
  },
});

/** Fails the build when the first page grows past its limit: `index.html` and every script and style that it names. */
function firstPageLimit(): Plugin {
  return {
    name: "aura-first-page-limit",
    apply: "build",
    writeBundle({ dir = fileURLToPath(new URL("dist", import.meta.url)) }) {
      const page = readFileSync(join(dir, "index.html"));
      const assets = [...page.toString().matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path = ""]) =>
        readFileSync(join(dir, path)),
      );
      const bytes = [page, ...assets].reduce((sum, file) => sum + gzipSync(file).length, 0);
      const said = `first page: ${(bytes / 1024).toFixed(1)} kB gzip, at most ${FIRST_PAGE_BYTES_MAX / 1024} kB`;
      if (bytes > FIRST_PAGE_BYTES_MAX) this.error(said);
      this.info(said);
    },
  };
}
