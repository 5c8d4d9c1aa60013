import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundle } from "../runtimes/bundle.ts";

const BYTES_MAX = 18_000;

it(`@aura/trust/verify-witnesses is at most ${BYTES_MAX} bytes in a page, gzip -9, and imports nothing more`, async () => {
  const code = await bundle(new URL("../src/verify-witnesses.ts", import.meta.url), "minified");
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(BYTES_MAX);
  expect(code).not.toMatch(/\bimport\b\s*[({"'`]/);
}, 60_000);
