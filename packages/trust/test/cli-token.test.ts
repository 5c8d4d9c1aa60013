import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  answerChallenge,
  canonicalJson,
  commit,
  delegateToken,
  encodeBase64url,
  generateKey,
  hashText,
  issueChallenge,
  issueCredential,
  type JsonObject,
  mintExecutionToken,
  newNonce,
  proveCall,
  type Signer,
  signJws,
  signKeySet,
  systemRandom,
} from "../src/index.ts";
import { aCredential, aToken, credentialIssuer, instance, NONCE, NOW_MS, stranger, tokenIssuer } from "./call-world.ts";
import { runCli } from "./cli-run.ts";
import { foundingStatement, receiptOf, sampleLog, sampleSigner } from "./sample-log.ts";
import { signFounding } from "../src/index.ts";

const AT = new Date(NOW_MS).toISOString();
const ORIGIN = "acme.example/aura/payments";
const AUDIENCE = "https://acme.example/runtime";
const DAY_MS = 86_400_000;
const root = await generateKey();
const jwk = ({ publicKey }: Signer): string => JSON.stringify(publicKey);

let folder: string;
let credential: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-token-"));
  credential = await issueCredential(credentialIssuer, aCredential());
  token = await mintExecutionToken(tokenIssuer, aToken({ maxDepth: 2 }));
  await file("credential", `${credential}\n`);
  await file("token", token);
  await file("set", await keySet());
  const { kty, crv, x, kid } = credentialIssuer.publicKey;
  const rsa = { kty: "RSA", n: "AQAB", e: "AQAB" };
  await file(
    "jwks",
    JSON.stringify({ keys: [rsa, { kty, crv, x, kid, alg: "EdDSA", use: "sig" }, tokenIssuer.publicKey] }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const timed = (use: "credential" | "token", { publicKey }: Signer) => ({
  use,
  ...publicKey,
  notBeforeMs: NOW_MS - DAY_MS,
  expiresMs: NOW_MS + DAY_MS,
});

function keySet(signer = root, fromMs = NOW_MS - DAY_MS, previous?: Parameters<typeof signKeySet>[2]) {
  const keys = [timed("credential", credentialIssuer), timed("token", tokenIssuer)];
  return signKeySet(signer, { origin: ORIGIN, notBeforeMs: fromMs, expiresMs: NOW_MS + DAY_MS, keys }, previous);
}

/** `@name` is a file of the test; the time is that of the world, unless it is given. */
async function verify(...words: readonly string[]) {
  const at = words.includes("--at") ? [] : ["--at", AT];
  const args = words.map((word) => (word.startsWith("@") ? join(folder, word.slice(1)) : word));
  return runCli(["verify", ...args, ...at]);
}

async function answer(...words: readonly string[]): Promise<{ readonly code: number | null } & JsonObject> {
  const { code, out, err } = await verify(...words, "--json");
  if (err !== "") throw new Error(err);
  return { code, ...(JSON.parse(out) as JsonObject) };
}

describe("aura-trust verify, of a credential,", () => {
  it("says whose it is and what nobody asked", async () => {
    const { code, out } = await verify("@credential", "--jwks", "@jwks");
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toBe(
      "OK (without key purpose, revocation, status, origin, possession): this is the credential of spiffe://acme.example/ns/payments/agent/refunds/i/i-1.",
    );
    expect(out).toContain(`signed by key  ${credentialIssuer.publicKey.kid}`);
    expect(out).toContain("2027-01-15T08:00:00.000Z");
  });

  it("leaves out of that what was given: a key set of the root, epochs and statuses", async () => {
    const statuses = await file(
      "statuses",
      JSON.stringify({ refunds: { state: "active", expiresMs: null, epoch: 1 } }),
    );
    const given = [
      "--jwks",
      "@set",
      "--root",
      jwk(root),
      "--statuses",
      statuses,
      "--epoch",
      "org=1",
      "--epoch",
      "namespace=1",
    ];
    expect(await answer("@credential", ...given)).toMatchObject({
      code: 0,
      kind: "token",
      type: "credential",
      ok: true,
      signedBy: credentialIssuer.publicKey.kid,
      claims: { agent: "refunds", authority: "L2" },
      notChecked: ["possession"],
    });
  });

  it.each([
    ["credential_foreign", ["--key", jwk(stranger)]],
    ["credential_foreign", ["--key", jwk(credentialIssuer), "--origin", "acme.example/aura/sales"]],
    ["credential_expired", ["--key", jwk(credentialIssuer), "--at", new Date(NOW_MS + 3_600_000).toISOString()]],
    ["credential_not_yet_valid", ["--key", jwk(credentialIssuer), "--at", new Date(NOW_MS - 10_000).toISOString()]],
    ["credential_revoked", ["--key", jwk(credentialIssuer), "--epoch", "agent=2"]],
    ["evidence_stale", ["--key", jwk(credentialIssuer), "--epoch", "agent=0"]],
  ])("is refused as %s", async (reason, given) => {
    expect(await answer("@credential", ...given)).toMatchObject({ code: 1, ok: false, reason });
  });

  it.each([
    ["credential_suspended", { state: "suspended", expiresMs: null, epoch: 1 }],
    ["credential_revoked", { state: "revoked", expiresMs: null, epoch: 1 }],
    ["credential_expired", { state: "active", expiresMs: NOW_MS, epoch: 1 }],
    ["evidence_stale", { state: "unregistered", expiresMs: null, epoch: 1 }],
  ])("is refused as %s by how its agent stands", async (reason, status) => {
    const statuses = await file("statuses", JSON.stringify({ refunds: status }));
    expect(await answer("@credential", "--jwks", "@jwks", "--statuses", statuses)).toMatchObject({ code: 1, reason });
  });

  it("is refused when one character is another, wherever it stands", async () => {
    const [, payload = "", signature = ""] = credential.split(".");
    const other = (text: string, at: number) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    const payloadAt = credential.indexOf(payload) + 40;
    for (const [changed, reason] of [
      [other(credential, payloadAt), "credential_tampered"],
      [other(credential, credential.indexOf(signature) + 5), "credential_tampered"],
      [`${credential}\n\n`, "credential_malformed"],
      [`${credential}=`, "credential_malformed"],
      [`${credential}.`, "credential_malformed"],
      [`${credential}\n${credential}`, "credential_malformed"],
    ] as const) {
      const path = await file("changed", changed);
      expect(await answer(path, "--jwks", "@jwks")).toMatchObject({ code: 1, reason });
    }
  });
});

describe("aura-trust verify, of an execution token,", () => {
  const all = ["--jwks", "@jwks", "--audience", AUDIENCE, "--origin", ORIGIN];
  const epochs = ["org", "namespace", "agent", "mission"].flatMap((scope) => ["--epoch", `${scope}=1`]);

  it("verifies it with the credential that it was shown with", async () => {
    expect(await answer("@token", ...all, ...epochs, "--credential", "@credential")).toMatchObject({
      code: 0,
      type: "execution_token",
      claims: { mission: "m1", tokens: ["token-1"] },
      notChecked: ["key_purpose", "status", "possession"],
    });
  });

  it("verifies a chain, link by link, from a root of the issuer to the last holder", async () => {
    const helper = await generateKey();
    const chain = await delegateToken(instance, {
      parent: token, key: helper.publicKey, tools: { refund: { amount: { decimal: { max: "5.00" } }, order: { range: { min: 1, max: 9 } } } }, nowMs: NOW_MS, ttlMs: 60_000, jti: "token-2",
    }); // prettier-ignore
    const path = await file("chain", `${chain}\n`);
    expect(await answer(path, ...all)).toMatchObject({ code: 0, claims: { tokens: ["token-1", "token-2"], depth: 1 } });
    const cut = await file("cut", chain.slice(chain.indexOf("~") + 1));
    expect(await answer(cut, ...all)).toMatchObject({ code: 1, reason: "token_foreign" });
    const swapped = await file("swapped", chain.split("~").toReversed().join("~"));
    expect(await answer(swapped, ...all)).toMatchObject({ code: 1, reason: "token_foreign" });
    const again = await file("again", `${chain}~${chain.split("~")[1]}`);
    expect(await answer(again, ...all)).toMatchObject({ code: 1, reason: "delegation_wrong_key" });
    expect(await answer(await file("deep", Array.from({ length: 12 }, () => token).join("~")), ...all)).toMatchObject({
      reason: "delegation_too_deep",
    });
  });

  it.each([
    ["audience", ["--audience", "https://other.example"]],
    ["token_expired", ["--at", new Date(NOW_MS + 300_000).toISOString()]],
    ["token_revoked", ["--epoch", "mission=2"]],
    ["token_foreign", ["--origin", "acme.example/aura/pay"]],
  ])("is refused as %s", async (reason, given) => {
    expect(await answer("@token", "--jwks", "@jwks", ...given)).toMatchObject({ code: 1, reason });
  });

  it("is refused with another credential than its own, and above that one's ceiling", async () => {
    const other = await file("other", await issueCredential(credentialIssuer, aCredential({ jti: "credential-2" })));
    expect(await answer("@token", ...all, "--credential", other)).toMatchObject({ reason: "token_other_credential" });
    const low = await file("low", await issueCredential(credentialIssuer, aCredential({ authority: "L1" })));
    expect(await answer("@token", ...all, "--credential", low)).toMatchObject({ reason: "authority" });
    const forged = await file("forged", await issueCredential(stranger, aCredential()));
    expect(await answer("@token", ...all, "--credential", forged)).toMatchObject({ reason: "credential_foreign" });
  });

  it("is not verified by the key set's credential key: purposes are kept apart", async () => {
    const crossed = await file("crossed", await mintExecutionToken(credentialIssuer, aToken()));
    expect(await answer(crossed, "--jwks", "@set", "--root", jwk(root))).toMatchObject({ reason: "token_foreign" });
    expect(await answer("@token", "--jwks", "@set", "--root", jwk(root))).toMatchObject({ ok: true });
  });

  it("is refused, not read to its end, when it is longer than any chain", async () => {
    const long = await file("long", token + "~A".repeat(140_000));
    expect(await answer(long, ...all)).toMatchObject({ code: 1, reason: "token_malformed" });
  });
});

describe("aura-trust verify, of what else is signed,", () => {
  const callTerms = { call: "mission/m1/call/1.1", tool: "refund", audience: AUDIENCE, nowMs: NOW_MS, jti: "p1" };
  const commitment = commit(NONCE, canonicalJson({ amount: "42.00", order: 7 }));

  it("verifies a call proof under the holder's key, or under the token that it was shown with", async () => {
    const path = await file("proof", await proveCall(instance, { ...callTerms, commitment, token }));
    expect(await answer(path, "--key", jwk(instance))).toMatchObject({
      code: 0, type: "call_proof", notChecked: ["audience", "token", "arguments", "replay"],
    }); // prettier-ignore
    const given = ["--jwks", "@jwks", "--token", "@token", "--audience", AUDIENCE];
    expect(await answer(path, ...given)).toMatchObject({ ok: true, signedBy: instance.publicKey.kid });
    const other = await file("other-token", await mintExecutionToken(tokenIssuer, aToken({ jti: "token-9" })));
    expect(await answer(path, "--jwks", "@jwks", "--token", other)).toMatchObject({ reason: "proof_other_token" });
    expect(await answer(path, "--key", jwk(stranger))).toMatchObject({ reason: "proof_wrong_key" });
    expect(await answer(path, ...given.slice(0, 4), "--audience", "x")).toMatchObject({ reason: "audience" });
    const late = new Date(NOW_MS + 31_000).toISOString();
    expect(await answer(path, "--key", jwk(instance), "--at", late)).toMatchObject({ reason: "proof_expired" });
    const early = new Date(NOW_MS - 10_000).toISOString();
    expect(await answer(path, "--key", jwk(instance), "--at", early)).toMatchObject({ reason: "proof_not_yet_valid" });
  });

  it("verifies an enrolment challenge and the answer to it", async () => {
    const desk = "https://acme.example/enrolment";
    const { org, namespace, agent, instance: name, issuer } = aCredential();
    const challenge = await issueChallenge(credentialIssuer, {
      issuer, org, namespace, agent, instance: name, audience: desk, nonce: newNonce(systemRandom), nowMs: NOW_MS, ttlMs: 60_000,
    }); // prettier-ignore
    const asked = await file("challenge", challenge);
    expect(await answer(asked, "--jwks", "@jwks", "--audience", desk)).toMatchObject({ code: 0, type: "challenge" });
    expect(await answer(asked, "--key", jwk(stranger))).toMatchObject({ code: 1, reason: "challenge_foreign" });
    expect(await answer(asked, "--jwks", "@jwks", "--audience", "x")).toMatchObject({ reason: "challenge_foreign" });
    const late = new Date(NOW_MS + 60_000).toISOString();
    expect(await answer(asked, "--jwks", "@jwks", "--at", late)).toMatchObject({ reason: "challenge_expired" });
    const issuers = [credentialIssuer.publicKey];
    const possession = await answerChallenge(instance, {
      challenge,
      issuers,
      audience: desk,
      org,
      namespace,
      agent,
      nowMs: NOW_MS,
    });
    const answered = await file("possession", possession);
    expect(await answer(answered, "--key", jwk(instance))).toMatchObject({ code: 0, type: "possession" });
    expect(await answer(answered, "--key", jwk(stranger))).toMatchObject({ code: 1, reason: "possession_wrong_key" });
    expect(await answer(answered, "--key", jwk(instance), "--audience", "x")).toMatchObject({
      reason: "possession_other_challenge",
    });
  });

  it("verifies a key set under the root alone, and as the successor of an older one", async () => {
    const rooted = ["--root", jwk(root), "--origin", ORIGIN];
    const first = await answer("@set", ...rooted);
    expect(first).toMatchObject({ code: 0, type: "key_set", claims: { version: 1 }, notChecked: ["older_key_set"] });
    const known = first["claims"] as unknown as NonNullable<Parameters<typeof signKeySet>[2]>;
    const second = await file("second", await keySet(root, NOW_MS - 1_000, known));
    expect(await answer(second, ...rooted, "--since", "@set")).toMatchObject({ code: 0, notChecked: [] });
    const fork = await file("fork", await keySet(root, NOW_MS - 2_000));
    const shared = await signJws(root, "aura-keyset+jwt", {
      format: "aura-keyset-1", origin: ORIGIN, version: 1, previous: null, notBeforeMs: NOW_MS - 1, expiresMs: NOW_MS + 1,
      keys: ["token", "log"].map((use) => ({ use, ...tokenIssuer.publicKey, notBeforeMs: 0, expiresMs: NOW_MS + 1 })),
    }); // prettier-ignore
    const refused = async (...words: readonly string[]) => (await answer(...words))["reason"];
    expect(await refused("@set", ...rooted, "--since", second)).toBe("key_set_rolled_back");
    expect(await refused(fork, ...rooted, "--since", "@set")).toBe("key_set_forked");
    expect(await refused("@set", "--root", jwk(stranger))).toBe("key_set_wrong_key");
    expect(await refused("@set", "--root", jwk(root), "--origin", "acme.example/aura/x")).toBe("key_set_other_origin");
    expect(await refused("@set", ...rooted, "--at", "2020-01-01T00:00Z")).toBe("key_set_not_yet_valid");
    expect(await refused("@set", ...rooted, "--at", "2040-01-01T00:00:00+02:00")).toBe("key_set_expired");
    expect(await refused(await file("shared", shared), ...rooted)).toBe("key_set_purpose_shared");
    const malformed = await signJws(root, "aura-keyset+jwt", { format: "aura-keyset-1" });
    expect(await refused(await file("malformed", malformed), ...rooted)).toBe("key_set_malformed");
    const forged = `${(await keySet()).slice(0, -10)}${encodeBase64url(new Uint8Array(6))}AA`;
    expect(await refused(await file("forged-set", forged), ...rooted)).toBe("key_set_forged");
    const newer = await signJws(root, "aura-keyset+jwt", { format: "aura-keyset-2" });
    expect(await answer(await file("newer", newer), ...rooted)).toMatchObject({ code: 3, reason: "unknown_format" });
  });

  it("verifies the founding of a log, and a mission's outcome", async () => {
    const jws = await signFounding(sampleSigner("root"), foundingStatement());
    const path = await file("founding", jws);
    const given = ["--root", jwk(sampleSigner("root"))];
    expect(await answer(path, ...given)).toMatchObject({ code: 0, type: "founding", notChecked: ["origin", "record"] });
    expect(await answer(path, ...given, "--origin", ORIGIN)).toMatchObject({ reason: "statement_malformed" });
    expect(await answer(path, "--root", jwk(root))).toMatchObject({ code: 1, reason: "statement_wrong_key" });
    const tampered = await file("tampered", `${jws.slice(0, -12)}${encodeBase64url(new Uint8Array(9))}`);
    expect(await answer(tampered, ...given)).toMatchObject({ code: 1, reason: "statement_tampered" });
    const receipt = await receiptOf(await sampleLog());
    const outcome = await file("outcome", receipt.entries.at(-1)!.entry.data["outcome"] as string);
    const by = ["--key", jwk(sampleSigner("outcome"))];
    expect(await answer(outcome, ...by)).toMatchObject({ code: 0, type: "outcome", claims: { kind: "SUCCEEDED" } });
    expect(await answer(outcome, "--key", jwk(root))).toMatchObject({ code: 1, reason: "statement_wrong_key" });
    const empty = await signJws(sampleSigner("outcome"), "aura-outcome+jwt", { format: "aura-outcome-1" });
    expect(await answer(await file("empty", empty), ...by)).toMatchObject({ reason: "statement_malformed" });
  });

  it("verifies what persons sign: a vote, and an enrolment", async () => {
    const digest = hashText("x");
    const vote = {
      format: "aura-vote-1", namespace: "payments", mission: "m1", call: null, tool: null, arguments: null, boundary: digest,
      level: "L2", shown: digest, release: digest, choice: "APPROVE", expiresMs: NOW_MS,
    }; // prettier-ignore
    const path = await file("vote", await signJws(stranger, "aura-vote+jwt", vote));
    expect(await answer(path, "--key", jwk(stranger))).toMatchObject({ code: 0, type: "vote", notChecked: ["record"] });
    const more = await file("more", await signJws(stranger, "aura-vote+jwt", { ...vote, more: 1 }));
    expect(await answer(more, "--key", jwk(stranger))).toMatchObject({ code: 1, reason: "statement_malformed" });
    const enrolment = {
      format: "aura-enrolment-1",
      namespace: "payments",
      person: "p-1",
      key: { ...stranger.publicKey },
      expiresMs: 1,
    };
    const enrolled = await file("enrolment", await signJws(stranger, "aura-enrolment+jwt", enrolment));
    expect(await answer(enrolled, "--key", jwk(stranger))).toMatchObject({ code: 0, type: "enrolment" });
  });

  it.each([
    ["a type that is not known", () => signJws(stranger, "aura-token+jwt", { iss: "x" })],
    ["a type of the future", () => signJws(stranger, "wit+jwt+2", {})],
    ["no type", async () => `${encodeBase64url(Buffer.from('{"alg":"EdDSA"}'))}.e30.AA`],
    ["a type that is no text", async () => `${encodeBase64url(Buffer.from('{"typ":7}'))}.e30.AA`],
    ["a type of a prototype", () => signJws(stranger, "__proto__", {})],
  ])("answers %s with unknown_format, never ok", async (_, make) => {
    const path = await file("unknown", await make());
    expect(await answer(path, "--key", jwk(stranger))).toMatchObject({ code: 3, ok: false, reason: "unknown_format" });
  });

  it("shows what a token says without letting it move the cursor", async () => {
    const path = await file("hostile", await signJws(stranger, "evil\u001b[2J\u202e", { a: "\u001b[2J" }));
    const both = (await verify(path, "--key", jwk(stranger))).out + (await runCli(["inspect", path])).out;
    expect(both).toContain("evil\\u001b");
    expect(both).not.toMatch(/[\u001b\u202e]/);
  });
});

describe("aura-trust verify, of a token, used wrongly,", () => {
  it.each([
    [["@credential"], "--jwks or --key is missing"],
    [["@set"], "--root is missing"],
    [["@credential", "--jwks", "@set"], "--root is missing"],
    [["@credential", "--jwks", "@set", "--root", jwk(stranger)], "is refused (wrong_key)"],
    [["@credential", "--jwks", "@token"], "--root is missing"],
    [["@credential", "--jwks", "@credential", "--root", jwk(root)], "is refused (malformed)"],
    [["@credential", "--jwks", "@jwks", "--since", "@set"], "--since is an older"],
    [["@credential", "--jwks", "@jwks", "--witness", "w"], "--witness has no meaning here; this file is a token"],
    [["@credential", "--jwks", "@jwks", "--at", "1800000000"], "--at: 1800000000 is no time"],
    [["@credential", "--jwks", "@jwks", "--at", "2026-02-30T99:00:00Z"], "is no time"],
    [["@credential", "--jwks", "@jwks", "--epoch", "agents=1"], "--epoch is not SCOPE=NUMBER"],
    [["@credential", "--jwks", "@jwks", "--epoch", "agent=01"], "--epoch is not SCOPE=NUMBER"],
    [["@credential", "--jwks", "@jwks", "--epoch", "agent=1", "--epoch", "agent=2"], "--epoch agent is given twice"],
    [["@credential", "--jwks", "@jwks", "--origin", "payments"], "--origin is not <domain>/aura/<namespace>"],
    [["@credential", "--jwks", "@jwks", "--statuses", "@jwks"], "does not say how agents stand"],
    [["@credential", "--key", "@token"], "holds no public key"],
  ])("%j exits 2", async (words, problem) => {
    const { code, err, out } = await verify(...words);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(problem)]);
  });

  it.each([
    ["no JSON", "{keys"],
    ["no keys", '{"keys":7}'],
    ["keys of another kind only", '{"keys":[{"kty":"RSA"}]}'],
    ["a private key", JSON.stringify({ keys: [{ ...stranger.publicKey, d: "x" }] })],
    ["a key that is refused", JSON.stringify({ keys: [{ ...stranger.publicKey, x: "A".repeat(43) }] })],
  ])("--jwks with %s exits 2", async (_, text) => {
    const path = await file("bad-jwks", text);
    const { code, err } = await verify("@credential", "--jwks", path);
    expect([code, err]).toEqual([2, expect.stringContaining("no key can be taken from")]);
  });
});
