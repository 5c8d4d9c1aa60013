import { expect, it } from "vitest";
import {
  encodeBase64url,
  issueChallenge,
  POSSESSION_TYP,
  type ReplayMark,
  signJws,
  verifyEnrolment,
} from "../src/index.ts";
import { signingInputHash } from "../src/jws.ts";
import { credentialIssuer, instance, NOW_MS } from "./call-world.ts";

const AUDIENCE = "https://acme.example/aura/enrolment";
const issuer = "https://acme.example/aura/payments";
const name = { org: "acme.example", namespace: "payments", agent: "refunds", instance: "i-1" };
const nonce = encodeBase64url(new Uint8Array(32).fill(5));
const challenge = await issueChallenge(credentialIssuer, {
  issuer,
  audience: AUDIENCE,
  ...name,
  nonce,
  nowMs: NOW_MS,
  ttlMs: 60_000,
});

async function shown(aud: string) {
  const { kty, crv, x } = instance.publicKey;
  const claims = {
    aud,
    chl: signingInputHash(challenge),
    cnf: { jwk: { alg: "EdDSA", crv, kty, x } },
    iat: NOW_MS / 1_000,
  };
  const marks: ReplayMark[] = [];
  const take = (mark: ReplayMark) => {
    marks.push(mark);
    return "first" as const;
  };
  const desk = { issuers: [credentialIssuer.publicKey], issuer, audience: AUDIENCE, replay: { take }, nowMs: NOW_MS };
  const possession = await signJws(instance, POSSESSION_TYP, claims);
  return { marks, answer: await verifyEnrolment(desk, { challenge, possession }) };
}

it("refuses an answer to this very challenge that was signed for another service, and does not spend the challenge", async () => {
  const { answer, marks } = await shown("https://evil.example");
  expect(answer).toMatchObject({ ok: false, reason: "possession_other_challenge" });
  expect(marks).toEqual([]);
});

it("has a used challenge remembered as long as it lives, not less", async () => {
  const { answer, marks } = await shown(AUDIENCE);
  expect(answer.ok).toBe(true);
  expect(marks).toMatchObject([{ madeMs: NOW_MS, untilMs: NOW_MS + 60_000 }]);
});
