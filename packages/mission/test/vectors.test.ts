import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { canonicalJson, signerFromSeed, verifyJws } from "@aura/trust";
import { describe, expect, it } from "vitest";
import type { Boundary, Outcome, StreamHead, Vote } from "../src/index.ts";
import { OUTCOME_TYP, boundaryDigest, headsRoot, voteDigest } from "../src/index.ts";
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
