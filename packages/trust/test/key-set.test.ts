import { describe, expect, it } from "vitest";
import {
  anchorsOf,
  CLOCK_AHEAD_MS_MAX,
  issueCredential,
  type JsonObject,
  KEY_SET_KEYS_MAX,
  KEY_SET_LIFE_MS_MAX,
  KEY_SET_TYP,
  type KeySet,
  type KeySetTerms,
  keysOf,
  type KeyUse,
  mintExecutionToken,
  openKeySet,
  proveCall,
  publicKeyFromBytes,
  signJws,
  type Signer,
  signerFromSeed,
  signKeySet,
  verifyCall,
} from "@aura/trust";
import { aCall, aCredential, anAnchor, aToken, instance, NOW_MS } from "./call-world.ts";
import { changeAt, openText } from "./signed-text.ts";
import { fromHex, readVectors } from "./vector-file.ts";

const seeded = (byte: number): Signer => signerFromSeed(new Uint8Array(32).fill(byte));
const root = seeded(40);
const [log, credential, token, nextToken, outcome] = [41, 42, 43, 44, 45].map(seeded) as [
  Signer,
  Signer,
  Signer,
  Signer,
  Signer,
];
const ORIGIN = "acme.example/aura/payments";
const DAY_MS = 86_400_000;

const timed = (use: KeyUse, { publicKey }: Signer, fromMs = NOW_MS, untilMs = NOW_MS + 30 * DAY_MS) => ({
  use,
  ...publicKey,
  notBeforeMs: fromMs,
  expiresMs: untilMs,
});

const someTerms = (overrides: Partial<KeySetTerms> = {}): KeySetTerms => ({
  origin: ORIGIN,
  notBeforeMs: NOW_MS,
  expiresMs: NOW_MS + 90 * DAY_MS,
  keys: [timed("log", log), timed("credential", credential), timed("token", token), timed("outcome", outcome)],
  ...overrides,
});

const opened = (jws: string, known?: KeySet, nowMs = NOW_MS): KeySet => {
  const answer = openKeySet(root.publicKey, jws, { origin: ORIGIN, nowMs, known });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.keySet;
};
const reasonOf = (jws: string, known?: KeySet, nowMs = NOW_MS, key = root.publicKey, origin = ORIGIN) => {
  const answer = openKeySet(key, jws, { origin, nowMs, known });
  return answer.ok ? "ok" : answer.reason;
};

const [refusedAnchor] = readVectors<{ refusedAnchors: { key: string }[] }>("ed25519.json").refusedAnchors;
const torsion = publicKeyFromBytes(fromHex(refusedAnchor!.key));
const first = await signKeySet(root, someTerms());
const payload = JSON.parse(openText(first).payload) as JsonObject;
const rewritten = (changes: JsonObject) => signJws(root, KEY_SET_TYP, { ...payload, ...changes });

describe("openKeySet", () => {
  it("gives the keys of each purpose, and the digest that the next set names", async () => {
    const set = opened(first);
    expect(keysOf(set, "token", NOW_MS)).toEqual([token.publicKey]);
    expect(anchorsOf(set, NOW_MS)).toEqual({
      credentialIssuers: [credential.publicKey],
      tokenIssuers: [token.publicKey],
    });
    const second = opened(await signKeySet(root, someTerms(), set), set);
    expect(second).toMatchObject({ version: 2, previous: set.digest });
  });

  it("takes a set that is known already, and one from memory", () => {
    const kept = JSON.parse(JSON.stringify(opened(first))) as KeySet;
    expect(reasonOf(first, kept)).toBe("ok");
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ["no text", () => "", "malformed"],
    ["a set of another type", () => signJws(root, "aura-founding+jwt", payload), "malformed"],
    ["a changed set", () => changeAt(first, first.length - 4), "forged"],
    ["a set by another root", () => signKeySet(seeded(9), someTerms()), "wrong_key"],
    ["a newer format", () => rewritten({ format: "aura-keyset-2" }), "unknown_format"],
    ["another namespace's", () => signKeySet(root, someTerms({ origin: "acme.example/aura/bank" })), "other_origin"],
    ["a member more", () => rewritten({ revoked: [] }), "malformed"],
    ["no keys", () => rewritten({ keys: [] }), "malformed"],
    ["a key with its private half", () => rewritten({ keys: [{ ...timed("log", log), d: "x" }] }), "malformed"],
    ["a key of no purpose", () => rewritten({ keys: [timed("vote" as never, log)] }), "malformed"],
    [
      "a key without an end",
      () => rewritten({ keys: [{ use: "log", ...log.publicKey, notBeforeMs: 0 }] }),
      "malformed",
    ],
    ["a key that ends before it starts", () => rewritten({ keys: [timed("log", log, 5, 5)] }), "malformed"],
    [
      "a key with a component of small order, which is admitted elsewhere",
      () => rewritten({ keys: [{ use: "log", ...torsion, notBeforeMs: 0, expiresMs: 1 }] }),
      "malformed",
    ],
    ["version 0", () => rewritten({ version: 0 }), "malformed"],
    ["a first set that follows another", () => rewritten({ previous: opened(first).digest }), "malformed"],
    ["a second set that follows none", () => rewritten({ version: 2 }), "malformed"],
    ["a life past the limit", () => rewritten({ expiresMs: NOW_MS + KEY_SET_LIFE_MS_MAX + 1 }), "malformed"],
    ["a key with two purposes", () => rewritten({ keys: [timed("log", log), timed("token", log)] }), "purpose_shared"],
    ["the same key twice", () => rewritten({ keys: [timed("log", log), timed("log", log)] }), "purpose_shared"],
    ["the root as a purpose key", () => rewritten({ keys: [timed("log", root)] }), "purpose_shared"],
  ])("refuses %s", async (_, make, reason) => {
    expect(reasonOf(await make())).toBe(reason);
  });

  it("takes a life and a number of keys at the limit, and no key more", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ ...timed("log", seeded(100 + at)) }));
    const terms = someTerms({ expiresMs: NOW_MS + KEY_SET_LIFE_MS_MAX, keys: many(KEY_SET_KEYS_MAX) });
    expect(reasonOf(await signKeySet(root, terms))).toBe("ok");
    await expect(signKeySet(root, someTerms({ keys: many(KEY_SET_KEYS_MAX + 1) }))).rejects.toMatchObject({
      code: "trust/key_set_refused",
    });
  });

  it("lives from its start, but for a clock that runs ahead, up to the millisecond of its end", () => {
    expect(reasonOf(first, undefined, NOW_MS - CLOCK_AHEAD_MS_MAX)).toBe("ok");
    expect(reasonOf(first, undefined, NOW_MS - CLOCK_AHEAD_MS_MAX - 1)).toBe("not_yet_valid");
    expect(reasonOf(first, undefined, NOW_MS + 90 * DAY_MS - 1)).toBe("ok");
    expect(reasonOf(first, undefined, NOW_MS + 90 * DAY_MS)).toBe("expired");
    expect(reasonOf(first, undefined, Number.NaN)).toBe("not_yet_valid");
    expect(keysOf(opened(first), "log", NOW_MS + 90 * DAY_MS)).toEqual([]);
  });

  it("refuses to go back to an older set, to another of the same version, and to a next one from elsewhere", async () => {
    const one = opened(first);
    const second = await signKeySet(root, someTerms(), one);
    const two = opened(second, one);
    const third = await signKeySet(root, someTerms(), two);
    expect(reasonOf(first, two)).toBe("rolled_back");
    const fork = await signKeySet(root, someTerms({ expiresMs: NOW_MS + DAY_MS }), one);
    expect(reasonOf(fork, two)).toBe("forked");
    const afterFork = await signKeySet(root, someTerms(), opened(fork, one));
    expect(reasonOf(afterFork, two)).toBe("forked");
    expect([reasonOf(third, two), reasonOf(third, one)]).toEqual(["ok", "ok"]);
  });

  it("never lets a key change its purpose from one set to the next", async () => {
    const one = opened(first);
    const keys = [timed("log", log), timed("outcome", token)];
    await expect(signKeySet(root, someTerms({ keys }), one)).rejects.toMatchObject({ code: "trust/key_set_refused" });
    const careless = await rewritten({ version: 2, previous: one.digest, keys });
    expect(reasonOf(careless, one)).toBe("purpose_shared");
  });
});

describe("signKeySet", () => {
  it.each<[string, Partial<KeySetTerms>]>([
    ["no keys", { keys: [] }],
    ["an origin that is none", { origin: "payments" }],
    ["a key twice", { keys: [timed("log", log), timed("token", log)] }],
    ["the root", { keys: [timed("log", root)] }],
  ])("signs none with %s", async (_, overrides) => {
    await expect(signKeySet(root, someTerms(overrides))).rejects.toMatchObject({ code: "trust/key_set_refused" });
  });

  it("signs none that follows another namespace's", async () => {
    const other = { ...opened(first), origin: "acme.example/aura/bank" };
    await expect(signKeySet(root, someTerms(), other)).rejects.toMatchObject({ code: "trust/key_set_refused" });
  });
});

describe("a rotation with overlap, under load", () => {
  const MINUTE_MS = 60_000;
  /** The new key may sign from here; the old one is believed up to here. */
  const [fromMs, untilMs] = [NOW_MS + 10 * MINUTE_MS, NOW_MS + 20 * MINUTE_MS];
  const keys = [
    timed("log", log),
    timed("credential", credential),
    timed("token", token, NOW_MS, untilMs),
    timed("token", nextToken, fromMs, NOW_MS + 30 * DAY_MS),
  ];

  const call = async (issuer: Signer, mintedMs: number, ttlMs = 5 * MINUTE_MS) => {
    const shown = await mintExecutionToken(issuer, aToken({ nowMs: mintedMs, ttlMs, jti: `t-${mintedMs}` }));
    return async (set: KeySet, nowMs: number) => {
      const { call: stream, tool, commitment } = aCall();
      const { audience } = anAnchor();
      const made = { call: stream, tool, commitment, audience, token: shown, nowMs, jti: `p-${nowMs}` };
      const presented = {
        credential: await issueCredential(credential, aCredential()),
        token: shown,
        proof: await proveCall(instance, made),
      };
      const anchors = anAnchor({ nowMs, evidenceMs: nowMs, ...anchorsOf(set, nowMs) });
      const answer = verifyCall(anchors, presented, aCall());
      return answer.ok ? "ok" : answer.reason;
    };
  };

  it("refuses nobody: whoever signs with the newest key is believed by every verifier that has the new set", async () => {
    const one = opened(first);
    const two = opened(await signKeySet(root, someTerms({ keys }), one), one);
    const signers = new Map([token, nextToken].map((signer) => [signer.publicKey.kid, signer]));
    const used = new Set<string>();
    for (let nowMs = NOW_MS; nowMs < NOW_MS + 30 * MINUTE_MS; nowMs += MINUTE_MS / 2) {
      const [newest] = keysOf(two, "token", nowMs);
      const signer = signers.get(newest?.kid ?? "")!;
      used.add(signer.publicKey.kid);
      const make = await call(signer, nowMs);
      // A minute later, when the issuer may have gone over to the next key already.
      expect([await make(two, nowMs), await make(two, nowMs + MINUTE_MS)]).toEqual(["ok", "ok"]);
      // A verifier that learns of the set only when the new key starts misses nothing before that.
      if (nowMs + MINUTE_MS < fromMs - CLOCK_AHEAD_MS_MAX) expect(await make(one, nowMs)).toBe("ok");
    }
    expect(used.size).toBe(2);
  });

  it("believes the old key's tokens up to its end and never after, though they were verified before", async () => {
    const set = opened(await signKeySet(root, someTerms({ keys })));
    const old = await call(token, NOW_MS + 16 * MINUTE_MS, 30 * MINUTE_MS);
    expect(await old(set, untilMs - 1)).toBe("ok");
    expect(await old(set, untilMs)).toBe("token_foreign");
    expect(await old(set, untilMs - 1)).toBe("ok");
    expect(await old(set, untilMs + MINUTE_MS)).toBe("token_foreign");
  });

  it("does not believe the new key before its start, nor one purpose's key in another's place", async () => {
    const set = opened(await signKeySet(root, someTerms({ keys })));
    const early = fromMs - CLOCK_AHEAD_MS_MAX - 1;
    expect(await (await call(nextToken, early))(set, early)).toBe("token_foreign");
    expect(await (await call(credential, fromMs))(set, fromMs)).toBe("token_foreign");
    expect(await (await call(log, fromMs))(set, fromMs)).toBe("token_foreign");
  });
});

const vector = readVectors<{
  rootSeed: string;
  nowMs: number;
  sets: { terms: KeySetTerms; header: string; payload: string; digest: string; text: string }[];
}>("key-set.json");

it("writes and opens the published sets, byte for byte", async () => {
  let known: KeySet | undefined;
  for (const { terms, text, digest, header, payload: written } of vector.sets) {
    expect(await signKeySet(signerFromSeed(fromHex(vector.rootSeed)), terms, known)).toBe(text);
    expect(openText(text)).toEqual({ header, payload: written });
    known = opened(text, known, vector.nowMs);
    expect(known.digest).toBe(digest);
  }
});
