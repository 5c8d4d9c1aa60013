import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemRandom, verifyEd25519 } from "@aura/trust";
import {
  createSealedKeyFile,
  loadKeyFile,
  loadSealedKeyFile,
  PASSPHRASE_BYTES_MAX,
  PASSPHRASE_BYTES_MIN,
  passphraseFromDescriptor,
} from "@aura/trust/key-file";
import { openSeed, readSealedKey, SCRYPT_LOG_N_MIN, sealSeed } from "../src/key-file-box.ts";
import { utf8 } from "./vector-file.ts";

const WORDS = "correct horse battery staple";
const words = () => utf8(WORDS);
const code = (name: string) => ({ code: `trust/${name}` });

let folder: string;
let path: string;
let kid: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-sealed-"));
  path = join(folder, "root.key");
  kid = (await createSealedKeyFile(path, systemRandom, words)).publicKey.kid;
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

it("opens under its passphrase and signs with the key that was made", async () => {
  const signer = await loadSealedKeyFile(path, words);
  expect(signer.publicKey.kid).toBe(kid);
  expect(verifyEd25519(signer.publicKey, utf8("m"), await signer.sign(utf8("m")))).toBe(true);
});

it("is its owner's alone, and refused when others may read it", async () => {
  expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
  const exposed = join(folder, "exposed");
  await writeFile(exposed, await readFile(path));
  await chmod(exposed, 0o644);
  await expect(loadSealedKeyFile(exposed, words)).rejects.toMatchObject(code("key_file_exposed"));
});

it("does not open under another passphrase, and says it of no byte of either", async () => {
  const wrong = () => utf8("correct horse battery stapl3");
  const error: unknown = await loadSealedKeyFile(path, wrong).catch((caught: unknown) => caught);
  expect(error).toMatchObject(code("key_file_locked"));
  expect(inspect(error)).not.toMatch(/horse|stapl/);
});

it("never overwrites a file, and is no plain key file", async () => {
  await expect(createSealedKeyFile(path, systemRandom, words)).rejects.toMatchObject(code("key_file_exists"));
  await expect(loadKeyFile(path)).rejects.toMatchObject(code("key_file_foreign"));
});

it("takes passphrases from the shortest to the longest, and no other", async () => {
  const make = (length: number, name: string) =>
    createSealedKeyFile(join(folder, name), systemRandom, () => new Uint8Array(length).fill(0x61), 15);
  await make(PASSPHRASE_BYTES_MIN, "shortest");
  await make(PASSPHRASE_BYTES_MAX, "longest");
  await expect(make(PASSPHRASE_BYTES_MIN - 1, "short")).rejects.toMatchObject(code("passphrase_refused"));
  await expect(make(PASSPHRASE_BYTES_MAX + 1, "long")).rejects.toMatchObject(code("passphrase_refused"));
  const failing = () => Promise.reject(new Error("no terminal"));
  await expect(loadSealedKeyFile(path, failing)).rejects.toMatchObject(code("passphrase_refused"));
});

it("refuses a file in which anything was changed", async () => {
  const seed = new Uint8Array(32).fill(7);
  const terms = { kid: "k", passphrase: words(), logN: SCRYPT_LOG_N_MIN, random: systemRandom };
  const text = await sealSeed(seed, terms);
  const sealed = readSealedKey(utf8(text))!;
  expect(await openSeed(sealed, words())).toEqual(Buffer.from(seed));
  const other = readSealedKey(utf8(await sealSeed(seed, terms)))!;
  for (const change of [{ kid: "j" }, { nonce: other.nonce }, { salt: other.salt }, { box: other.box }, { logN: 16 }]) {
    expect(await openSeed({ ...sealed, ...change }, words()), Object.keys(change)[0]).toBeUndefined();
  }
  for (const changed of [text.replace('"logN":15', '"logN":14'), text.replace('"logN":15', '"logN":19')]) {
    expect(readSealedKey(utf8(changed))).toBeUndefined(); // too cheap to guess, and dear enough to stop a machine
  }
});

it.each([
  ["to its line feed", `${WORDS}\nmore`],
  ["to its end", WORDS],
])("reads a passphrase from a file descriptor %s", async (_, text) => {
  const file = join(folder, "words");
  await writeFile(file, text, { mode: 0o600 });
  const handle = await open(file);
  try {
    expect(Buffer.from(await passphraseFromDescriptor(handle.fd)()).toString()).toBe(WORDS);
  } finally {
    await handle.close();
  }
  await expect(passphraseFromDescriptor(-1 >>> 1)()).rejects.toMatchObject(code("passphrase_refused"));
});
