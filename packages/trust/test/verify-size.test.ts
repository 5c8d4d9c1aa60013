import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, it } from "vitest";

const BYTES_MAX = 20_000;

/** One door as a page would load it: bundled, minified, everything that it exports kept. */
async function bundled(door: string): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("..", import.meta.url)),
    resolve: { conditions: ["@aura/source", "module", "browser", "production"] },
    build: {
      write: false,
      modulePreload: false,
      rollupOptions: { input: fileURLToPath(new URL(door, import.meta.url)), preserveEntrySignatures: "strict" },
    },
  })) as Rolldown.RolldownOutput;
  expect(output.output).toHaveLength(1);
  return output.output[0].code;
}

it(`@aura/trust/verify is at most ${BYTES_MAX} bytes in a page, gzip -9, and imports nothing more`, async () => {
  const code = await bundled("../src/verify.ts");
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(BYTES_MAX);
  expect(code).not.toMatch(/\bimport\b\s*[({"']/);
}, 60_000);
