import { closeSync, openSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatVerifierKey, formatWitnessKey, type PublicKey, parseWitnessKey, systemRandom } from "../src/index.ts";
import { createSealedKeyFile, loadSealedKeyFile } from "../src/key-file.ts";
import { runCli } from "./cli-run.ts";

const ORIGIN = "acme.example/aura/payments";
const WORDS = "twelve words that nobody guesses";
let folder: string;
const at = (name: string): string => join(folder, name);
const keys: Record<string, PublicKey> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-keys-"));
  for (const name of ["root", "log", "token", "next", "credential"]) {
    const { out } = await runCli(["keygen", at(`${name}.key`), "--json"]);
    keys[name] = (JSON.parse(out) as { readonly publicKey: PublicKey }).publicKey;
  }
  await writeFile(at("words"), `${WORDS}\n`);
  await writeFile(at("other-words"), "other words, also long\n");
  const sealed = await createSealedKeyFile(at("sealed.key"), systemRandom, () => Buffer.from(WORDS), 15);
  keys["sealed"] = sealed.publicKey;
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs with a file of words as a descriptor, as `3< words` opens it. */
async function withWords(name: string, words: (descriptor: string) => readonly string[]) {
  const descriptor = openSync(at(name), "r");
  try {
    return await runCli(words(String(descriptor)));
  } finally {
    closeSync(descriptor);
  }
}

describe("aura-trust keygen", () => {
  it("seals a key under a passphrase from a file descriptor, and shows the public half", async () => {
    const made = await withWords("words", (fd) => [
      "keygen",
      at("fresh.key"),
      "--passphrase-fd",
      fd,
      "--origin",
      ORIGIN,
      "--json",
    ]);
    const { publicKey, sealed, verifierKey } = JSON.parse(made.out) as {
      readonly publicKey: PublicKey; readonly sealed: boolean; readonly verifierKey: string;
    }; // prettier-ignore
    expect([made.code, sealed, verifierKey]).toEqual([0, true, formatVerifierKey(ORIGIN, publicKey)]);
    expect((await stat(at("fresh.key"))).mode & 0o777).toBe(0o600);
    expect(await readFile(at("fresh.key"), "utf8")).not.toContain('"d"');
    expect((await loadSealedKeyFile(at("fresh.key"), () => Buffer.from(WORDS))).publicKey).toEqual(publicKey);
    expect((await runCli(["inspect", at("fresh.key")])).out).toContain("sealed under a passphrase");
  });

  it("shows the witness key of a name", async () => {
    const { out } = await runCli(["keygen", at("witness.key"), "--witness", "witness.example/w1", "--json"]);
    const { publicKey, witnessKey } = JSON.parse(out) as { readonly publicKey: PublicKey; readonly witnessKey: string };
    expect(witnessKey).toBe(formatWitnessKey("witness.example/w1", publicKey));
    expect(parseWitnessKey(witnessKey).key).toEqual(publicKey);
    await writeFile(at("w1.vkey"), witnessKey);
    expect((await runCli(["inspect", at("w1.vkey")])).out).toContain("witness key of  witness.example/w1");
  });

  it("refuses a passphrase that is short, or not there, and leaves no file", async () => {
    await writeFile(at("short-words"), "short\n");
    const short = await withWords("short-words", (fd) => ["keygen", at("none.key"), "--passphrase-fd", fd]);
    expect(short).toMatchObject({ code: 5, err: expect.stringContaining("(trust/passphrase_refused)") });
    expect(await runCli(["keygen", at("none.key"), "--passphrase-fd", "999"])).toMatchObject({ code: 5 });
    for (const fd of ["1", "2", "x", "-1", "03"])
      expect((await runCli(["keygen", at("none.key"), `--passphrase-fd=${fd}`])).code).toBe(2);
    await expect(stat(at("none.key"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("aura-trust jwks", () => {
  it("writes the public halves of key files, and of public keys, as a JWK Set, and nothing private", async () => {
    const vkey = formatVerifierKey(ORIGIN, keys["log"]!);
    const words = [at("token.key"), vkey, JSON.stringify(keys["credential"]), at("token.key")];
    const { code, out } = await runCli(["jwks", ...words]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      keys: ["token", "log", "credential"].map((name) => ({ ...keys[name], alg: "EdDSA", use: "sig" })),
    });
    for (const name of ["token", "log"])
      expect(out).not.toContain((JSON.parse(await readFile(at(`${name}.key`), "utf8")) as { readonly d: string }).d);
  });

  it("writes it to a new file, and touches none that is there", async () => {
    expect(await runCli(["jwks", at("log.key"), "--out", at("jwks.json")])).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(await readFile(at("jwks.json"), "utf8"))).toMatchObject({ keys: [{ kid: keys["log"]!.kid }] });
    expect(await runCli(["jwks", at("token.key"), "--out", at("jwks.json")])).toMatchObject({
      code: 5, err: expect.stringContaining("(trust/file_exists)"),
    }); // prettier-ignore
    expect((await runCli(["inspect", at("jwks.json")])).out).toContain("JWK Set  1 keys");
  });

  it("signs a key set with the root, the next one after it, and verify accepts both", async () => {
    const signed = [
      "--root-key",
      at("root.key"),
      "--origin",
      ORIGIN,
      "--until",
      "2027-06-01T00:00:00Z",
      "--from",
      "2026-11-24T00:00:00Z",
    ];
    const root = JSON.stringify(keys["root"]);
    const made = [
      "jwks",
      `log=${at("log.key")}`,
      `token=${at("token.key")}`,
      `credential=${JSON.stringify(keys["credential"])}`,
    ];
    expect(await runCli([...made, ...signed, "--out", at("set1")])).toMatchObject({ code: 0, err: "" });
    const rotated = `token=${at("next.key")},2027-01-01T00:00:00Z,2027-05-01T00:00:00Z`;
    expect((await runCli([...made, rotated, ...signed, "--since", at("set1"), "--out", at("set2")])).code).toBe(0);
    const at2027 = ["--root", root, "--origin", ORIGIN, "--at", "2027-02-01T00:00:00Z", "--json"];
    const verified = await runCli(["verify", at("set2"), "--since", at("set1"), ...at2027]);
    expect([verified.code, JSON.parse(verified.out)]).toEqual([
      0,
      expect.objectContaining({ type: "key_set", notChecked: [], claims: expect.objectContaining({ version: 2 }) }),
    ]);
    const { claims } = JSON.parse(verified.out) as {
      claims: { keys: { kid: string; use: string; notBeforeMs: number }[] };
    };
    expect(claims.keys.at(-1)).toMatchObject({
      kid: keys["next"]!.kid,
      use: "token",
      notBeforeMs: Date.parse("2027-01-01"),
    });
    expect((await runCli(["inspect", at("set2")])).out).toContain("token of type  aura-keyset+jwt");
    expect(await runCli([...made, ...signed, "--since", at("w1.vkey")])).toMatchObject({
      code: 2,
      err: expect.stringContaining("is not a key set"),
    });
    const back = await runCli(["verify", at("set1"), "--since", at("set2"), ...at2027]);
    expect([back.code, JSON.parse(back.out)]).toEqual([1, expect.objectContaining({ reason: "key_set_rolled_back" })]);
  });

  it("signs with a sealed root key under its passphrase, and with no other", async () => {
    const words = [
      "jwks",
      `log=${at("log.key")}`,
      "--root-key",
      at("sealed.key"),
      "--origin",
      ORIGIN,
      "--until",
      "2027-06-01T00:00Z",
    ];
    const { code, out } = await withWords("words", (fd) => [...words, "--passphrase-fd", fd]);
    expect(code).toBe(0);
    await writeFile(at("sealed-set"), out);
    expect((await runCli(["verify", at("sealed-set"), "--root", JSON.stringify(keys["sealed"])])).code).toBe(0);
    expect(await runCli(words)).toMatchObject({ code: 2, err: expect.stringContaining("--passphrase-fd 3") });
    expect(await withWords("other-words", (fd) => [...words, "--passphrase-fd", fd])).toMatchObject({
      code: 5, out: "", err: expect.stringContaining("(trust/key_file_locked)"),
    }); // prettier-ignore
    const plain = words.map((word) => (word === at("sealed.key") ? at("root.key") : word));
    expect(await withWords("words", (fd) => [...plain, "--passphrase-fd", fd])).toMatchObject({
      code: 2, err: expect.stringContaining("is not sealed"),
    }); // prettier-ignore
  });

  it("takes no key that others can read", async () => {
    await runCli(["keygen", at("exposed.key")]);
    await chmod(at("exposed.key"), 0o644);
    expect(await runCli(["jwks", at("exposed.key")])).toMatchObject({
      code: 5, out: "", err: expect.stringContaining("(trust/key_file_exposed)"),
    }); // prettier-ignore
    expect(await runCli(["inspect", at("exposed.key")])).toMatchObject({ code: 5, out: "" });
  });

  it.each([
    [["jwks"], "The file is missing."],
    [["jwks", "@log.key", "--origin", ORIGIN], "--origin is for a set that a root signs"],
    [["jwks", "@sealed.key"], "its public half is not in it"],
    [["jwks", "@words"], "KEY: the file"],
    [["jwks", "@log.key", "--root-key", "@root.key"], "--origin is missing"],
    [["jwks", "@log.key", "--root-key", "@root.key", "--origin", ORIGIN], "--until is missing"],
    [
      ["jwks", "@log.key", "--root-key", "@root.key", "--origin", ORIGIN, "--until", "2020-01-01T00:00Z"],
      "--until is not after --from",
    ],
    [
      ["jwks", "@log.key", "--root-key", "@root.key", "--origin", ORIGIN, "--until", "2040-01-01T00:00Z"],
      "more than 400 days",
    ],
    [
      ["jwks", "@log.key", "--root-key", "@root.key", "--origin", ORIGIN, "--until", "2027-01-01T00:00Z"],
      "does not start with its purpose",
    ],
  ])("%j exits 2", async (words, problem) => {
    const { code, err } = await runCli(words.map((word) => (word.startsWith("@") ? at(word.slice(1)) : word)));
    expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
  });

  it("signs no set in which a key has two purposes, or the root one", async () => {
    const signed = ["--root-key", at("root.key"), "--origin", ORIGIN, "--until", "2027-06-01T00:00:00Z"];
    for (const other of ["token=log.key", "log=root.key"]) {
      const [use, name = ""] = other.split("=");
      const { code, out, err } = await runCli(["jwks", `log=${at("log.key")}`, `${use}=${at(name)}`, ...signed]);
      expect([code, out, err]).toEqual([5, "", expect.stringContaining("(trust/key_set_refused)")]);
    }
  });
});

describe("aura-trust witness", () => {
  const words = ["witness", "--name", "witness.example/w1", "--listen", "127.0.0.1:0"];

  it("does not begin anew where its state is gone, and makes nothing", async () => {
    const log = ["--log", formatVerifierKey(ORIGIN, keys["log"]!), "--key", at("next.key")];
    const { code, err } = await runCli([...words, ...log, "--state", at("lost")]);
    expect([code, err]).toEqual([2, expect.stringContaining("there is no state of a witness")]);
    expect(err).toContain("--new");
    await expect(stat(at("lost"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("refuses --new where there is a state: it cannot be left in a script", async () => {
    const log = ["--log", formatVerifierKey(ORIGIN, keys["log"]!), "--key", at("next.key")];
    await writeFile(at("witness"), "witness.example/w1+...\n");
    const { code, err } = await runCli([...words, ...log, "--state", folder, "--new"]);
    expect([code, err]).toEqual([2, expect.stringContaining("holds the state of a witness already")]);
  });
});
