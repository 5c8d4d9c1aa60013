import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { encodeBase64url, signerFromSeed, systemRandom, verifyEd25519 } from "@aura/trust";
import { createKeyFile, KEY_FILE_BYTES, loadKeyFile } from "@aura/trust/key-file";
import { utf8 } from "./vector-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-key-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const code = (name: string) => ({ code: `trust/${name}` });

it("keeps a key that its owner can load and sign with", async () => {
  const path = join(folder, "log.key");
  const made = await createKeyFile(path, systemRandom);
  const loaded = await loadKeyFile(path);
  expect(loaded.publicKey).toEqual(made.publicKey);
  expect(verifyEd25519(made.publicKey, utf8("m"), await loaded.sign(utf8("m")))).toBe(true);
});

it("makes the file readable and writable by its owner alone, whatever the umask", async () => {
  const before = process.umask(0);
  try {
    await createKeyFile(join(folder, "k"), systemRandom);
  } finally {
    process.umask(before);
  }
  const { mode, size } = await stat(join(folder, "k"));
  expect([(mode & 0o777).toString(8), size]).toEqual(["600", KEY_FILE_BYTES]);
});

it("never touches a file that is there", async () => {
  const path = join(folder, "k");
  await writeFile(path, "precious");
  await expect(createKeyFile(path, systemRandom)).rejects.toMatchObject(code("key_file_exists"));
  expect(await readFile(path, "utf8")).toBe("precious");
});

it.each([0o640, 0o604, 0o620, 0o610, 0o644, 0o660])("refuses a key whose mode is %o", async (mode) => {
  const path = join(folder, "k");
  await createKeyFile(path, systemRandom);
  await chmod(path, mode);
  await expect(loadKeyFile(path)).rejects.toMatchObject(code("key_file_exposed"));
});

it("says what is wrong when there is no file, no folder, or a folder in its place", async () => {
  await expect(loadKeyFile(join(folder, "none"))).rejects.toMatchObject(code("key_file_missing"));
  await expect(createKeyFile(join(folder, "none", "k"), systemRandom)).rejects.toMatchObject(code("key_file_unusable"));
  await mkdir(join(folder, "k"), { mode: 0o700 });
  await expect(loadKeyFile(join(folder, "k"))).rejects.toMatchObject(code("key_file_foreign"));
});

it("does not follow a symbolic link", async () => {
  await createKeyFile(join(folder, "k"), systemRandom);
  await symlink(join(folder, "k"), join(folder, "link"));
  await expect(loadKeyFile(join(folder, "link"))).rejects.toMatchObject(code("key_file_foreign"));
});

const seed = new Uint8Array(32).fill(5);
const { x, kid } = signerFromSeed(seed).publicKey;
const d = encodeBase64url(seed);
const honest = `{"crv":"Ed25519","d":"${d}","kid":"${kid}","kty":"OKP","x":"${x}"}\n`;

it("loads the private JWK of RFC 8037 in its canonical form", async () => {
  await writeFile(join(folder, "k"), honest, { mode: 0o600 });
  expect((await loadKeyFile(join(folder, "k"))).publicKey.kid).toBe(kid);
});

it.each([
  ["an empty file", ""],
  ["a file one byte short", honest.slice(0, -1)],
  ["a file one byte long", `${honest}\n`],
  ["a large file", "k".repeat(1_000_000)],
  ["another JSON of the same size", `["${"k".repeat(KEY_FILE_BYTES - 5)}"]\n`],
  ["no JSON of the same size", "k".repeat(KEY_FILE_BYTES)],
  ["a public key that is not the seed's", honest.replace(x, encodeBase64url(new Uint8Array(32).fill(1)))],
  ["a damaged seed", honest.replace(d, encodeBase64url(seed.with(0, 6)))],
  ["a PEM file", `-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}\n-----END PRIVATE KEY-----\n`],
])("takes no key from %s", async (_, content) => {
  await writeFile(join(folder, "k"), content, { mode: 0o600 });
  const loading = loadKeyFile(join(folder, "k"));
  await expect(loading).rejects.toMatchObject(code("key_file_foreign"));
  await expect(loading).rejects.not.toThrow(new RegExp(d));
});

it("leaves nothing behind when the key cannot be made", async () => {
  const path = join(folder, "k");
  await expect(createKeyFile(path, { bytes: () => new Uint8Array(1) })).rejects.toMatchObject(code("random_failed"));
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
});
