import { describe, expect, it } from "vitest";
import {
  cosignCheckpoint,
  formatVerifierKey,
  formatWitnessKey,
  openCheckpoint,
  openCosignature,
  parseVerifierKey,
  parseWitnessKey,
  signerFromSeed,
  witnessKeyOf,
} from "../src/index.ts";
import type { Hash, Signer } from "../src/index.ts";
import { signCheckpoint } from "../src/checkpoint.ts";
import { LOG_KEY, ORIGIN, sampleSigner } from "./sample-log.ts";
import { readVectors } from "./vector-file.ts";
import { aWitness, WITNESS_NAME, WITNESSED_MS } from "./witness-world.ts";

const ROOT = "CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I" as Hash;
const note = await signCheckpoint(sampleSigner("log"), { origin: ORIGIN, size: 7, root: ROOT });
const { signer, key } = aWitness();
const cosign = (timeMs = WITNESSED_MS, by: Signer = signer, name = WITNESS_NAME) =>
  cosignCheckpoint(by, { name, note, timeMs });
const line = await cosign();

/** The bytes of a signature line after name and key id, changed. */
function withStamp(text: string, change: (bytes: Buffer) => Buffer): string {
  const [dash, name, base64 = ""] = text.trimEnd().split(" ");
  const bytes = Buffer.from(base64, "base64");
  return `${dash} ${name} ${Buffer.concat([bytes.subarray(0, 4), change(Buffer.from(bytes.subarray(4)))]).toString("base64")}\n`;
}

describe("a witness key", () => {
  it("is a verifier key of type 0x04 with an id of its own", () => {
    const text = formatWitnessKey(WITNESS_NAME, signer.publicKey);
    expect(parseWitnessKey(text)).toEqual(key);
    expect(Buffer.from(text.split("+").slice(2).join("+"), "base64")[0]).toBe(4);
    expect(key.id).not.toBe(parseVerifierKey(formatVerifierKey(WITNESS_NAME, signer.publicKey)).id);
  });

  const good = formatWitnessKey(WITNESS_NAME, signer.publicKey);
  it.each([
    ["", "empty"],
    [formatVerifierKey(WITNESS_NAME, signer.publicKey), "a log's key"],
    [`${good}\n`, "a newline"],
    [good.replace(/\+[0-9a-f]{8}\+/, "+00000000+"), "another id"],
    [good.replace(/\+([0-9a-f]{8})\+/, (_, id: string) => `+${id.toUpperCase()}A+`), "an id of nine"],
    [good.replace("witness", "wit ness"), "a space in its name"],
    [`x+00000000+${Buffer.from([4, 1, ...new Uint8Array(31)]).toString("base64")}`, "a key of small order"],
    [`x+00000000+${Buffer.from([6, ...new Uint8Array(1312)]).toString("base64")}`, "a key of ML-DSA-44"],
  ])("%o is refused: %s", (text) => {
    expect(() => parseWitnessKey(text)).toThrow(expect.objectContaining({ code: "trust/verifier_key_malformed" }));
  });

  it("is not made for a name that cannot stand in a note", () => {
    expect(() => witnessKeyOf("a b", signer.publicKey)).toThrow(
      expect.objectContaining({ code: "trust/origin_refused" }),
    );
  });
});

describe("cosignCheckpoint", () => {
  it("adds one line that the log's key does not mind, and the witness's key opens", () => {
    expect(openCosignature(note + line, key)).toEqual({ ok: true, timeS: WITNESSED_MS / 1_000 });
    expect(openCheckpoint(note + line, LOG_KEY)).toMatchObject({ ok: true, size: 7 });
  });

  it.each([0, 999, -1, NaN, Infinity, 2 ** 63])("does not sign at %o ms", async (timeMs) => {
    await expect(cosign(timeMs)).rejects.toThrow(expect.objectContaining({ code: "trust/cosignature_refused" }));
  });

  it("signs the whole second, the first one included", async () => {
    expect(openCosignature(note + (await cosign(1_999)), key)).toEqual({ ok: true, timeS: 1 });
  });

  it.each(["", "text\n", note.slice(0, note.indexOf("\n\n") + 1), "a\n1\n\n\u2014 a AAAAAAAA\n"])(
    "does not sign %o, which is no checkpoint",
    async (text) => {
      await expect(cosignCheckpoint(signer, { name: WITNESS_NAME, note: text, timeMs: 5_000 })).rejects.toThrow(
        expect.objectContaining({ code: "trust/cosignature_refused" }),
      );
    },
  );
});

it("cosigns extension lines of another log as they stand", async () => {
  const foreign = `${note.slice(0, note.indexOf("\n\n"))}\nextension\n${note.slice(note.indexOf("\n\n") + 1)}`;
  const made = await cosignCheckpoint(signer, { name: WITNESS_NAME, note: foreign, timeMs: WITNESSED_MS });
  expect(openCosignature(foreign + made, key)).toMatchObject({ ok: true });
  expect(openCosignature(foreign.replace("extension", "extensiom") + made, key)).toMatchObject({ reason: "forged" });
});

describe("openCosignature", () => {
  it("ignores lines of other keys, types and names, whatever they hold", async () => {
    const other = await cosign(WITNESSED_MS, signerFromSeed(new Uint8Array(32).fill(12)));
    const mldsa = `\u2014 ${WITNESS_NAME} ${Buffer.alloc(2_432, 6).toString("base64")}\n`;
    expect(openCosignature(note + other + mldsa + line, key)).toMatchObject({ ok: true });
    expect(openCosignature(note + other + mldsa, key)).toEqual({ ok: false, reason: "unsigned" });
  });

  it("refuses a cosignature that was made for an older checkpoint and moved here", async () => {
    const older = await signCheckpoint(sampleSigner("log"), { origin: ORIGIN, size: 6, root: ROOT });
    const replayed = await cosignCheckpoint(signer, { name: WITNESS_NAME, note: older, timeMs: WITNESSED_MS });
    expect(openCosignature(note + replayed, key)).toEqual({ ok: false, reason: "forged" });
  });

  it("refuses a note of which one line of the witness verifies and another does not", () => {
    const broken = withStamp(line, (bytes) => bytes.fill(7, 71));
    expect(openCosignature(note + line + broken, key)).toEqual({ ok: false, reason: "forged" });
  });

  it.each([
    ["another time", (bytes: Buffer) => bytes.fill(1, 7, 8)],
    ["no time", (bytes: Buffer) => bytes.fill(0, 0, 8)],
    ["a time above 2^53", (bytes: Buffer) => bytes.fill(255, 0, 8)],
    ["no room for a time", (bytes: Buffer) => bytes.subarray(8)],
    ["a byte more", (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
    ["a byte less", (bytes: Buffer) => bytes.subarray(0, 71)],
  ])("refuses %s", (_, change) => {
    expect(openCosignature(note + withStamp(line, change), key)).toEqual({ ok: false, reason: "forged" });
  });

  it("does not take the log's own signature, made with the witness's key, for a cosignature", async () => {
    const plain = await signCheckpoint(signer, { origin: WITNESS_NAME, size: 7, root: ROOT });
    expect(openCosignature(plain, key)).toEqual({ ok: false, reason: "unsigned" });
  });

  it("answers the newest time of several", async () => {
    expect(openCosignature(note + line + (await cosign(WITNESSED_MS + 60_000)), key)).toEqual({
      ok: true,
      timeS: WITNESSED_MS / 1_000 + 60,
    });
  });

  it.each(["", "\n\n", note.slice(0, -1), `${note}x`])("says malformed of %o", (text) => {
    expect(openCosignature(text, key)).toEqual({ ok: false, reason: "malformed" });
  });
});

describe("the vectors", () => {
  interface Vectors {
    readonly seed: string;
    readonly witnessKey: string;
    readonly checkpoint: string;
    readonly cosigned: readonly { readonly timeS: number; readonly note: string }[];
    readonly refused: readonly { readonly reason: string; readonly note: string }[];
  }
  const vectors = readVectors<Vectors>("cosignature.json");
  const theirs = parseWitnessKey(vectors.witnessKey);

  it("are what we sign", async () => {
    const own = signerFromSeed(Uint8Array.from(Buffer.from(vectors.seed, "hex")));
    expect(formatWitnessKey(theirs.name, own.publicKey)).toBe(vectors.witnessKey);
    for (const { timeS, note: cosigned } of vectors.cosigned) {
      const made = await cosignCheckpoint(own, { name: theirs.name, note: vectors.checkpoint, timeMs: timeS * 1_000 });
      expect(vectors.checkpoint + made).toBe(cosigned);
    }
  });

  it("are what we open, and what we refuse", () => {
    for (const { timeS, note: cosigned } of vectors.cosigned)
      expect(openCosignature(cosigned, theirs)).toEqual({ ok: true, timeS });
    for (const { reason, note: refused } of vectors.refused)
      expect(openCosignature(refused, theirs)).toEqual({ ok: false, reason });
  });
});
