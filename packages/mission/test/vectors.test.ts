import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PublicKey } from "@aura/trust";
import { canonicalJson, signerFromSeed, verifyJws } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { Boundary, Enrolment, Outcome, StreamHead, Vote } from "../src/index.ts";
import {
  ENROLMENT_TYP,
  OUTCOME_TYP,
  VOTE_TYP,
  boundaryDigest,
  headsRoot,
  signEnrolment,
  signVote,
  voteDigest,
} from "../src/index.ts";
import { signOutcome } from "../src/outcome.ts";

function vectorsOf<File>(name: string): File {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8")) as File;
}

/** Not our own hash: the platform's. */
const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("base64url");

describe("boundary.json", () => {
  const { vectors } = vectorsOf<{ vectors: { name: string; boundary: Boundary; canonical: string; digest: string }[] }>(
    "boundary",
  );
  it.each(vectors)("$name", ({ boundary, canonical, digest }) => {
    expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
    expect(JSON.parse(canonical)).toEqual(boundary);
    expect(boundaryDigest(boundary)).toBe(digest);
    expect(sha256(canonical)).toBe(digest);
  });
});

describe("vote.json", () => {
  const { vectors } = vectorsOf<{ vectors: { name: string; vote: Vote; canonical: string; digest: string }[] }>("vote");
  it.each(vectors)("$name", ({ vote, canonical, digest }) => {
    expect(JSON.parse(canonical)).toEqual(vote);
    expect(voteDigest(vote)).toBe(digest);
    expect(sha256(canonical)).toBe(digest);
  });

  it("gives another digest when any member is another one", () => {
    const [vector] = vectors;
    if (vector === undefined) throw new Error("there is a vector");
    const others = Object.keys(vector.vote).map((member) => voteDigest({ ...vector.vote, [member]: "x" }));
    expect(new Set([vector.digest, ...others]).size).toBe(1 + others.length);
  });
});

/** The payload of a compact JWS, byte for byte. */
const payloadOf = (jws: string) => Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8");

describe("vote-jws.json", () => {
  const { seed, publicKey, vectors } = vectorsOf<{
    seed: string;
    publicKey: PublicKey;
    vectors: { name: string; vote: Vote; digest: string; jws: string }[];
  }>("vote-jws");
  const signer = signerFromSeed(Buffer.from(seed, "hex"));

  it.each(vectors)("$name", async ({ vote, digest, jws }) => {
    expect(sha256(payloadOf(jws))).toBe(digest);
    expect(voteDigest(vote)).toBe(digest);
    expect(await signVote(signer, vote)).toBe(jws);
    expect(verifyJws(jws, VOTE_TYP, [publicKey])).toMatchObject({ ok: true, payload: vote });
  });
});

describe("enrolment.json", () => {
  const { seed, approverSeed, approver, vectors } = vectorsOf<{
    seed: string;
    approverSeed: string;
    approver: PublicKey;
    vectors: { name: string; enrolment: Enrolment; canonical: string; possession: string; confirmation: string }[];
  }>("enrolment");
  const [key, confirmer] = [seed, approverSeed].map((hex) => signerFromSeed(Buffer.from(hex, "hex")));
  if (key === undefined || confirmer === undefined) throw new Error("there are two seeds");

  it.each(vectors)("$name", async ({ enrolment, canonical, possession, confirmation }) => {
    expect([payloadOf(possession), payloadOf(confirmation)]).toEqual([canonical, canonical]);
    expect(await signEnrolment(key, enrolment)).toBe(possession);
    expect(await signEnrolment(confirmer, enrolment)).toBe(confirmation);
    expect(verifyJws(possession, ENROLMENT_TYP, [enrolment.key])).toMatchObject({ ok: true, payload: enrolment });
    expect(verifyJws(confirmation, ENROLMENT_TYP, [approver])).toMatchObject({ ok: true });
  });
});

describe("outcome.json", () => {
  const { seed, vectors } = vectorsOf<{
    seed: string;
    vectors: { name: string; heads: StreamHead[]; outcome: Outcome; canonical: string; jws: string }[];
  }>("outcome");
  const signer = signerFromSeed(Buffer.from(seed, "hex"));

  it.each(vectors)("$name", async ({ heads, outcome, canonical, jws }) => {
    expect(headsRoot(heads)).toBe(outcome.heads);
    expect(headsRoot(heads.toReversed())).toBe(outcome.heads);
    expect(heads).toHaveLength(outcome.streams);
    expect(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8")).toBe(canonical);
    expect(await signOutcome(signer, outcome)).toBe(jws);
    expect(verifyJws(jws, OUTCOME_TYP, [signer.publicKey])).toMatchObject({ ok: true, payload: outcome });
  });
});
