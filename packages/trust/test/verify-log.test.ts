import { beforeAll, describe, expect, it } from "vitest";
import {
  encodeEntry,
  leafHash,
  logEntryLine,
  logHeaderLine,
  logLines,
  parseVerifierKey,
  signCheckpoint,
  verifierKeyOf,
  verifyLog,
} from "../src/index.ts";
import type { Entry, LogAnchors, LogVerification } from "../src/index.ts";
import { LOG_LINE_BYTES_MAX } from "../src/log-export.ts";
import { canonicalJson } from "../src/canonical-json.ts";
import type { JsonValue } from "../src/json-value.ts";
import { noteLog } from "./judged.ts";
import {
  checkpointOf,
  exportOf,
  foundingStatement,
  LOG_KEY,
  LogBuilder,
  NAMESPACE,
  ORIGIN,
  ROOT_KEY,
  sampleLog,
  sampleSigner,
} from "./sample-log.ts";

let log: LogBuilder;
let file: string;

beforeAll(async () => {
  log = await sampleLog();
  file = await exportOf(log);
});

async function verify(text: string | Uint8Array, given: Partial<LogAnchors> = {}): Promise<LogVerification> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const anchors = { key: LOG_KEY, ...given };
  return noteLog(bytes, anchors, await verifyLog(logLines([bytes]), anchors));
}

function linesOf(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** The lines with their entries numbered by where they stand. */
function renumbered(lines: readonly string[]): string {
  return joined(lines.map((line, at) => line.replace(/"seq":\d+\}$/, `"seq":${at - 1}}`)));
}

/** A log of other entries that are linked, numbered, hashed and signed anew: what who holds the log key can make. */
async function remade(entries: readonly Entry[]): Promise<LogBuilder> {
  const made = new LogBuilder();
  for (const { stream, type, fence, timeMs, actor, data, payloads } of entries) {
    made.add(stream, type, { fence, timeMs, actor, data });
    made.entries.push({ ...made.entries.pop()!, payloads });
  }
  return made;
}

describe("verifyLog", () => {
  it("accepts the exported bytes, and says what it could not check", async () => {
    expect(await verify(file)).toMatchObject({
      ok: true,
      origin: ORIGIN,
      namespace: NAMESPACE,
      size: 16,
      streams: 6,
      since: null,
      founding: { signature: "not_checked" },
      notChecked: ["witness", "older_checkpoint", "root_key"],
    });
  });

  it("accepts it against every older checkpoint of the same log, and against the root key", async () => {
    for (let size = 0; size <= log.entries.length; size += 1) {
      const verification = await verify(file, { since: await checkpointOf(log, size), root: ROOT_KEY });
      expect(verification).toMatchObject({
        ok: true,
        since: size,
        founding: { signature: "verified" },
        notChecked: ["witness"],
      });
    }
  });

  it("reads the same whatever the chunks the bytes come in", async () => {
    const bytes = new TextEncoder().encode(file);
    for (const width of [1, 7, 100, 4096]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / width) }, (_, at) =>
        bytes.subarray(at * width, (at + 1) * width),
      );
      expect(await verifyLog(logLines(chunks), { key: LOG_KEY })).toMatchObject({ ok: true, size: 16 });
    }
  });

  it("tolerates signature lines of other keys on the checkpoint", async () => {
    const note = `${await checkpointOf(log)}\u2014 witness.example/w1 ${"A".repeat(102)}A=\n`;
    expect(await verify(await exportOf(log, note))).toMatchObject({ ok: true });
  });
});

describe("verifyLog, of bytes that were changed", () => {
  it("names an entry whose text was changed, at its place", async () => {
    expect(await verify(file.replace('"authority":"L2"', '"authority":"L4"'))).toMatchObject({
      reason: "entry_altered",
      seq: 5,
      line: 7,
    });
  });

  it("names an entry that was changed together with the hash beside it, by its successor", async () => {
    const lines = linesOf(file);
    const forged: Entry = { ...log.entries[2]!, data: { agent: "reporter", authority: "L4", timeoutMs: 600_000 } };
    lines[3] = logEntryLine({ seq: 2, leaf: leafHash(encodeEntry(forged)), entry: forged });
    expect(await verify(joined(lines))).toMatchObject({ reason: "entry_altered", seq: 2 });
  });

  it("says rewritten when the last entry of a stream was changed together with its hash", async () => {
    const lines = linesOf(file);
    const forged: Entry = { ...log.entries[1]!, data: { authority: "L4", owner: "finance", version: "1" } };
    lines[2] = logEntryLine({ seq: 1, leaf: leafHash(encodeEntry(forged)), entry: forged });
    expect(await verify(joined(lines))).toMatchObject({ reason: "rewritten" });
  });

  it("names a line whose number alone was changed", async () => {
    expect(await verify(file.replace('"seq":7}', '"seq":9}'))).toMatchObject({
      reason: "entry_altered",
      seq: 7,
      line: 9,
    });
  });

  it("names a dropped entry", async () => {
    expect(await verify(joined(linesOf(file).toSpliced(6, 1)))).toMatchObject({ reason: "entry_dropped", seq: 5 });
    expect(await verify(joined(linesOf(file).toSpliced(6, 3)))).toMatchObject({
      reason: "entry_dropped",
      seq: 5,
      what: expect.stringContaining("5 to 7"),
    });
  });

  it("names a dropped entry though the others were numbered anew", async () => {
    expect(await verify(renumbered(linesOf(file).toSpliced(4, 1)))).toMatchObject({ reason: "entry_dropped", seq: 3 });
  });

  it("says truncated when the dropped entry was the last of its stream and the others were numbered anew", async () => {
    expect(await verify(renumbered(linesOf(file).toSpliced(6, 1)))).toMatchObject({ reason: "truncated" });
  });

  it("names swapped entries, next to each other or far apart", async () => {
    const lines = linesOf(file);
    expect(await verify(joined(lines.with(4, lines[5]!).with(5, lines[4]!)))).toMatchObject({
      reason: "entries_reordered",
      seq: 3,
    });
    expect(await verify(joined(lines.with(4, lines[12]!).with(12, lines[4]!)))).toMatchObject({
      reason: "entries_reordered",
      seq: 3,
    });
  });

  it("names swapped entries of one stream though they were numbered anew", async () => {
    const lines = linesOf(file);
    expect(await verify(renumbered(lines.with(4, lines[5]!).with(5, lines[4]!)))).toMatchObject({
      reason: "entries_reordered",
    });
  });

  it("refuses swapped entries of two streams that were numbered anew: the tree is another", async () => {
    const lines = linesOf(file);
    expect(await verify(renumbered(lines.with(6, lines[7]!).with(7, lines[6]!)))).toMatchObject({
      reason: "rewritten",
      what: expect.any(String),
    });
  });

  it("names a line that is there twice", async () => {
    const lines = linesOf(file);
    expect(await verify(joined(lines.toSpliced(5, 0, lines[4]!)))).toMatchObject({ reason: "entry_repeated", seq: 3 });
    expect(await verify(renumbered(lines.toSpliced(5, 0, lines[4]!)))).toMatchObject({
      reason: "entry_repeated",
      seq: 4,
    });
    expect(await verify(joined([...lines, lines.at(-1)!]))).toMatchObject({ reason: "entry_repeated", seq: 15 });
  });

  it("names a cut tail, at every length", async () => {
    const lines = linesOf(file);
    for (let kept = 1; kept < lines.length; kept += 1) {
      expect(await verify(joined(lines.slice(0, kept)))).toMatchObject({
        ok: false,
        reason: "truncated",
        seq: kept - 1,
      });
    }
  });

  it("names a tail that was cut inside a line, even of its last newline alone", async () => {
    expect(await verify(file.slice(0, -1))).toMatchObject({ reason: "truncated" });
    expect(await verify(file.slice(0, -40))).toMatchObject({ reason: "truncated" });
  });

  it("refuses an entry that nobody signed after those that the checkpoint covers", async () => {
    const note = await checkpointOf(log);
    log.add("agent/reporter", "epoch.raised", { data: { reason: "late", scope: "agent" } });
    const longer = await exportOf(log, note);
    log.entries.pop();
    expect(await verify(longer)).toMatchObject({ reason: "unsigned_tail", seq: 16, line: 18 });
  });

  it.each([
    ["garbage after the end", (text: string) => `${text}garbage\n`, "malformed_line"],
    ["a blank line at the end", (text: string) => `${text}\n`, "malformed_line"],
    ["garbage without a newline", (text: string) => `${text}x`, "truncated"],
    ["CRLF", (text: string) => text.replaceAll("\n", "\r\n"), "malformed_header"],
    ["CRLF in one line", (text: string) => text.replace(/\n(?=[^\n]*\n$)/, "\r\n"), "malformed_line"],
    ["a byte order mark", (text: string) => `\uFEFF${text}`, "malformed_header"],
    ["an empty file", () => "", "empty"],
    ["only a newline", () => "\n", "malformed_header"],
    ["white space in a line", (text: string) => text.replace('"leaf":', '"leaf": '), "malformed_line"],
    [
      "members in another order",
      (text: string) => text.replace(/\{"entry":(.*),"leaf":("[^"]*"),"seq":3\}/, '{"leaf":$2,"entry":$1,"seq":3}'),
      "malformed_line",
    ],
    [
      "a header with a member more",
      (text: string) => text.replace('"format"', '"extra":1,"format"'),
      "malformed_header",
    ],
    [
      "another namespace in the header",
      (text: string) => text.replace(`"namespace":"${NAMESPACE}","origin"`, '"namespace":"other","origin"'),
      "wrong_namespace",
    ],
  ])("refuses %s", async (_, change, reason) => {
    const changed = change(file);
    expect(changed).not.toBe(file);
    expect(await verify(changed)).toMatchObject({ ok: false, reason });
  });

  it("refuses bytes that are not UTF-8, with the line", async () => {
    const bytes = new TextEncoder().encode(file);
    bytes[file.indexOf("\n") + 20] = 0xff;
    expect(await verify(bytes)).toMatchObject({ reason: "malformed_line", line: 2 });
  });

  it("gives up on a huge line without holding it", async () => {
    let asked = 0;
    function* endless(): Iterable<Uint8Array> {
      for (; ; asked += 1) yield new Uint8Array(16_384).fill(0x61);
    }
    expect(await verifyLog(logLines(endless()), { key: LOG_KEY })).toMatchObject({ reason: "oversized_line", line: 1 });
    expect(asked).toBeLessThanOrEqual(LOG_LINE_BYTES_MAX / 16_384 + 1);
  });

  it("refuses an entry one byte longer than an entry may be, and reads one that is just as long", async () => {
    for (const [spare, reason] of [
      [0, "rewritten"],
      [1, "oversized_line"],
    ] as const) {
      const lines = linesOf(file);
      const plain = encodeEntry({ ...log.entries[1]!, data: { pad: "" } }).length;
      const padded: Entry = { ...log.entries[1]!, data: { pad: "x".repeat(65_535 - plain + spare) } };
      lines[2] = logEntryLine({ seq: 1, leaf: leafHash(encodeEntry(padded)), entry: padded });
      expect(await verify(joined(lines))).toMatchObject({ reason });
    }
  });
});

describe("verifyLog, of a log made again with the same key", () => {
  it("sees a cut log only against an older checkpoint", async () => {
    const since = await checkpointOf(log);
    const shorter = await remade(log.entries.slice(0, 12));
    const text = await exportOf(shorter);
    expect(await verify(text)).toMatchObject({
      ok: true,
      size: 12,
      notChecked: expect.arrayContaining(["older_checkpoint"]),
    });
    expect(await verify(text, { since })).toMatchObject({ reason: "truncated", seq: 12 });
  });

  it("sees changed entries against an older checkpoint, whether the log grew since or not", async () => {
    const since = await checkpointOf(log, 10);
    const changed = log.entries.map((entry) =>
      entry.type === "agent.registered"
        ? { ...entry, data: { authority: "L4", owner: "finance", version: "1" } }
        : entry,
    );
    const text = await exportOf(await remade(changed));
    expect(await verify(text)).toMatchObject({ ok: true });
    expect(await verify(text, { since })).toMatchObject({ reason: "rewritten" });
    expect(await verify(text, { since: await checkpointOf(log) })).toMatchObject({ reason: "rewritten" });
  });

  it("refuses an older checkpoint that the key did not sign, that is of another log, or that was changed", async () => {
    const since = await checkpointOf(log, 10);
    const stranger = sampleSigner("stranger");
    const other = await signCheckpoint(sampleSigner("log"), {
      origin: "example.com/aura/other",
      size: 1,
      root: log.leaves()[0]!,
    });
    for (const note of [
      await checkpointOf(log, 10, stranger),
      since.replace("\n10\n", "\n9\n"),
      other,
      "",
      since.slice(0, -1),
    ]) {
      expect(await verify(file, { since: note })).toMatchObject({ reason: "older_checkpoint_refused" });
    }
  });
});

describe("verifyLog, of keys", () => {
  it("takes the key from its caller only: a log signed by a stranger is refused whatever the file says", async () => {
    const note = await checkpointOf(log, log.entries.length, sampleSigner("stranger"));
    expect(await verify(await exportOf(log, note))).toMatchObject({ reason: "wrong_key" });
    expect(await verify(file, { key: verifierKeyOf(ORIGIN, sampleSigner("stranger").publicKey) })).toMatchObject({
      reason: "wrong_key",
    });
  });

  it("refuses the key of another log", async () => {
    const key = verifierKeyOf("example.com/aura/other", sampleSigner("log").publicKey);
    expect(await verify(file, { key })).toMatchObject({ reason: "wrong_origin" });
  });

  it("refuses a checkpoint whose size or root was changed", async () => {
    const note = await checkpointOf(log);
    for (const forged of [
      note.replace("\n16\n", "\n15\n"),
      note.replace(/\n(.)(.{43}\n\n)/, (_, first: string, rest: string) => `\n${first === "A" ? "B" : "A"}${rest}`),
    ]) {
      expect(await verify(await exportOf(log, forged))).toMatchObject({ reason: "checkpoint_forged" });
    }
  });

  it("refuses a log whose founding does not name the log key", async () => {
    const { keys } = foundingStatement();
    const foreign = await sampleLog({
      keys: keys.map((key) => (key.use === "log" ? { use: "log", ...sampleSigner("stranger").publicKey } : key)),
    });
    expect(await verify(await exportOf(foreign))).toMatchObject({ reason: "log_key_foreign", seq: 0 });
  });

  it("refuses a founding by another root, if the root key is given", async () => {
    const foreign = await sampleLog({}, sampleSigner("stranger"));
    const text = await exportOf(foreign);
    expect(await verify(text)).toMatchObject({ ok: true, notChecked: expect.arrayContaining(["root_key"]) });
    expect(await verify(text, { root: ROOT_KEY })).toMatchObject({ reason: "founding_forged" });
  });

  it("refuses a log that was never founded, or founds another", async () => {
    const unfounded = new LogBuilder().add("agent/reporter", "agent.registered");
    expect(await verify(await exportOf(unfounded))).toMatchObject({ reason: "not_founded", seq: 0 });
    expect(await verify(await exportOf(new LogBuilder()))).toMatchObject({ reason: "not_founded", seq: 0 });
    const other = await sampleLog({ origin: "example.com/aura/other", namespace: "other" });
    expect(await verify(await exportOf(other))).toMatchObject({ reason: "not_founded" });
  });
});

describe("verifyLog, of what only a faulty writer can sign", () => {
  const cases: readonly [string, (log: LogBuilder) => unknown, string][] = [
    ["a fence that rises by two", (made) => made.add(`mission/x/run/1`, "run.started", { fence: 2 }), "fence_broken"],
    [
      "a fence that falls",
      (made) =>
        made.add("mission/x/run/1", "run.started", { fence: 1 }).add("mission/x/run/1", "run.ended", { fence: 0 }),
      "fence_broken",
    ],
    ["time that goes back", (made) => made.add("agent/reporter", "epoch.raised", { timeMs: 1 }), "time_backwards"],
  ];
  it.each(cases)("refuses %s", async (_, write, reason) => {
    const made = await sampleLog();
    write(made);
    expect(await verify(await exportOf(made))).toMatchObject({ reason });
  });

  it("refuses an entry of another namespace, though it is signed", async () => {
    const made = (await sampleLog()).add("agent/other", "agent.registered");
    made.entries.push({ ...made.entries.pop()!, namespace: "other" });
    expect(await verify(await exportOf(made))).toMatchObject({ reason: "wrong_namespace", seq: 16, line: 18 });
  });

  it("refuses a founding entry that commits to another first release than its statement", async () => {
    const made = await sampleLog();
    const other = made.entries[2]!.payloads["definition"]!;
    made.entries[0] = { ...made.entries[0]!, payloads: { release: other } };
    expect(await verify(await exportOf(made))).toMatchObject({ reason: "not_founded", seq: 0 });
  });

  it("refuses a text that is no entry though hash and tree fit", async () => {
    const made = await sampleLog();
    const odd = { ...made.entries[15]!, extra: 1 } as unknown as Entry;
    const text = canonicalJson(odd as unknown as JsonValue);
    const lines = linesOf(file);
    lines[16] = `{"entry":${text},"leaf":"${leafHash(text)}","seq":15}`;
    expect(await verify(joined(lines))).toMatchObject({ reason: "malformed_line", line: 17 });
  });
});

describe("verifyLog, of formats to come", () => {
  /** The sample with one more entry of another format, at its end, signed. */
  async function withFuture(future: JsonValue): Promise<string[]> {
    const text = canonicalJson(future);
    const made = await sampleLog();
    const { merkleRoot } = await import("../src/merkle.ts");
    const leaves = [...made.leaves(), leafHash(text)];
    const note = await signCheckpoint(sampleSigner("log"), {
      origin: ORIGIN,
      size: leaves.length,
      root: merkleRoot(leaves),
    });
    const header = logHeaderLine({ origin: ORIGIN, namespace: NAMESPACE, checkpoint: note });
    return [header, ...linesOf(await exportOf(made)).slice(1), `{"entry":${text},"leaf":"${leafHash(text)}","seq":16}`];
  }

  it("answers unknown_format, never ok, for an entry of a newer format that chains", async () => {
    const lines = await withFuture({
      format: "aura-entry-2",
      namespace: NAMESPACE,
      stream: "control",
      version: 2,
      fence: 0,
      timeMs: 2_000_000_000_000,
      previous: log.leaves()[0]!,
      more: [],
    });
    expect(await verify(joined(lines))).toMatchObject({ ok: false, reason: "unknown_format", seq: 16, line: 18 });
  });

  it("answers unknown_format for an entry of which not even the link can be read", async () => {
    expect(await verify(joined(await withFuture({ format: "aura-entry-9" })))).toMatchObject({
      reason: "unknown_format",
    });
  });

  it("still refuses an entry of a newer format that does not link, and what else is wrong in its log", async () => {
    const unlinked = {
      format: "aura-entry-2",
      namespace: NAMESPACE,
      stream: "control",
      version: 2,
      fence: 0,
      timeMs: 2_000_000_000_000,
      previous: log.leaves()[1]!,
    };
    expect(await verify(joined(await withFuture(unlinked)))).toMatchObject({ reason: "entry_altered", seq: 0 });
    const lines = await withFuture({ format: "aura-entry-9" });
    expect(await verify(joined(lines.toSpliced(4, 1)))).toMatchObject({ reason: "entry_dropped", seq: 3 });
  });

  it("answers unknown_format for a newer format of the file or of the founding statement", async () => {
    expect(await verify(file.replace("aura-log-1", "aura-log-2"))).toMatchObject({ reason: "unknown_format", line: 1 });
  });

  it("answers refounded, never ok, for a log that says entries were lost", async () => {
    const refounds = { size: 40, root: log.leaves()[0]!, lost: { from: 40, count: 3 }, reason: "restored" };
    expect(await verify(await exportOf(await sampleLog({ refounds })))).toMatchObject({
      ok: false,
      reason: "refounded",
      seq: 0,
    });
    const twice = await sampleLog();
    twice.add("control", "namespace.founded", { data: { statement: "" } });
    expect(await verify(await exportOf(twice))).toMatchObject({ ok: false, reason: "refounded", seq: 16 });
  });
});

it("parses the key that it formats", () => {
  expect(parseVerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").id).toBe("530d903a");
});

it.each<[string, unknown]>([
  ["bytes", new TextEncoder().encode("{}")],
  ["nothing", undefined],
  ["null", null],
  ["a number", 7],
  ["a symbol", Symbol("line")],
  ["an object without a prototype", Object.create(null)],
  ["an object that is a line when it is asked", { toString: () => file, trim: () => "", length: 1 }],
])("refuses a line that is %s and no text, as the first and as any other", async (_, line) => {
  const lines = linesOf(file);
  const given = (at: number) => verifyLog(lines.with(at, line as string), { key: LOG_KEY });
  expect(await given(0)).toMatchObject({ ok: false, reason: "malformed_line", line: 1 });
  expect(await given(1)).toMatchObject({ ok: false, reason: "malformed_line", line: 2 });
  expect(await given(lines.length - 1)).toMatchObject({ ok: false, reason: "malformed_line", line: lines.length });
  expect(await verifyLog([...lines, line as string], { key: LOG_KEY })).toMatchObject({ reason: "malformed_line" });
});
