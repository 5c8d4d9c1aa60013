import { mkdir, mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  canonicalJson,
  encodeEntry,
  extendTree,
  formatTlogProof,
  formatVerifierKey,
  inclusionProof,
  type JsonValue,
  signJws,
} from "../src/index.ts";
import { runCli } from "./cli-run.ts";
import { checkpointOf, exportOf, LOG_KEY, ORIGIN, receiptOf, sampleLog, sampleSigner } from "./sample-log.ts";
import { shelf } from "./tile-shelf.ts";

const KEY = formatVerifierKey(ORIGIN, LOG_KEY.key);
const log = await sampleLog();
const text = await exportOf(log);
const receipt = canonicalJson((await receiptOf(log)) as unknown as JsonValue);
const note = await checkpointOf(log);
const proof = await aProof();
const token = await signJws(sampleSigner("stranger"), "wit+jwt", {});
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-odd-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function aProof(): Promise<string> {
  const tiles = shelf();
  tiles.keep(extendTree(0, log.leaves(), () => []).tiles);
  const extra = new TextEncoder().encode(encodeEntry(log.entries[5]!));
  return formatTlogProof({
    index: 5,
    proof: inclusionProof(5, log.entries.length, tiles.read),
    note: await checkpointOf(log),
    extra,
  });
}

async function verify(content: string | Uint8Array, ...more: readonly string[]) {
  await writeFile(at("file"), content);
  return runCli(["verify", at("file"), "--key", KEY, ...more]);
}

const utf16 = (written: string): Buffer => Buffer.from(`\ufeff${written}`, "utf16le");

describe("a file that is nothing to verify", () => {
  it.each([
    ["empty", "", "REFUSED: empty", undefined],
    ["a line feed", "\n", "REFUSED: malformed_header at line 1", undefined],
    ["UTF-16", utf16(text), "REFUSED: malformed_line at line 1", "UTF-16"],
    ["UTF-16 without its mark", utf16(text).subarray(2), "REFUSED: malformed_header at line 1", "UTF-16"],
    ["big-endian UTF-16", utf16(text).swap16(), "REFUSED: malformed_line at line 1", "UTF-16"],
    ["UTF-8 with a mark", `\ufeff${text}`, "REFUSED: malformed_header at line 1", "byte order mark"],
    ["compressed", Buffer.from("1f8b0800", "hex"), "REFUSED: ", "unpack it first"],
    ["a JWK Set", '{"keys":[]}', "REFUSED: ", "Pass it as --jwks"],
    ["a checkpoint", note, "REFUSED: malformed_header at line 1", "Pass it as --since"],
    ["a verifier key", KEY, "REFUSED: ", "pass it as --key"],
    [
      "a chain's journal",
      '{"base":0,"format":"aura-journal-1"}\n',
      "REFUSED: unknown_format",
      "export the folder first",
    ],
    ["a page of the web", "<!doctype html>\n", "REFUSED: malformed_header at line 1", undefined],
  ] as const)("%s: is refused, and what it may be is said", async (_, content, first, hint) => {
    const { code, out } = await verify(content);
    const lines = out.split("\n").slice(0, -1);
    expect([code, lines[0]]).toEqual(
      first.endsWith("unknown_format")
        ? [3, expect.stringMatching(/^UNKNOWN FORMAT/)]
        : [1, expect.stringContaining(first)],
    );
    expect(lines.slice(4)).toEqual(hint === undefined ? [] : [expect.stringContaining(hint)]);
    const json = JSON.parse((await verify(content, "--json")).out) as { readonly ok: boolean; readonly hint?: string };
    expect(json).toMatchObject({ ok: false, ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }) });
  });

  it("of 10 GB of nothing is refused by its first line, whatever it starts like", async () => {
    for (const start of ["", '{"checkpoint":"x","custody":', "c2sp.org/tlog-proof@v1\n", "eyJhIjox.eyJhIjox.", text]) {
      await writeFile(at("sparse"), start);
      await truncate(at("sparse"), 10_000_000_000);
      const key = start.startsWith("ey") ? JSON.stringify(LOG_KEY.key) : KEY;
      expect((await runCli(["verify", at("sparse"), "--key", key])).code).toBe(1);
      expect((await runCli(["inspect", at("sparse")])).code).toBeLessThan(3);
    }
    await rm(at("sparse"));
  });

  it.each(["verify", "inspect"])("a folder: %s says so, and how a chain is exported", async (command) => {
    await mkdir(at("folder"), { recursive: true });
    const { code, err } = await runCli([command, at("folder"), ...(command === "verify" ? ["--key", KEY] : [])]);
    expect([code, err]).toEqual([5, expect.stringContaining("it is a folder")]);
    expect(err).toContain("aura-trust export FOLDER");
  });
});

describe("a file of two kinds", () => {
  const kinds = { log: text, receipt: `${receipt}\n`, proof, token: `${token}\n` };
  const pairs = Object.keys(kinds).flatMap((first) => Object.keys(kinds).map((second) => [first, second] as const));

  it.each(pairs)("%s and %s: is judged as the first, and refused", async (first, second) => {
    const content = kinds[first as keyof typeof kinds] + kinds[second as keyof typeof kinds];
    const key = first === "token" ? JSON.stringify(sampleSigner("stranger").publicKey) : KEY;
    await writeFile(at("both"), content);
    const { code, out } = await runCli(["verify", at("both"), "--key", key, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ kind: first, ok: false });
  });
});

describe("a file that changes while it is read", () => {
  it("is judged by what was read of it, once: another file under its name is not looked at", async () => {
    const half = Buffer.from(text).subarray(0, 400);
    const rest = Buffer.from(text).subarray(400);
    await writeFile(at("changing"), half);
    async function* input(): AsyncGenerator<Uint8Array> {
      yield half;
      await writeFile(at("changing"), "something else");
      yield rest;
    }
    expect((await runCli(["verify", "-", "--key", KEY], { input: input() })).code).toBe(0);
    expect((await runCli(["verify", at("changing"), "--key", KEY])).code).toBe(1);
  });

  it("is refused when it shrinks, or loses its end: what is not there was not verified", async () => {
    const file = await open(at("shrinking"), "w+");
    await file.writeFile(text);
    await file.truncate(text.length - 700);
    await file.close();
    expect(await runCli(["verify", at("shrinking"), "--key", KEY])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^REFUSED: truncated/),
    });
  });

  it("is not verified when it cannot be read to its end", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text).subarray(0, 400);
      throw Object.assign(new Error("EIO"), { code: "EIO" });
    }
    for (const command of ["verify", "inspect"]) {
      const words = command === "verify" ? ["--key", KEY] : [];
      const { code, out, err } = await runCli([command, "-", ...words], { input: failing() });
      expect([code, out]).toEqual([5, ""]);
      expect(err).toContain("standard input cannot be read: EIO.");
      expect(err).toContain("(trust/file_unreadable)");
    }
  });
});

it("standard input may be every kind, in chunks of any size", async () => {
  async function* cut(content: string, bytes: number): AsyncGenerator<Uint8Array> {
    const all = Buffer.from(content);
    for (let from = 0; from < all.length; from += bytes) yield all.subarray(from, from + bytes);
  }
  for (const content of [text, receipt, proof]) {
    for (const bytes of [7, 65_536]) {
      expect((await runCli(["verify", "-", "--key", KEY], { input: cut(content, bytes) })).code).toBe(0);
      expect((await runCli(["inspect", "-"], { input: cut(content, bytes) })).code).toBe(0);
    }
  }
  expect(await runCli(["verify", "-", "--key", KEY])).toMatchObject({ code: 1, out: expect.stringContaining("empty") });
  expect(await readFile(at("file"), "utf8")).not.toBe("");
});
