import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, formatVerifierKey } from "../src/index.ts";
import type { JsonValue } from "../src/index.ts";
import { tooOld } from "../src/cli/node-version.ts";
import { runProgram } from "../src/cli/program.ts";
import { shown } from "../src/cli/terminal.ts";
import {
  checkpointOf,
  exportOf,
  LOG_KEY,
  LogBuilder,
  ORIGIN,
  receiptOf,
  ROOT_KEY,
  sampleLog,
  sampleSigner,
} from "./sample-log.ts";

const KEY = formatVerifierKey(ORIGIN, LOG_KEY.key);
let folder: string;
let log: LogBuilder;
let text: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-trust-"));
  log = await sampleLog();
  text = await exportOf(log);
  await given("log.jsonl", text);
  await given("log.vkey", `${KEY}\n`);
  await given("receipt.json", `${canonicalJson((await receiptOf(log)) as unknown as JsonValue)}\n`);
  await given("older.note", await checkpointOf(log, 10));
});

afterAll(() => rm(folder, { recursive: true }));

async function given(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** Runs the program as a shell would; `@name` is a file of the test. */
async function run(line: string, watched = false): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const args = line
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => (word.startsWith("@") ? join(folder, word.slice(1)) : word));
  const code = await runProgram(args, { out: (part) => (out += part), err: (part) => (err += part), watched });
  return { code, out, err };
}

describe("aura-trust verify", () => {
  it("exits 0 for the log, and says first what it did not check", async () => {
    const { code, out } = await run("verify @log.jsonl --key @log.vkey");
    const [first, ...rest] = out.split("\n");
    expect(code).toBe(0);
    expect(first).toBe(
      `OK (without witness, older checkpoint, root key): these are the 16 entries that the key of ${ORIGIN} signed.`,
    );
    expect(rest.slice(0, 3).every((line) => line.startsWith("NOT CHECKED: "))).toBe(true);
  });

  it("takes the key as text, the root key as JWK, and an older checkpoint", async () => {
    const { code, out } = await run(
      `verify @log.jsonl --key ${KEY} --since @older.note --root ${JSON.stringify(ROOT_KEY)}`,
    );
    expect(code).toBe(0);
    expect(out).toContain("OK (without witness): ");
    expect(out).toContain("starts with its 10 entries");
    expect(out).toContain("root signature verified");
  });

  it("verifies a receipt, and says in its first line that it has no witness", async () => {
    const { code, out } = await run(`verify @receipt.json --key ${KEY}`);
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toMatch(
      /^OK \(without witness, older checkpoint, root key\): mission .* ended SUCCEEDED/,
    );
    expect(out).toContain("custody         agent, runtime");
    expect(out).toContain("quorum          1: who proposes a change may approve it");
  });

  it.each([
    [
      "an altered entry",
      (whole: string) => whole.replace('"authority":"L2"', '"authority":"L4"'),
      1,
      "REFUSED: entry_altered at entry 5, line 7",
    ],
    [
      "a dropped entry",
      (whole: string) => whole.split("\n").toSpliced(6, 1).join("\n"),
      1,
      "REFUSED: entry_dropped at entry 5",
    ],
    [
      "a cut tail",
      (whole: string) => whole.split("\n").toSpliced(-3, 2).join("\n"),
      1,
      "REFUSED: truncated at entry 14",
    ],
    ["an empty file", () => "", 1, "REFUSED: empty"],
    [
      "a newer format",
      (whole: string) => whole.replace("aura-log-1", "aura-log-2"),
      3,
      "UNKNOWN FORMAT: unknown_format at line 1",
    ],
  ])("names %s in its first line, and tells what, why and what to do", async (_, change, code, first) => {
    const path = await given("changed.jsonl", change(text));
    const result = await run(`verify ${path} --key ${KEY}`);
    expect(result).toMatchObject({ code, err: "" });
    expect(result.out.split("\n")).toHaveLength(5);
    expect(result.out.split("\n")[0]).toBe(first);
  });

  it("exits 4 for a log that was founded anew", async () => {
    const refounds = { size: 1, root: log.leaves()[0]!, lost: { from: 1, count: 2 }, reason: "restored" };
    const path = await given("refounded.jsonl", await exportOf(await sampleLog({ refounds })));
    expect(await run(`verify ${path} --key ${KEY}`)).toMatchObject({
      code: 4,
      out: expect.stringMatching(/^REFOUNDED: refounded at entry 0\n/),
    });
  });

  it("ignores a key that comes with the file: a stranger's log is refused under the right key", async () => {
    const note = await checkpointOf(log, 16, sampleSigner("stranger"));
    const path = await given("stranger.jsonl", await exportOf(log, note));
    expect(await run(`verify ${path} --key ${KEY}`)).toMatchObject({
      code: 1,
      out: expect.stringContaining("REFUSED: wrong_key"),
    });
  });

  it.each([
    ["a changed receipt", (whole: string) => whole.replace("SUCCEEDED", "SUCCEEDEE"), "entry_altered"],
    [
      "a receipt that was printed prettily",
      (whole: string) => JSON.stringify(JSON.parse(whole), null, 2),
      "malformed_receipt",
    ],
    ["a receipt with a byte more", (whole: string) => `${whole}\n`, "malformed_receipt"],
  ])("refuses %s", async (_, change, reason) => {
    const path = await given("changed.json", change(await readFile(join(folder, "receipt.json"), "utf8")));
    expect(await run(`verify ${path} --key ${KEY}`)).toMatchObject({
      code: 1,
      out: expect.stringContaining(`REFUSED: ${reason}`),
    });
  });

  it("answers in one line of JSON when asked to", async () => {
    const good = await run(`verify @log.jsonl --key ${KEY} --json`);
    expect(JSON.parse(good.out)).toMatchObject({
      kind: "log",
      ok: true,
      size: 16,
      notChecked: ["witness", "older_checkpoint", "root_key"],
    });
    const path = await given("empty.jsonl", "");
    const bad = await run(`verify ${path} --key ${KEY} --json`);
    expect(JSON.parse(bad.out)).toMatchObject({ kind: "log", ok: false, reason: "empty" });
  });

  it("shows text from a file without letting it move the cursor", async () => {
    const path = await given("hostile.jsonl", text.replace(`"origin":"${ORIGIN}"`, '"origin":"evil\\u001b[2J\u202e"'));
    const { out } = await run(`verify ${path} --key ${KEY}`);
    expect(out).toContain("wrong_origin");
    expect(out).not.toMatch(/[\u001b\u202e]/);
    expect(shown("a\u001b\u202eb")).toBe("a\\u001b\\u202eb");
    expect(shown("a\u200bb\u2060c")).toBe("a\\u200bb\\u2060c");
  });

  it("lets it do so in JSON neither, where it stays the same value", async () => {
    const origin = "evil\u009b1A\u202e";
    const path = await given("hostile.jsonl", text.replace(`"origin":"${ORIGIN}"`, `"origin":"${origin}"`));
    const { out } = await run(`verify ${path} --key ${KEY} --json`);
    expect(out).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect((JSON.parse(out) as { readonly what: string }).what).toContain(origin);
  });
});

describe("aura-trust, used wrongly,", () => {
  it.each([
    ["", 2, "out", "aura-trust verifies"],
    ["frob", 2, "err", "There is no command frob"],
    ["verify", 2, "err", "The file is missing."],
    ["verify @log.jsonl", 2, "err", "--key is missing"],
    ["verify @log.jsonl --key", 2, "err", "argument missing"],
    [`verify @log.jsonl --key ${KEY} --key ${KEY}`, 2, "err", "--key is given twice."],
    [`verify @log.jsonl @log.jsonl --key ${KEY}`, 2, "err", "one file too many"],
    [`verify @log.jsonl --key ${KEY} --frob`, 2, "err", "Unknown option '--frob'"],
    [`verify @log.jsonl --key ${KEY.slice(0, -2)}`, 2, "err", "--key: The verifier key"],
    ["verify @log.jsonl --key @log.jsonl", 2, "err", "holds no key"],
    ["verify @log.jsonl --key @older.note", 2, "err", "holds no verifier key"],
    ["verify @log.jsonl --key @nowhere", 5, "err", "there is no such file"],
    [`verify @nowhere --key ${KEY}`, 5, "err", "there is no such file"],
    [`verify @ --key ${KEY}`, 5, "err", "it is a folder"],
    [`verify @log.jsonl --key ${KEY} --root {}`, 2, "err", "--root: The public key"],
    [`verify @log.jsonl --key ${KEY} --since @nowhere`, 5, "err", "there is no such file"],
    [`verify @receipt.json --key ${KEY} --since @older.note`, 2, "err", "this file is a receipt"],
    ["inspect @empty", 2, "err", "is not a log"],
  ] as const)("%o exits %i and says so on %s", async (line, code, where, sentence) => {
    await given("empty", "");
    const result = await run(line);
    expect(result.code).toBe(code);
    expect(result[where]).toContain(sentence);
    expect(result.err).not.toMatch(/\n\s+at /);
  });

  it.each([
    ["verify", "trust/usage"],
    [`verify @nowhere --key ${KEY}`, "trust/file_unreadable"],
  ])("ends with the code that has a page: %o", async (line, code) => {
    expect((await run(line)).err).toMatch(new RegExp(`\\n\\(${code}\\)\\n$`));
  });

  it("refuses a log as its own older checkpoint", async () => {
    expect(await run(`verify @log.jsonl --key ${KEY} --since @log.jsonl`)).toMatchObject({
      code: 1,
      out: expect.stringContaining("older_checkpoint_refused"),
    });
  });

  it("helps, and tells the exit codes", async () => {
    expect(await run("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("3 unknown_format, 4 refounded"),
    });
    expect(await run("verify --help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("aura-trust verify FILE --key KEY"),
    });
  });

  it.each([["20.20.2"], ["22.17.9"], ["18.0.0"]])("says that Node.js %s is too old", (version) =>
    expect(tooOld(version)).toContain(version),
  );
  it.each([["22.18.0"], ["24.21.0"]])("runs on Node.js %s", (version) => expect(tooOld(version)).toBeUndefined());
});

describe("aura-trust keygen", () => {
  it("writes a key that only its owner can read, and shows the public half only", async () => {
    const { code, out } = await run("keygen @fresh.key --origin example.com/aura/x --json");
    const { publicKey, verifierKey } = JSON.parse(out) as { publicKey: { x: string }; verifierKey: string };
    expect(code).toBe(0);
    expect(verifierKey).toMatch(/^example\.com\/aura\/x\+[0-9a-f]{8}\+/);
    expect((await stat(join(folder, "fresh.key"))).mode & 0o777).toBe(0o600);
    const secret = (JSON.parse(await readFile(join(folder, "fresh.key"), "utf8")) as { d: string }).d;
    const inspected = await run("inspect @fresh.key");
    expect(inspected.out).toContain(publicKey.x);
    expect(out + inspected.out).not.toContain(secret);
    expect(await run(`verify @log.jsonl --key ${KEY} --root @fresh.key`)).toMatchObject({
      code: 2,
      err: expect.stringContaining("private key"),
    });
  });

  it("shows a path without letting it move the cursor", async () => {
    const { out } = await run("keygen @odd\u001b[2J\u202e.key");
    expect(out).toContain("odd\\u001b[2J\\u202e.key");
    expect(out).not.toMatch(/[\u001b\u202e]/);
    const json = (await run("keygen @odder\u009b.key --json")).out;
    expect(json).toContain("odder\\u009b.key");
  });

  it("touches no file that is there", async () => {
    expect(await run("keygen @log.vkey")).toMatchObject({ code: 5 });
    expect(await readFile(join(folder, "log.vkey"), "utf8")).toBe(`${KEY}\n`);
  });

  it("makes no verifier key for a name that cannot stand in one", async () => {
    expect(await run("keygen @other.key --origin a+b")).toMatchObject({ code: 2 });
  });
});

describe("aura-trust inspect", () => {
  it.each([
    ["@log.jsonl", "call.sent"],
    ["@receipt.json", '["agent","runtime"]'],
    ["@older.note", "10"],
    ["@log.vkey", LOG_KEY.id],
  ])("shows %s, and says that nothing is verified", async (file, part) => {
    const { code, out } = await run(`inspect ${file}`);
    expect(code).toBe(0);
    expect(out).toMatch(/^Nothing here is verified/);
    expect(out).toContain(part);
  });

  it("shows a token's header and payload", async () => {
    await given("founding.jws", log.entries[0]!.data["statement"] as string);
    expect((await run("inspect @founding.jws")).out).toContain("aura-founding+jwt");
  });
});

describe("aura-trust witness", () => {
  it.each([
    ["witness", "--name is missing."],
    ["witness --name w1 --state @state --key @key --log @log.vkey", "--listen is missing."],
    ["witness --name w1 --state @state --key @key --log @log.vkey --listen 80", "--listen is not HOST:PORT"],
    [
      "witness --name w1 --state @state --key @key --log @log.vkey --listen 127.0.0.1:65536",
      "--listen is not HOST:PORT",
    ],
    ["witness --name w1 --state @state --key @key --listen 127.0.0.1:0", "--log is missing"],
    ["witness --name w1 --state @state --key @key --log nothing+1 --listen 127.0.0.1:0", "--log: The verifier key"],
    ["witness --name w1 --name w2 --state @state --key @key --listen 127.0.0.1:0", "--name is given twice."],
    ["witness @log.jsonl --name w1", "There is one file too many"],
  ])("%s: exits 2", async (line, problem) => {
    const { code, err } = await run(line);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });
});
