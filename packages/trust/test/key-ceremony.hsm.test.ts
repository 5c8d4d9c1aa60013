import { afterAll, beforeAll, expect, it } from "vitest";
import {
  anchorsOf,
  type KeySet,
  keysOf,
  type KeyUse,
  openKeySet,
  type PublicKey,
  type Signer,
  signKeySet,
  verifyCall,
} from "@aura/trust";
import { createPkcs11Key, listPkcs11Keys, type Pkcs11Token } from "@aura/trust/pkcs11";
import { aCall, anAnchor, credentialIssuer, instance, NOW_MS, present } from "./call-world.ts";
import { aTokenShelf, type TokenShelf } from "./token-world.ts";

/** docs/key-ceremony.md, "With tokens", step by step. The steps build on each other. */
const ORIGIN = "acme.example/aura/payments";
const DAY_MS = 86_400_000;
const UNTIL_MS = NOW_MS + 90 * DAY_MS;

let shelf: TokenShelf;
let rootA: Pkcs11Token;
let rootB: Pkcs11Token;
let issuerA: Pkcs11Token;
let issuerB: Pkcs11Token;
let roots: readonly PublicKey[];
let first: { readonly jws: string; readonly keySet: KeySet };

const timed = (use: KeyUse, publicKey: PublicKey, fromMs = NOW_MS, untilMs = UNTIL_MS) => ({
  use,
  ...publicKey,
  notBeforeMs: fromMs,
  expiresMs: untilMs,
});
const termsOf = (keys: readonly ReturnType<typeof timed>[]) => ({
  origin: ORIGIN,
  notBeforeMs: NOW_MS,
  expiresMs: UNTIL_MS,
  keys: [timed("credential", credentialIssuer.publicKey), ...keys],
});

/** As a verifier opens a set that was given both roots: under the one that signed it, or not at all. */
function opened(jws: string, known?: KeySet): KeySet {
  for (const root of roots) {
    const answer = openKeySet(root, jws, { origin: ORIGIN, nowMs: NOW_MS, known });
    if (answer.ok) return answer.keySet;
    if (answer.reason !== "wrong_key") throw new Error(answer.reason);
  }
  throw new Error("wrong_key");
}

async function isVerified(keySet: KeySet, tokenBy: Signer, nowMs = NOW_MS): Promise<boolean> {
  const times = { nowMs };
  const shown = await present({ tokenBy, credential: times, token: times, proof: times });
  const anchors = anAnchor({ ...anchorsOf(keySet, nowMs), nowMs, evidenceMs: nowMs });
  return verifyCall(anchors, shown, aCall()).ok;
}

beforeAll(async () => {
  shelf = await aTokenShelf();
  rootA = await shelf.newToken("root A");
  rootB = await shelf.newToken("root B");
  issuerA = await shelf.newToken("issuer A");
  issuerB = await shelf.newToken("issuer B");
  const made = [await createPkcs11Key(rootA, { label: "root" }), await createPkcs11Key(rootB, { label: "root" })];
  roots = made.map(({ publicKey }) => publicKey);
  const issuing = await createPkcs11Key(issuerA, { label: "token-1" });
  const root = await shelf.open(rootA, { kid: made[0]?.publicKey.kid ?? "" });
  const jws = await signKeySet(root, termsOf([timed("token", issuing.publicKey)]));
  first = { jws, keySet: opened(jws) };
});
afterAll(() => shelf.close());

it("on tokens, create: makes each key on its token, which gives none of them out, and the root's token signs the first key set", async () => {
  for (const token of [rootA, rootB, issuerA])
    expect(await listPkcs11Keys(token)).toMatchObject([{ refusal: undefined }]);
  expect(first.keySet).toMatchObject({ version: 1, previous: null });
  expect(await isVerified(first.keySet, await shelf.open(issuerA, { label: "token-1" }))).toBe(true);
});

it("on tokens, back up: a second token has a key of its own in the key set before it is needed, and verifiers know both roots", async () => {
  const standby = await createPkcs11Key(issuerB, { label: "token-1" });
  const issuing = keysOf(first.keySet, "token", NOW_MS);
  const keys = [...issuing, standby.publicKey].map((key) => timed("token", key));
  const root = await shelf.open(rootA, { label: "root" });
  const jws = await signKeySet(root, termsOf(keys), first.keySet);
  first = { jws, keySet: opened(jws, first.keySet) };
  for (const token of [issuerA, issuerB])
    expect(await isVerified(first.keySet, await shelf.open(token, { label: "token-1" }))).toBe(true);
  expect(new Set(roots.map(({ kid }) => kid)).size).toBe(2);
});

it("on tokens, rotate under load: the next key is made beside the one that signs, and no token is refused while both count", async () => {
  const [startMs, endMs] = [NOW_MS + DAY_MS, NOW_MS + 2 * DAY_MS];
  const old = await shelf.open(issuerA, { label: "token-1" });
  const underLoad = Promise.all(Array.from({ length: 20 }, async () => isVerified(first.keySet, old)));
  const made = await createPkcs11Key(issuerA, { label: "token-2" });
  expect(await underLoad).toEqual(Array.from({ length: 20 }, () => true));
  const next = await shelf.open(issuerA, { label: "token-2" });
  const keys = [timed("token", old.publicKey, NOW_MS, endMs), timed("token", made.publicKey, startMs)];
  const root = await shelf.open(rootA, { label: "root" });
  const set = opened(await signKeySet(root, termsOf(keys), first.keySet), first.keySet);
  const answers = [NOW_MS, startMs, endMs - 1, endMs].map(async (nowMs) =>
    Promise.all([isVerified(set, old, nowMs), isVerified(set, next, nowMs)]),
  );
  expect(await Promise.all(answers)).toEqual([
    [true, false],
    [true, true],
    [true, true],
    [false, true],
  ]);
});

it("on tokens, lose an issuer's token: the second one signs at once, and the next set is without the lost key", async () => {
  const [lost, standby] = [
    await shelf.open(issuerA, { label: "token-1" }),
    await shelf.open(issuerB, { label: "token-1" }),
  ];
  expect(await isVerified(first.keySet, standby)).toBe(true);
  const root = await shelf.open(rootA, { label: "root" });
  const jws = await signKeySet(root, termsOf([timed("token", standby.publicKey)]), first.keySet);
  const set = opened(jws, first.keySet);
  expect([await isVerified(set, lost), await isVerified(set, standby)]).toEqual([false, true]);
  expect(() => opened(first.jws, set)).toThrow("rolled_back");
});

it("on tokens, lose the root's token: the other root signs the next set, and verifiers that were given one root only refuse it", async () => {
  const root = await shelf.open(rootB, { label: "root" });
  const jws = await signKeySet(root, termsOf([timed("token", instance.publicKey)]), first.keySet);
  expect(opened(jws, first.keySet)).toMatchObject({ previous: first.keySet.digest });
  const [lost] = roots;
  if (lost === undefined) throw new Error("there is no first root");
  const given = { origin: ORIGIN, nowMs: NOW_MS, known: first.keySet };
  expect(openKeySet(lost, jws, given)).toEqual({ ok: false, reason: "wrong_key" });
});
