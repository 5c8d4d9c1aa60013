import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  hashText,
  logLines,
  parseVerifierKey,
  verifyAnchored,
  verifyLog,
  verifyReceipt,
  verifyTlogProof,
} from "../src/index.ts";
import { type GoldenFolder, keysOf, readGolden, READERS, textOf } from "./golden-files.ts";
import { noteLog, noteReceipt } from "./judged.ts";

/** What each landing wrote is kept (record-golden.ts), and read by every later version. */
const GOLDEN = new URL("../golden/", import.meta.url);
/** What a reader brings along, and what it once answered: nothing that is verified. */
const BROUGHT = ["keys.json", "answers.json"];
/** Of each file as many bytes are changed; of the small ones all. */
const CHANGES = 48;
/** Of a sealed key, whose every guess costs. */
const GUESSES = 8;

const folders = readdirSync(GOLDEN).toSorted(new Intl.Collator("en", { numeric: true }).compare);
const folderOf =
  (landing: string): GoldenFolder =>
  (name) =>
    readFileSync(new URL(`${landing}/${name}`, GOLDEN));
const filesOf = (landing: string) => readdirSync(new URL(`${landing}/`, GOLDEN));
const cases = folders
  .flatMap((landing) => filesOf(landing).map((name) => ({ landing, name })))
  .filter(({ name }) => !BROUGHT.includes(name));

describe.each(cases)("what landing $landing wrote into $name", ({ landing, name }) => {
  const folder = folderOf(landing);
  const bytes = new Uint8Array(folder(name));

  it("has a reader, and is verified as it was then", async () => {
    expect(Object.keys(READERS)).toContain(name);
    const answer = await readGolden(name, bytes, folder);
    expect(answer).toBeDefined();
    const answers = filesOf(landing).includes("answers.json")
      ? (JSON.parse(textOf(folder("answers.json"))) as Record<string, unknown>)
      : OF_THE_FIRST;
    expect(answer).toEqual(answers[name]);
  });

  it("is refused with any one byte of it changed", async () => {
    const sound = partsIn(name, bytes);
    const changes = name === "sealed.key" ? GUESSES : CHANGES;
    const step = Math.max(1, Math.floor(sound.length / changes));
    for (let nth = 0; nth < sound.length; nth += step) {
      const at = sound[nth] ?? 0;
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ (nth % 2 === 0 ? 1 : 4));
      expect(await readGolden(name, changed, folder), `byte ${at}`).toBeUndefined();
    }
  });

  it("is refused when its end is missing", async () => {
    for (const length of [0, 1, Math.floor(bytes.length / 2), bytes.length - 1]) {
      expect(await readGolden(name, bytes.slice(0, length), folder)).toBeUndefined();
    }
  });
});

/** What the first landing's files were when it was recorded; later ones keep it in `answers.json`. */
const OF_THE_FIRST: Readonly<Record<string, unknown>> = {
  "log.jsonl": { size: 101, since: 71, founding: "verified", notChecked: ["witness"], statuses: {} },
  "log.older.note": { size: 71 },
  "receipt.json": { size: 16, entries: 13, kind: "SUCCEEDED", votes: 0, opened: 5 },
  "calls.json": [
    ["refunds", "token-1", 1],
    ["refunds", "token-2", 2],
  ],
};

/** Where a change must be refused: everywhere, but for what a file of calls says of its verifier. */
function partsIn(name: string, bytes: Uint8Array): readonly number[] {
  const text = textOf(bytes);
  const from = name === "calls.json" ? text.indexOf('"presented"') + 13 : 0;
  return Array.from({ length: bytes.length - from }, (_, nth) => from + nth);
}

describe.each(folders)("landing %s", (landing) => {
  const folder = folderOf(landing);
  const keys = keysOf(folder);

  it("wrote formats by name: one of a later version is unknown_format, never ok", async () => {
    const anchors = { key: parseVerifierKey(keys.log), root: keys.logRoot };
    const log = new TextEncoder().encode(textOf(folder("log.jsonl")).replace("aura-log-1", "aura-log-2"));
    const answered = noteLog(log, anchors, await verifyLog(logLines([log]), anchors));
    expect(answered).toMatchObject({ ok: false, reason: "unknown_format" });
    const receipt: unknown = { ...(JSON.parse(textOf(folder("receipt.json"))) as object), format: "aura-receipt-2" };
    const given = { key: parseVerifierKey(keys.receipt), root: keys.receiptRoot };
    expect(noteReceipt(receipt, given, verifyReceipt(receipt, given))).toMatchObject({
      ok: false,
      reason: "unknown_format",
    });
  });
});

const newest = folderOf(folders.at(-1) ?? "");

it.each(["entry.tlog-proof", "anchored.tlog-proof"])(
  "the newest landing's %s is unknown_format as of another version, and nothing worse",
  (name) => {
    const { log, namespace = "", orgLog = "" } = keysOf(newest);
    const text = textOf(newest(name)).replace("tlog-proof@v1", "tlog-proof@v2");
    const keys = { key: parseVerifierKey(namespace), orgLog: parseVerifierKey(orgLog) };
    const verified =
      name === "entry.tlog-proof"
        ? verifyTlogProof(text, hashText(""), { key: parseVerifierKey(log) })
        : verifyAnchored(text, keys);
    expect(verified).toMatchObject({ ok: false, reason: "unknown_format" });
  },
);

it("every landing is there, and the newest has a file of everything that is written today", () => {
  expect(folders).toEqual(expect.arrayContaining(["0.0.0", "0.0.0-2"]));
  expect(filesOf(folders.at(-1) ?? "").toSorted()).toEqual([...Object.keys(READERS), ...BROUGHT].toSorted());
});
