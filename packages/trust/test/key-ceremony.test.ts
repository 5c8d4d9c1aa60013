import { chmod, copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  generateKey,
  type KeySet,
  keysOf,
  type KeyUse,
  openKeySet,
  type Signer,
  signKeySet,
  systemRandom,
} from "@aura/trust";
import { createSealedKeyFile, loadSealedKeyFile, resealKeyFile } from "@aura/trust/key-file";
import { utf8 } from "./vector-file.ts";

/** docs/key-ceremony.md, step by step. The steps build on each other. */
const ORIGIN = "acme.example/aura/payments";
const NOW_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const office = () => utf8("the words in the office safe");
const bank = () => utf8("the words in the bank's vault");
const elsewhere = () => utf8("the words of the new machine");

let folder: string;
let root: Signer;
let first: { readonly jws: string; readonly keySet: KeySet };

const at = (...parts: string[]) => join(folder, ...parts);
const timed = (use: KeyUse, { publicKey }: Signer, fromMs: number, untilMs: number) => ({
  use,
  ...publicKey,
  notBeforeMs: fromMs,
  expiresMs: untilMs,
});
const opened = (jws: string, nowMs: number, known?: KeySet): KeySet => {
  const answer = openKeySet(root.publicKey, jws, { origin: ORIGIN, nowMs, known });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.keySet;
};

let log: Signer;
let token: Signer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-ceremony-"));
  for (const place of ["office", "bank", "new-machine"]) await mkdir(at(place), { mode: 0o700 });
  root = await createSealedKeyFile(at("office", "root.key"), systemRandom, office, 15);
  [log, token] = [await generateKey(), await generateKey()];
  const until = NOW_MS + 90 * DAY_MS;
  const keys = [timed("log", log, NOW_MS, until), timed("token", token, NOW_MS, until)];
  const jws = await signKeySet(root, { origin: ORIGIN, notBeforeMs: NOW_MS, expiresMs: until, keys });
  first = { jws, keySet: opened(jws, NOW_MS) };
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

it("create: makes the root key under a passphrase, and the root signs the first key set", () => {
  expect(first.keySet).toMatchObject({ version: 1, previous: null });
  expect(keysOf(first.keySet, "token", NOW_MS)).toEqual([token.publicKey]);
});

it("back up: writes the same key under other words, and the backup opens without the office's words", async () => {
  const to = { path: at("bank", "root.key"), passphrase: bank, random: systemRandom, cost: 15 as const };
  await resealKeyFile({ path: at("office", "root.key"), passphrase: office }, to);
  expect((await loadSealedKeyFile(at("bank", "root.key"), bank)).publicKey).toEqual(root.publicKey);
  await expect(loadSealedKeyFile(at("bank", "root.key"), office)).rejects.toMatchObject({
    code: "trust/key_file_locked",
  });
  expect(await readFile(at("bank", "root.key"))).not.toEqual(await readFile(at("office", "root.key")));
});

it("restore elsewhere: from the backup alone, and the restored key continues what the first one signed", async () => {
  await rm(at("office", "root.key"));
  await copyFile(at("bank", "root.key"), at("new-machine", "backup.key"));
  await chmod(at("new-machine", "backup.key"), 0o600);
  const to = { path: at("new-machine", "root.key"), passphrase: elsewhere, random: systemRandom, cost: 15 as const };
  const restored = await resealKeyFile({ path: at("new-machine", "backup.key"), passphrase: bank }, to);
  const next = await signKeySet(restored, { ...first.keySet }, first.keySet);
  expect(opened(next, NOW_MS, first.keySet)).toMatchObject({ version: 2, previous: first.keySet.digest });
});

it("rotate under load: both keys count while they overlap, the newer one signs, and the old one ends", async () => {
  const next = await generateKey();
  const [startMs, endMs, until] = [NOW_MS + DAY_MS, NOW_MS + 2 * DAY_MS, NOW_MS + 90 * DAY_MS];
  const keys = [
    timed("log", log, NOW_MS, until),
    timed("token", token, NOW_MS, endMs),
    timed("token", next, startMs, until),
  ];
  const terms = { origin: ORIGIN, notBeforeMs: NOW_MS, expiresMs: until, keys };
  const set = opened(await signKeySet(root, terms, first.keySet), NOW_MS, first.keySet);
  expect(keysOf(set, "token", NOW_MS)).toEqual([token.publicKey]);
  expect(keysOf(set, "token", startMs)).toEqual([next.publicKey, token.publicKey]);
  expect(keysOf(set, "token", endMs - 1)).toEqual([next.publicKey, token.publicKey]);
  expect(keysOf(set, "token", endMs)).toEqual([next.publicKey]);
});

it("lose a purpose key: the next set is without it, and no older set brings it back", async () => {
  const fresh = await generateKey();
  const until = NOW_MS + 90 * DAY_MS;
  const keys = [timed("log", log, NOW_MS, until), timed("token", fresh, NOW_MS, until)];
  const terms = { origin: ORIGIN, notBeforeMs: NOW_MS, expiresMs: until, keys };
  const set = opened(await signKeySet(root, terms, first.keySet), NOW_MS, first.keySet);
  expect(keysOf(set, "token", NOW_MS)).toEqual([fresh.publicKey]);
  const back = openKeySet(root.publicKey, first.jws, { origin: ORIGIN, nowMs: NOW_MS, known: set });
  expect(back).toEqual({ ok: false, reason: "rolled_back" });
});

it("lose the root: its sets last to their end, and another root's are refused until verifiers are given it", async () => {
  const other = await generateKey();
  const set = await signKeySet(other, { ...first.keySet });
  const given = { origin: ORIGIN, nowMs: NOW_MS };
  expect(openKeySet(root.publicKey, set, given)).toEqual({ ok: false, reason: "wrong_key" });
  expect(openKeySet(other.publicKey, set, given)).toMatchObject({ ok: true });
  expect(openKeySet(root.publicKey, first.jws, { origin: ORIGIN, nowMs: first.keySet.expiresMs })).toEqual({
    ok: false,
    reason: "expired",
  });
});

it.each([
  ["key-ceremony.test.ts", "(?:create|back up|restore|rotate|lose)", 6],
  ["key-ceremony.hsm.test.ts", "on tokens, ", 5],
])("every step of the page is a test in %s, or in the other file", async (file, start, count) => {
  const page = await readFile(new URL("../../../docs/key-ceremony.md", import.meta.url), "utf8");
  const source = await readFile(new URL(file, import.meta.url), "utf8");
  const steps = (text: string, before: string) =>
    [...text.matchAll(new RegExp(`^${before}"(${start}[^"]*)"`, "gm"))].map(([, name]) => name);
  expect(steps(page, "Test: ")).toEqual(steps(source, String.raw`it\(`));
  expect(steps(page, "Test: ")).toHaveLength(count);
});

it("the page cites no other test", async () => {
  const page = await readFile(new URL("../../../docs/key-ceremony.md", import.meta.url), "utf8");
  expect(page.match(/^Test: /gm)).toHaveLength(11);
});
