import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundle } from "../runtimes/bundle.ts";

/** Of this, about 1.5 kB verify the votes of a receipt and the enrolments of the keys behind them. */
const BYTES_MAX = 20_000;

it(`@aura/trust/verify is at most ${BYTES_MAX} bytes in a page, gzip -9, and imports nothing more`, async () => {
  const code = await bundle(new URL("../src/verify.ts", import.meta.url), "minified");
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(BYTES_MAX);
  expect(code).not.toMatch(/\bimport\b\s*[({"'`]/);
}, 60_000);
