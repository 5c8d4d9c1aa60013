import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { logLines, verifyLog } from "../src/index.ts";
import { noteLog } from "./judged.ts";
import { checkpointOf, exportOf, LOG_KEY, sampleLog } from "./sample-log.ts";

let bytes: Uint8Array;
let since: string;

beforeAll(async () => {
  const log = await sampleLog();
  bytes = new TextEncoder().encode(await exportOf(log));
  since = await checkpointOf(log, 10);
});

async function isAccepted(changed: Uint8Array): Promise<boolean> {
  const anchors = { key: LOG_KEY, since };
  return noteLog(changed, anchors, await verifyLog(logLines([changed]), anchors)).ok;
}

it("refuses the file with any one byte changed to any other", async () => {
  expect(await isAccepted(bytes)).toBe(true);
  const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), by: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, by }) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ by;
      expect(await isAccepted(changed)).toBe(false);
    }),
    { numRuns: 800 },
  );
});

it("refuses the file with its lowest bit flipped at every position of the header and of the last line", async () => {
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 0x0a);
  const [header = 0, tail = 0] = [ends[0], ends.at(-2)];
  for (let at = 0; at < bytes.length; at += at === header ? tail - header : 1) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await isAccepted(changed), `byte ${at}`).toBe(false);
  }
});

it("refuses the file with any run of bytes taken out, doubled or moved", async () => {
  const cut = fc.record({
    from: fc.nat({ max: bytes.length - 1 }),
    length: fc.integer({ min: 1, max: 2_000 }),
    to: fc.nat({ max: bytes.length }),
    kind: fc.constantFrom("drop", "double", "move"),
  });
  const whole = Buffer.from(bytes);
  await fc.assert(
    fc.asyncProperty(cut, async ({ from, length, to, kind }) => {
      const run = whole.subarray(from, from + length);
      const rest = Buffer.concat([whole.subarray(0, from), whole.subarray(from + length)]);
      const base = kind === "double" ? whole : rest;
      const changed = kind === "drop" ? rest : Buffer.concat([base.subarray(0, to), run, base.subarray(to)]);
      fc.pre(!changed.equals(whole));
      expect(await isAccepted(changed)).toBe(false);
    }),
    { numRuns: 400 },
  );
});

it("answers, never throws, for any lines at all", async () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("\ud800", "\0", "\u{10ffff}", '{"entry":{},"leaf":"","seq":0}'),
    fc.json({ maxDepth: 2 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      expect((await verifyLog(lines, { key: LOG_KEY })).ok).toBe(false);
    }),
  );
});
