import { expect, it } from "vitest";
import {
  answerChallenge,
  CHALLENGE_TTL_MS_MAX,
  CHALLENGE_TYP,
  type ChallengeClaims,
  encodeBase64url,
  ENROLMENT_REFUSAL_REASONS,
  type EnrolmentDesk,
  hashText,
  issueChallenge,
  issueEnrolledCredential,
  type JsonObject,
  memoryReplayMarks,
  mintExecutionToken,
  POSSESSION_TYP,
  proveCall,
  signJws,
  type Signer,
  signerFromSeed,
  type VerifiedEnrolment,
  verifyCall,
  verifyEnrolment,
} from "@aura/trust";
import { aCall, anAnchor, aToken, credentialIssuer, instance, NOW_MS, stranger, tokenIssuer } from "./call-world.ts";
import { changeAt, openText } from "./signed-text.ts";
import { fromHex, readVectors } from "./vector-file.ts";

const SOFTWARE = hashText("refunds 1.4.2");
const AUDIENCE = "https://acme.example/aura/enrolment";
const clock = { nowMs: () => NOW_MS };

const aChallenge = (overrides: Partial<ChallengeClaims> = {}): ChallengeClaims => ({
  issuer: "https://acme.example/aura/payments",
  audience: AUDIENCE,
  org: "acme.example",
  namespace: "payments",
  agent: "refunds",
  instance: "i-1",
  owner: "position-7",
  authority: "L2",
  software: SOFTWARE,
  nonce: encodeBase64url(new Uint8Array(32).fill(5)),
  nowMs: NOW_MS,
  ttlMs: 60_000,
  ...overrides,
});

const aDesk = (overrides: Partial<EnrolmentDesk> = {}): EnrolmentDesk => ({
  issuers: [credentialIssuer.publicKey],
  issuer: "https://acme.example/aura/payments",
  audience: AUDIENCE,
  replay: memoryReplayMarks({ clock }),
  nowMs: NOW_MS,
  ...overrides,
});

const asked = (challenge: string) => ({
  challenge,
  issuers: [credentialIssuer.publicKey],
  audience: AUDIENCE,
  org: "acme.example",
  namespace: "payments",
  agent: "refunds",
  nowMs: NOW_MS,
});

async function answered(overrides: Partial<ChallengeClaims> = {}, holder: Signer = instance) {
  const challenge = await issueChallenge(credentialIssuer, aChallenge(overrides));
  return { challenge, possession: await answerChallenge(holder, asked(challenge)) };
}

const terms = { epochs: { org: 1, namespace: 1, agent: 1 }, nowMs: NOW_MS, ttlMs: 3_600_000, jti: "credential-1" };

async function enrolled(): Promise<VerifiedEnrolment> {
  const enrolment = await verifyEnrolment(aDesk(), await answered());
  if (!enrolment.ok) throw new Error(enrolment.reason);
  return enrolment;
}

it("enrols who proves its key, and the credential says what the challenge said", async () => {
  const credential = await issueEnrolledCredential(credentialIssuer, await enrolled(), terms);
  expect(JSON.parse(openText(credential).payload)).toEqual({
    iss: "https://acme.example/aura/payments",
    sub: "spiffe://acme.example/ns/payments/agent/refunds/i/i-1",
    iat: NOW_MS / 1_000,
    exp: NOW_MS / 1_000 + 3_600,
    jti: "credential-1",
    cnf: { jwk: { alg: "EdDSA", crv: "Ed25519", kty: "OKP", x: instance.publicKey.x } },
    aura: { authority: "L2", owner: "position-7", software: SOFTWARE, epochs: terms.epochs },
  });
});

it("lets the enrolled instance call, and says which software it was enrolled with", async () => {
  const credential = await issueEnrolledCredential(credentialIssuer, await enrolled(), terms);
  const token = await mintExecutionToken(tokenIssuer, aToken());
  const { call, tool, commitment } = aCall();
  const made = { call, tool, commitment, audience: anAnchor().audience, token, nowMs: NOW_MS, jti: "proof-1" };
  const shown = { credential, token, proof: await proveCall(instance, made) };
  expect(verifyCall(anAnchor(), shown, aCall())).toMatchObject({ ok: true, instance: "i-1", software: SOFTWARE });
});

it("takes one answer to a challenge, of sixteen at once and of every later one", async () => {
  const desk = aDesk();
  const shown = await answered();
  const answers = await Promise.all(Array.from({ length: 16 }, () => verifyEnrolment(desk, shown)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await verifyEnrolment(desk, shown)).toMatchObject({ ok: false, reason: "challenge_used" });
  // Another key's answer to the same challenge comes too late as well.
  const late = { ...shown, possession: await answerChallenge(stranger, asked(shown.challenge)) };
  expect(await verifyEnrolment(desk, late)).toMatchObject({ ok: false, reason: "challenge_used" });
});

it("does not let an answer out of order use the challenge up", async () => {
  const desk = aDesk();
  const shown = await answered();
  const forged = { ...shown, possession: changeAt(shown.possession, -4) };
  expect(await verifyEnrolment(desk, forged)).toMatchObject({ reason: "possession_tampered" });
  expect(await verifyEnrolment(desk, shown)).toMatchObject({ ok: true });
});

const taken = (answer: unknown) => ({ replay: { take: () => answer as never } });
const possessionOf = async (payload: (text: string) => JsonObject, by: Signer = instance) => {
  const { challenge } = await answered();
  return { challenge, possession: await signJws(by, POSSESSION_TYP, payload(challenge)) };
};
const cnf = (of: Signer) => ({ jwk: { alg: "EdDSA", crv: "Ed25519", kty: "OKP", x: of.publicKey.x } });
const chl = hashText("another");
const iat = NOW_MS / 1_000;

const attacks: [
  name: string,
  desk: Partial<EnrolmentDesk>,
  shown: () => ReturnType<typeof answered>,
  reason: string,
][] = [
  ["no challenge", {}, async () => ({ ...(await answered()), challenge: "" }), "challenge_malformed"],
  [
    "a challenge that is no text",
    {},
    async () => ({ ...(await answered()), challenge: 7 as never }),
    "challenge_malformed",
  ],
  [
    "the answer in the challenge's place",
    {},
    async () => ({ ...(await answered()), challenge: (await answered()).possession }),
    "challenge_malformed",
  ],
  ["a challenge of another issuer", { issuers: [stranger.publicKey] }, answered, "challenge_foreign"],
  ["a challenge in another issuer's name", { issuer: "https://evil.example" }, answered, "challenge_foreign"],
  ["a challenge for another service", { audience: "https://acme.example/other" }, answered, "challenge_foreign"],
  [
    "a challenge that was changed",
    {},
    async () => ({ ...(await answered()), challenge: changeAt((await answered()).challenge, -4) }),
    "challenge_tampered",
  ],
  ["a challenge from the future", { nowMs: NOW_MS - 6_000 }, answered, "challenge_not_yet_valid"],
  ["a challenge at the millisecond of its end", { nowMs: NOW_MS + 60_000 }, answered, "challenge_expired"],
  ["a challenge from before the marks began", taken("unknown"), answered, "challenge_unknown"],
  ["more challenges than the marks hold", taken("full"), answered, "challenges_full"],
  ["marks that answer nonsense", taken("yes"), answered, "challenges_unavailable"],
  [
    "marks that fail",
    { replay: { take: () => Promise.reject(new Error("down")) } },
    answered,
    "challenges_unavailable",
  ],
  ["no answer", {}, async () => ({ ...(await answered()), possession: "" }), "possession_malformed"],
  [
    "an answer signed by another key than it names",
    {},
    () => possessionOf(() => ({ aud: AUDIENCE, chl, cnf: cnf(instance), iat }), stranger),
    "possession_wrong_key",
  ],
  [
    "an answer that was changed",
    {},
    async () => ({ ...(await answered()), possession: changeAt((await answered()).possession, -4) }),
    "possession_tampered",
  ],
  [
    "an answer to another challenge",
    {},
    async () => ({
      ...(await answered()),
      possession: (await answered({ nonce: encodeBase64url(new Uint8Array(32).fill(6)) })).possession,
    }),
    "possession_other_challenge",
  ],
  [
    "an answer for another service",
    {},
    () => possessionOf(() => ({ aud: "https://evil.example", chl, cnf: cnf(instance), iat })),
    "possession_other_challenge",
  ],
];

it.each(attacks)("refuses %s", async (_, desk, shown, reason) => {
  expect(await verifyEnrolment(aDesk(desk), await shown())).toMatchObject({ ok: false, reason });
});

it("refuses the issuer's own key as an agent's", async () => {
  const { challenge } = await answered();
  await expect(answerChallenge(credentialIssuer, asked(challenge))).rejects.toMatchObject({
    code: "trust/challenge_refused",
  });
  const naive = { ...asked(challenge) };
  const other = signerFromSeed(new Uint8Array(32).fill(9));
  const theirs = await issueChallenge(credentialIssuer, aChallenge());
  const possession = await answerChallenge(other, { ...naive, challenge: theirs });
  const desk = aDesk({ issuers: [credentialIssuer.publicKey, other.publicKey] });
  expect(await verifyEnrolment(desk, { challenge: theirs, possession })).toMatchObject({
    reason: "possession_issuer_key",
  });
});

it("provokes every reason here", () => {
  const provoked = new Set([...attacks.map(([, , , reason]) => reason), "challenge_used", "possession_issuer_key"]);
  expect([...provoked].toSorted()).toEqual([...ENROLMENT_REFUSAL_REASONS].toSorted());
});

it("gives one credential for an enrolment, within the challenge's life, and none for a look-alike", async () => {
  const enrolment = await enrolled();
  const spent = { code: "trust/enrolment_spent" };
  await expect(issueEnrolledCredential(credentialIssuer, { ...enrolment }, terms)).rejects.toMatchObject(spent);
  const late = { ...terms, nowMs: NOW_MS + 60_000 };
  await expect(issueEnrolledCredential(credentialIssuer, enrolment, late)).rejects.toMatchObject(spent);
  await issueEnrolledCredential(credentialIssuer, enrolment, terms);
  await expect(issueEnrolledCredential(credentialIssuer, enrolment, terms)).rejects.toMatchObject(spent);
});

it.each([
  ["another issuer's", { issuers: [stranger.publicKey] }],
  ["another service's", { audience: "https://evil.example" }],
  ["another agent's", { agent: "payouts" }],
  ["another namespace's", { namespace: "bank" }],
  ["another organisation's", { org: "evil.example" }],
  ["an expired", { nowMs: NOW_MS + 60_000 }],
])("does not let a holder answer %s challenge", async (_, overrides) => {
  const challenge = await issueChallenge(credentialIssuer, aChallenge());
  await expect(answerChallenge(instance, { ...asked(challenge), ...overrides })).rejects.toMatchObject({
    code: "trust/challenge_refused",
  });
});

it.each<[string, Partial<ChallengeClaims>]>([
  ["a life past the limit", { ttlMs: CHALLENGE_TTL_MS_MAX + 1_000 }],
  ["a nonce of 31 bytes", { nonce: encodeBase64url(new Uint8Array(31)) }],
  ["a nonce that is no base64url", { nonce: "+".repeat(43) }],
  ["a software digest that is none", { software: "latest" as never }],
  ["an agent name of two parts", { agent: "a/b" }],
])("issues no challenge with %s", async (_, overrides) => {
  await expect(issueChallenge(credentialIssuer, aChallenge(overrides))).rejects.toMatchObject({
    code: "trust/claims_refused",
  });
});

it("issues a challenge as long as the limit, of its own type", async () => {
  const text = await issueChallenge(credentialIssuer, aChallenge({ ttlMs: CHALLENGE_TTL_MS_MAX }));
  expect(JSON.parse(openText(text).header)).toMatchObject({ typ: CHALLENGE_TYP });
});

interface Shown {
  readonly header: string;
  readonly payload: string;
  readonly text: string;
}
const vector = readVectors<{
  seed: string;
  claims: ChallengeClaims;
  challenge: Shown;
  holderSeed: string;
  answeredMs: number;
  possession: Shown;
}>("enrolment-challenge.json");

it("writes the challenge and the answer of the published vector, byte for byte, and takes them", async () => {
  const { claims, challenge, possession, answeredMs: nowMs } = vector;
  const [issuer, holder] = [signerFromSeed(fromHex(vector.seed)), signerFromSeed(fromHex(vector.holderSeed))];
  expect(await issueChallenge(issuer, claims)).toBe(challenge.text);
  const { audience, org, namespace, agent } = claims;
  const answer = { challenge: challenge.text, issuers: [issuer.publicKey], audience, org, namespace, agent, nowMs };
  expect(await answerChallenge(holder, answer)).toBe(possession.text);
  for (const { text, header, payload } of [challenge, possession]) expect(openText(text)).toEqual({ header, payload });
  const desk = aDesk({ issuers: [issuer.publicKey], audience, nowMs });
  const shown = { challenge: challenge.text, possession: possession.text };
  expect(await verifyEnrolment(desk, shown)).toMatchObject({ ok: true, key: holder.publicKey });
});
