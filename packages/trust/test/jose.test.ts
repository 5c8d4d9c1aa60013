import { readdirSync, readFileSync } from "node:fs";
import { compactVerify, CompactSign, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from "jose";
import type { CompactJWSHeaderParameters, CryptoKey, JWK } from "jose";
import { describe, expect, it } from "vitest";
import { canonicalJson, encodeBase64url, openFounding, signerFromSeed, signJws, verifyJws } from "../src/index.ts";
import { readCredential } from "../src/credential.ts";
import type { JsonObject, PublicKey } from "../src/index.ts";
import { openText } from "./signed-text.ts";
import { fromHex, readVectors } from "./vector-file.ts";

/** jose, a JOSE library that has never heard of AURA, reads every statement of ours; what it writes we read if it writes our bytes. */
interface Signed {
  readonly name: string;
  readonly typ: string;
  readonly text: string;
  readonly key: PublicKey;
}

const credential = readVectors<{ text: string; issuer: PublicKey }>("credential.json");
const token = readVectors<{ text: string; issuer: PublicKey }>("execution-token.json");
const proof = readVectors<{ text: string; holder: PublicKey }>("call-proof.json");
const founding = readVectors<{ jws: string; root: PublicKey }>("founding.json");
const receipt = readVectors<{ seeds: { outcome: string }; receipt: { entries: { entry: { data: JsonObject } }[] } }>(
  "receipt.json",
);
const delegation = readVectors<{ chain: string; tokenIssuer: PublicKey; root: { claims: { key: PublicKey } } }>(
  "delegation.json",
);
const votes = missionVectors<{ publicKey: PublicKey; vectors: { jws: string }[] }>("vote-jws.json");
const enrolment = missionVectors<{
  approver: PublicKey;
  vectors: { enrolment: { key: PublicKey }; possession: string; confirmation: string }[];
}>("enrolment.json");

const agent = readVectors<{
  issuer: PublicKey;
  holder: PublicKey;
  challenge: { text: string };
  possession: { text: string };
}>("enrolment-challenge.json");
const keySets = readVectors<{ root: PublicKey; sets: { text: string }[] }>("key-set.json");

const [root = "", child = ""] = delegation.chain.split("~");
const [enrolled] = enrolment.vectors;
const statements: readonly Signed[] = [
  { name: "credential", typ: "wit+jwt", text: credential.text, key: credential.issuer },
  { name: "execution token", typ: "aat+jwt", text: token.text, key: token.issuer },
  { name: "root of a chain", typ: "aat+jwt", text: root, key: delegation.tokenIssuer },
  { name: "child of a chain", typ: "aat+jwt", text: child, key: delegation.root.claims.key },
  { name: "call proof", typ: "aura-proof+jwt", text: proof.text, key: proof.holder },
  { name: "founding", typ: "aura-founding+jwt", text: founding.jws, key: founding.root },
  {
    name: "outcome",
    typ: "aura-outcome+jwt",
    text: receipt.receipt.entries.at(-1)?.entry.data["outcome"] as string,
    key: signerFromSeed(fromHex(receipt.seeds.outcome)).publicKey,
  },
  { name: "challenge", typ: "aura-challenge+jwt", text: agent.challenge.text, key: agent.issuer },
  { name: "answer to a challenge", typ: "aura-possession+jwt", text: agent.possession.text, key: agent.holder },
  ...keySets.sets.map(({ text }) => ({ name: "key set", typ: "aura-keyset+jwt", text, key: keySets.root })),
  ...votes.vectors.map(({ jws }) => ({ name: "vote", typ: "aura-vote+jwt", text: jws, key: votes.publicKey })),
  { name: "possession", typ: "aura-enrolment+jwt", text: enrolled!.possession, key: enrolled!.enrolment.key },
  { name: "confirmation", typ: "aura-enrolment+jwt", text: enrolled!.confirmation, key: enrolment.approver },
];

it("every type that the source signs is among the statements that jose reads", () => {
  const source = new URL("../src/", import.meta.url);
  const files = readdirSync(source).filter((name) => name.endsWith(".ts"));
  const types = files.flatMap((name) => [
    ...readFileSync(new URL(name, source), "utf8").matchAll(/= "([a-z-]+\+jwt)"/g),
  ]);
  const read = new Set(statements.map(({ typ }) => typ));
  expect(types.length).toBeGreaterThanOrEqual(10);
  expect(types.map(([, typ = ""]) => typ).filter((typ) => !read.has(typ))).toEqual([]);
});

describe("jose reads", () => {
  it.each(statements)("our $name, given its key as the JWK that it is", async ({ typ, text, key }) => {
    const ours = verifyJws(text, typ, [key]);
    const theirs = await compactVerify(text, await importJWK(key as unknown as JWK, "EdDSA"), {
      algorithms: ["EdDSA"],
    });
    expect(theirs.protectedHeader).toEqual({ alg: "EdDSA", kid: key.kid, typ });
    expect(ours).toEqual({ ok: true, kid: key.kid, payload: JSON.parse(new TextDecoder().decode(theirs.payload)) });
  });

  it.each(statements)("no $name of which one character was changed", async ({ typ, text, key }) => {
    const imported = await importJWK(key as unknown as JWK, "EdDSA");
    for (const at of [5, text.indexOf(".") + 9, text.lastIndexOf(".") + 9]) {
      const changed = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
      await expect(compactVerify(changed, imported)).rejects.toThrow();
      expect(verifyJws(changed, typ, [key]).ok).toBe(false);
    }
  });

  it("our credential, token and proof as JWTs: type, issuer, audience and life", async () => {
    const iss = "https://acme.example/aura/payments";
    const audience = `${iss}/runtime`;
    const at = (ms: number) => ({ currentDate: new Date(ms) });
    const keyOf = async (key: PublicKey) => importJWK(key as unknown as JWK, "EdDSA");
    const verified = await jwtVerify(credential.text, await keyOf(credential.issuer), {
      issuer: iss,
      typ: "wit+jwt",
      ...at(1_800_000_001_000),
    });
    expect(verified.payload.sub).toBe(readCredential(openedPayload(credential.text)).sub);
    const aat = { issuer: iss, audience, typ: "aat+jwt" };
    await expect(
      jwtVerify(token.text, await keyOf(token.issuer), { ...aat, ...at(1_800_000_001_000) }),
    ).resolves.toBeDefined();
    await expect(
      jwtVerify(token.text, await keyOf(token.issuer), { ...aat, ...at(1_800_000_300_000) }),
    ).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
    await expect(
      jwtVerify(token.text, await keyOf(token.issuer), { ...aat, audience: "other", ...at(1_800_000_001_000) }),
    ).rejects.toMatchObject({ claim: "aud" });
    const shown = { audience, typ: "aura-proof+jwt", maxTokenAge: 30, ...at(1_800_000_002_000) };
    await expect(jwtVerify(proof.text, await keyOf(proof.holder), shown)).resolves.toBeDefined();
  });
});

describe("jose writes", () => {
  const seed = new Uint8Array(32).fill(9);
  const signer = signerFromSeed(seed);
  const { kid, x } = signer.publicKey;
  const typ = "aura-test+jwt";
  const payload = { a: [1, "€"], b: null, z: { é: true } };
  const privateKey = privateKeyOf(x, seed);

  async function signed(header: object, text = canonicalJson(payload)): Promise<string> {
    const sign = new CompactSign(new TextEncoder().encode(text));
    return sign.setProtectedHeader(header as CompactJWSHeaderParameters).sign(await privateKey);
  }

  it("the very statement that we sign, given our header in its order and our canonical payload", async () => {
    const theirs = await signed({ alg: "EdDSA", kid, typ });
    expect(theirs).toBe(await signJws(signer, typ, payload));
    expect(verifyJws(theirs, typ, [signer.publicKey])).toEqual({ ok: true, payload, kid });
  });

  it.each(statements)(
    "with the claims of our $name a statement that we read, and none of another type",
    async ({ typ, text }) => {
      const claims = openText(text).payload;
      const theirs = await signed({ alg: "EdDSA", kid, typ }, claims);
      expect(verifyJws(theirs, typ, [signer.publicKey])).toEqual({
        ok: true,
        kid,
        payload: JSON.parse(claims) as JsonObject,
      });
      expect(verifyJws(theirs, "other+jwt", [signer.publicKey])).toEqual({ ok: false, reason: "type" });
      expect(verifyJws(await signed({ alg: "EdDSA", kid, typ }, `${claims} `), typ, [signer.publicKey])).toEqual({
        ok: false,
        reason: "payload",
      });
    },
  );

  it("a founding that opens as ours does", async () => {
    const rootKey = await privateKeyOf(founding.root.x, new Uint8Array(32).fill(1));
    const text = openText(founding.jws).payload;
    const header = { alg: "EdDSA", kid: founding.root.kid, typ: "aura-founding+jwt" };
    const theirs = await new CompactSign(new TextEncoder().encode(text)).setProtectedHeader(header).sign(rootKey);
    expect(theirs).toBe(founding.jws);
    expect(openFounding(theirs, founding.root)).toMatchObject({ ok: true, signature: "verified" });
  });

  it.each<[string, Record<string, unknown> & { readonly alg: string }, string]>([
    ["its header in another order", { typ, alg: "EdDSA", kid }, "header"],
    ["a header without kid", { alg: "EdDSA", typ }, "header"],
    ["the key beside its kid", { alg: "EdDSA", jwk: { kty: "OKP", crv: "Ed25519", x }, kid, typ }, "header"],
    ["a place to get the key from", { alg: "EdDSA", jku: "https://example.com/jwks", kid, typ }, "header"],
    ["a content type", { alg: "EdDSA", cty: "json", kid, typ }, "header"],
    ["the newer name of the algorithm", { alg: "Ed25519", kid, typ }, "header"],
    ["another type", { alg: "EdDSA", kid, typ: "JWT" }, "type"],
    ["another key's kid", { alg: "EdDSA", kid: credential.issuer.kid, typ }, "unknown_key"],
  ])("and we refuse %s, though its signature is sound", async (_, header, reason) => {
    const theirs = await signed(header);
    expect(decodeProtectedHeader(theirs)).toEqual(header);
    await expect(
      compactVerify(theirs, await importJWK(signer.publicKey as unknown as JWK, header.alg)),
    ).resolves.toBeDefined();
    expect(verifyJws(theirs, typ, [signer.publicKey])).toEqual({ ok: false, reason });
  });

  it("claims in the order in which they were set, which is ours only by chance", async () => {
    const builder = (claims: JsonObject) => new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", kid, typ });
    const byChance = await builder({ a: 1 })
      .setExpirationTime(2)
      .setIssuedAt(1)
      .sign(await privateKey);
    expect(verifyJws(byChance, typ, [signer.publicKey])).toEqual({ ok: true, payload: { a: 1, exp: 2, iat: 1 }, kid });
    const otherwise = await builder({ a: 1 })
      .setIssuedAt(1)
      .setExpirationTime(2)
      .sign(await privateKey);
    expect(verifyJws(otherwise, typ, [signer.publicKey])).toEqual({ ok: false, reason: "payload" });
  });
});

function openedPayload(text: string): JsonObject {
  return JSON.parse(openText(text).payload) as JsonObject;
}

function missionVectors<Vectors>(name: string): Vectors {
  return JSON.parse(readFileSync(new URL(`../../mission/vectors/${name}`, import.meta.url), "utf8")) as Vectors;
}

async function privateKeyOf(x: string, seed: Uint8Array): Promise<CryptoKey> {
  const key = await importJWK({ kty: "OKP", crv: "Ed25519", x, d: encodeBase64url(seed) }, "EdDSA");
  if (key instanceof Uint8Array) throw new Error("jose gave a secret for a private key");
  return key;
}
