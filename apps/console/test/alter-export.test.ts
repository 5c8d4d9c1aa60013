import { logLines, parseVerifierKey, verifyLog } from "@aura/trust";
import { beforeAll, expect, it } from "vitest";
import { type Alteration, alterExport } from "../src/alter-export.ts";
import { FOUNDER } from "./support/fake-runtime.ts";
import type { FakeLog } from "./support/fake-log.ts";
import { aWorld } from "./support/fake-world.ts";

let log: FakeLog;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  log = (await aWorld(1_700_000_000_000, FOUNDER)).log;
  bytes = new TextEncoder().encode(log.export());
});

async function reasonFor(altered: Uint8Array): Promise<string> {
  const verification = await verifyLog(logLines([altered]), { key: parseVerifierKey(log.verifierKey) });
  return verification.ok ? "ok" : verification.reason;
}

it("starts from a log that verifies", async () => {
  expect(await reasonFor(bytes)).toBe("ok");
});

it.each([
  ["flip", "entry_altered"],
  ["drop", "entry_dropped"],
  ["swap", "entries_reordered"],
  ["cut", "truncated"],
] as const)("makes %s show as %s, wherever it is done", async (alteration: Alteration, reason) => {
  for (const near of [0, 0.01, 0.3, 0.5, 0.8, 0.99, 1]) {
    const altered = alterExport(bytes, alteration, near);
    expect(await reasonFor(altered!.bytes), `near ${near}`).toBe(reason);
  }
});

it("leaves the bytes it was given as they are, and changes a single one by a single bit", () => {
  const before = bytes.slice();
  const altered = alterExport(bytes, "flip")!.bytes;
  expect(bytes).toEqual(before);
  const changed = [...altered].map((byte, at) => byte ^ (before[at] ?? 0)).filter((difference) => difference !== 0);
  expect(changed).toEqual([1]);
});

it("alters nothing in a log that is too short", () => {
  expect(alterExport(new TextEncoder().encode("{}\n{}\n"), "flip")).toBeUndefined();
});
