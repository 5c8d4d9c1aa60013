import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson, logLines, parseVerifierKey, verifyCall, verifyLog, verifyReceipt } from "../src/index.ts";
import type {
  Anchors,
  CallInQuestion,
  JsonObject,
  JsonValue,
  LogAnchors,
  LogVerification,
  PresentedCall,
  PublicKey,
  Receipt,
} from "../src/index.ts";
import { noteLog, noteReceipt } from "./judged.ts";

/** What each version wrote is kept (record-golden.ts), and read by every later one. */
const GOLDEN = new URL("../golden/", import.meta.url);

interface Keys {
  readonly log: string;
  readonly logRoot: PublicKey;
  readonly receipt: string;
  readonly receiptRoot: PublicKey;
}

describe.each(readdirSync(GOLDEN))("what version %s wrote", (version) => {
  const read = (name: string): string => readFileSync(new URL(`${version}/${name}`, GOLDEN), "utf8");
  const readJson = <Value>(name: string): Value => JSON.parse(read(name)) as Value;
  const keys = readJson<Keys>("keys.json");
  const log = read("log.jsonl");
  const receipt = readJson<Receipt>("receipt.json");

  async function verifyText(text: string, given: Partial<LogAnchors> = {}): Promise<LogVerification> {
    const bytes = new TextEncoder().encode(text);
    const anchors = { key: parseVerifierKey(keys.log), root: keys.logRoot, ...given };
    return noteLog(bytes, anchors, await verifyLog(logLines([bytes]), anchors));
  }

  const verifyShown = (value: unknown) => {
    const anchors = { key: parseVerifierKey(keys.receipt), root: keys.receiptRoot };
    return noteReceipt(value, anchors, verifyReceipt(value, anchors));
  };

  it("is a log that verifies under its keys and starts with its older checkpoint", async () => {
    expect(await verifyText(log, { since: read("log.older.note") })).toMatchObject({
      ok: true,
      size: 101,
      since: 71,
      founding: { signature: "verified" },
      notChecked: ["witness"],
    });
  });

  it("is a log of which no line may be changed", async () => {
    const lines = log.split("\n").slice(0, -1);
    for (const at of [0, 1, 2, 50, lines.length - 1]) {
      const changed = lines.with(
        at,
        lines[at]!.replace(/(\d)(\D*)$/, (_, digit: string, rest: string) => `${(Number(digit) + 1) % 10}${rest}`),
      );
      expect((await verifyText(changed.map((line) => `${line}\n`).join(""))).ok).toBe(false);
    }
  });

  it("is a receipt that verifies", () => {
    expect(verifyShown(receipt)).toMatchObject({ ok: true, size: 16, entries: 13, outcome: { kind: "SUCCEEDED" } });
  });

  it("is calls under a token and under a chain that are let through", () => {
    const { anchors, call, presented } = readJson<{
      anchors: Anchors;
      call: CallInQuestion;
      presented: PresentedCall[];
    }>("calls.json");
    const verified = presented.map((one) => verifyCall(anchors, one, call));
    expect(verified).toMatchObject([
      { ok: true, token: "token-1" },
      { ok: true, delegation: { tokens: ["token-1", "token-2"] } },
    ]);
    const later = { ...anchors, nowMs: anchors.nowMs + 3_600_000 };
    expect(presented.map((one) => verifyCall(later, one, call).ok)).toEqual([false, false]);
  });

  it("is answered unknown_format, never ok, when it says that a later version wrote it", async () => {
    expect(await verifyText(log.replace("aura-log-1", "aura-log-2"))).toMatchObject({
      ok: false,
      reason: "unknown_format",
    });
    expect(verifyShown({ ...receipt, format: "aura-receipt-2" })).toMatchObject({
      ok: false,
      reason: "unknown_format",
    });
  });

  it("is canonical JSON, every file of it", () => {
    for (const name of ["receipt.json", "calls.json", "keys.json"]) {
      expect(`${canonicalJson(readJson<JsonValue>(name) as JsonObject)}\n`).toBe(read(name));
    }
  });
});

it("keeps the files of a version", () => {
  expect(readdirSync(GOLDEN)).toContain("0.0.0");
});
