import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileChainStore } from "@aura/trust/file-chain-store";
import { formatVerifierKey } from "../src/index.ts";
import { appendMany, AUDIT_ORIGIN, logKey, openChain, strangerKey } from "./audit-world.ts";
import { endOf, runCli, startCli } from "./cli-run.ts";

const PROGRAM = fileURLToPath(new URL("cli-export-program.ts", import.meta.url));
const KEY = formatVerifierKey(AUDIT_ORIGIN, logKey.publicKey);
let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-export-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program as a process of its own. */
const shell = (...words: readonly string[]) => endOf(startCli(words), "");

/** Starts the user's program; `size` once it has appended, `end` when it may go. */
async function program(chain: string, key: string, count: number) {
  const child = spawn(process.execPath, ["--conditions=@aura/source", PROGRAM, chain, key, String(count)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [size] = (await once(createInterface(child.stdout), "line")) as [string];
  const end = async (): Promise<void> => {
    child.stdin.end();
    await once(child, "exit");
  };
  return { size: Number(size), end };
}

it("is how an auditor gets one file: keygen, a program that appends, export, verify, and a flipped byte shows", async () => {
  const made = await shell("keygen", at("log.key"), "--origin", AUDIT_ORIGIN, "--json");
  const { verifierKey } = JSON.parse(made.out) as { readonly verifierKey: string };
  await writeFile(at("log.vkey"), verifierKey);

  const first = await program(at("audit"), at("log.key"), 70);
  await cp(at("audit", "checkpoint"), at("older.note")); // the auditor keeps what is published
  await first.end();
  const second = await program(at("audit"), at("log.key"), 230); // owns the chain while it is exported
  expect(second.size).toBe(301);
  const exported = await shell("export", at("audit"), "--out", at("log.jsonl"), "--key", at("log.vkey"));
  expect(exported).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Wrote the 301 entries") });
  const proven = await shell(
    "export",
    at("audit"),
    "--entry",
    "42",
    "--out",
    at("42.tlog-proof"),
    "--key",
    at("log.vkey"),
  );
  expect(proven).toMatchObject({ code: 0, out: expect.stringContaining("Wrote the proof of entry 42") });
  await second.end();

  const verified = await shell("verify", at("log.jsonl"), "--key", at("log.vkey"), "--since", at("older.note"));
  expect(verified).toMatchObject({ code: 0, err: "" });
  expect(verified.out).toContain("these are the 301 entries");
  expect(verified.out).toContain("starts with its 71 entries");
  expect((await shell("verify", at("42.tlog-proof"), "--key", at("log.vkey"))).code).toBe(0);

  const bytes = await readFile(at("log.jsonl"));
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  await writeFile(at("flipped.jsonl"), bytes);
  const flipped = await shell("verify", at("flipped.jsonl"), "--key", at("log.vkey"));
  expect(flipped.code).toBe(1);
  expect(flipped.out).toMatch(/^REFUSED: [a-z_]+ at /);
  expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/\.new$/));
}, 60_000);

/** A chain of this process in a folder of its own; closed. */
async function aChain(name: string, count: number): Promise<string> {
  const chain = await openChain(fileChainStore(at(name)));
  await appendMany(chain, count);
  await chain.close();
  return at(name);
}

describe("aura-trust export", () => {
  it.each([0, 63, 254, 255, 256, 600])(
    "writes what verifies, of a chain of %i entries and its founding",
    async (count) => {
      const chain = await aChain(`chain-${count}`, count);
      const out = at(`chain-${count}.jsonl`);
      expect((await runCli(["export", chain, "--out", out])).code).toBe(0);
      expect(await runCli(["verify", out, "--key", KEY])).toMatchObject({
        code: 0,
        out: expect.stringContaining(`these are the ${count + 1} entries`),
      });
      for (const seq of new Set([0, Math.floor(count / 2), count])) {
        const proof = at(`chain-${count}-${seq}.tlog-proof`);
        expect((await runCli(["export", chain, "--entry", String(seq), "--out", proof, "--key", KEY])).code).toBe(0);
        expect((await runCli(["verify", proof, "--key", KEY])).code).toBe(0);
      }
    },
  );

  it("says what it left out because nobody signed it, and whose signature it did not look at", async () => {
    const chain = await openChain(fileChainStore(at("open")));
    await appendMany(chain, 5);
    const { out } = await runCli(["export", at("open"), "--out", at("open.jsonl")]);
    expect(out).toContain("NOT IN IT: 5 entries that no checkpoint covers yet.");
    expect(out).toContain("NOT CHECKED: No key was given (--key KEY)");
    const json = await runCli(["export", at("open"), "--out", at("open2.jsonl"), "--key", KEY, "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ origin: AUDIT_ORIGIN, size: 1, unsigned: 5 });
    await chain.close();
  });

  it("reads a copy of what a log serves: checkpoint and tiles alone", async () => {
    const served = at("served");
    await cp(await aChain("serving", 300), served, { recursive: true });
    await rm(join(served, "journal"));
    await rm(join(served, "owner"), { recursive: true });
    expect((await runCli(["export", served, "--out", at("served.jsonl"), "--key", KEY])).code).toBe(0);
    expect((await runCli(["verify", at("served.jsonl"), "--key", KEY])).code).toBe(0);
  });

  it("makes torn tiles again from the entries, as after a power cut", async () => {
    const torn = await aChain("torn", 300);
    await truncate(join(torn, "tile", "0", "001.p", "45"), 64);
    await truncate(join(torn, "tile", "entries", "001.p", "45"), 64); // the journal has them
    expect((await runCli(["export", torn, "--entry", "299", "--out", at("torn.tlog-proof")])).code).toBe(0);
    expect((await runCli(["verify", at("torn.tlog-proof"), "--key", KEY])).code).toBe(0);
    expect((await runCli(["export", torn, "--out", at("torn.jsonl")])).code).toBe(0);
  });

  it("exports over the newest checkpoint that witnesses cosigned, if it is asked to", async () => {
    const chain = await aChain("witnessed", 5);
    expect(await runCli(["export", chain, "--witnessed", "--out", at("w.jsonl")])).toMatchObject({
      code: 5,
      err: expect.stringContaining("(trust/nothing_signed)"),
    });
    await cp(join(chain, "checkpoint"), join(chain, "checkpoint.witnessed"));
    await aChain("witnessed", 7);
    const { out } = await runCli(["export", chain, "--witnessed", "--out", at("w.jsonl"), "--json"]);
    expect(JSON.parse(out)).toMatchObject({ size: 6, unsigned: 7 });
    expect((await runCli(["verify", at("w.jsonl"), "--key", KEY])).code).toBe(0);
  });

  it("writes nothing of a chain whose entries are not those that were signed", async () => {
    const chain = await aChain("altered", 300);
    const bundle = join(chain, "tile", "entries", "000");
    const bytes = await readFile(bundle);
    bytes[bytes.indexOf('"order":7') + 8]! ^= 1;
    await writeFile(bundle, bytes);
    for (const words of [[], ["--entry", "8"]]) {
      const { code, err } = await runCli(["export", chain, "--out", at("altered.out"), ...words]);
      expect([code, err]).toEqual([5, expect.stringContaining("(trust/chain_damaged)")]);
    }
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining("altered.out"));
    await rm(bundle);
    expect((await runCli(["export", chain, "--out", at("altered.out")])).err).toContain("lacks entries from 0 on");
  });

  it("touches no file that is there, and leaves nothing of what it could not write", async () => {
    const chain = await aChain("kept", 1);
    await writeFile(at("kept.jsonl"), "precious");
    expect(await runCli(["export", chain, "--out", at("kept.jsonl")])).toMatchObject({
      code: 5,
      err: expect.stringContaining("(trust/file_exists)"),
    });
    expect(await readFile(at("kept.jsonl"), "utf8")).toBe("precious");
    expect(await runCli(["export", chain, "--out", at("nowhere", "x")])).toMatchObject({
      code: 5,
      err: expect.stringContaining("(trust/file_unwritable)"),
    });
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/\.new$/));
    const out = at("mode.jsonl");
    await runCli(["export", chain, "--out", out]);
    expect((await stat(out)).nlink).toBe(1);
  });

  it("refuses to write what another key signed", async () => {
    const key = formatVerifierKey(AUDIT_ORIGIN, strangerKey.publicKey);
    expect(
      await runCli(["export", await aChain("foreign", 1), "--out", at("foreign.jsonl"), "--key", key]),
    ).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^REFUSED: wrong_key/),
    });
    expect(await readdir(folder)).not.toContain("foreign.jsonl");
  });

  it.each([
    ["no folder", "nothing", 5, "there is no such file"],
    ["a file", "a-file", 5, "a part of its path is not a folder"],
    ["another folder", "other", 5, "neither a journal nor a checkpoint"],
    ["an empty chain", "unsigned", 5, "no signed checkpoint"],
    ["a journal that is none", "bad-journal", 5, "has a journal that is none"],
    ["a newer journal", "newer-journal", 5, "written by a newer AURA"],
    ["a checkpoint that is none", "bad-note", 5, "has a checkpoint that is none"],
  ])("says of %s what is wrong", async (_, name, code, problem) => {
    await writeFile(at("a-file"), "");
    for (const made of ["other", "unsigned", "bad-journal", "newer-journal", "bad-note"])
      await mkdir(at(made), { recursive: true });
    await writeFile(at("unsigned", "journal"), '{"base":0,"format":"aura-journal-1"}\n');
    await writeFile(at("bad-journal", "journal"), "hello\n");
    await writeFile(at("newer-journal", "journal"), '{"base":0,"format":"aura-journal-2"}\n');
    await writeFile(at("bad-note", "checkpoint"), "hello\n");
    const result = await runCli(["export", at(name), "--out", at("none.jsonl")]);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(problem)]);
  });

  it.each([
    [["export"], "The file is missing."],
    [["export", "x"], "--out is missing"],
    [["export", "x", "--out", "y", "--entry", "01"], "--entry is not the position"],
    [["export", "x", "--out", "y", "--key", "z+1"], "--key: The verifier key"],
  ])("%j exits 2", async (words, problem) => {
    const { code, err } = await runCli(words);
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  it("knows no entry that no checkpoint covers", async () => {
    const chain = await aChain("short", 2);
    expect(await runCli(["export", chain, "--entry", "3", "--out", at("short")])).toMatchObject({
      code: 2,
      err: expect.stringContaining("covers 3 entries, from 0 to 2"),
    });
  });
});
