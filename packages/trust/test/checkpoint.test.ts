import { describe, expect, it } from "vitest";
import {
  EMPTY_ROOT,
  formatVerifierKey,
  inspectCheckpoint,
  namespaceOfOrigin,
  openCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  verifierKeyOf,
} from "../src/index.ts";
import type { Hash } from "../src/index.ts";
import { NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, openNote, signNote } from "../src/signed-note.ts";
import { LOG_KEY, ORIGIN, sampleSigner } from "./sample-log.ts";

const ROOT = "CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I" as Hash;
const signer = sampleSigner("log");
const note = await signCheckpoint(signer, { origin: ORIGIN, size: 20_852_163, root: ROOT });
/** A signature line of type 0x06 as long as ML-DSA-44 makes them. */
const foreign = (at: number) => `\u2014 witness.example/w${at} ${Buffer.alloc(2_428, at).toString("base64")}\n`;

describe("a verifier key", () => {
  it("and a note verify as in the example of C2SP signed-note", () => {
    const key = parseVerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    const example =
      "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    expect(openNote(example, key)).toEqual({ ok: true, text: "This is an example message.\n" });
    expect(formatVerifierKey(key.name, key.key)).toBe(
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    );
  });

  const good = formatVerifierKey(ORIGIN, signer.publicKey);
  it.each([
    ["", "empty"],
    ["example.com", "no parts"],
    [`${good}\n`, "a newline"],
    [` ${good}`, "a space"],
    [good.replace("+", "-"), "one part less"],
    [good.replace(/\+[0-9a-f]{8}\+/, "+00000000+"), "another id"],
    [good.replace(/\+([0-9a-f]{8})\+/, (_, id: string) => `+${id.toUpperCase()}A+`), "an id of nine"],
    [good.replace("+AY", "+BI"), "another type"],
    [`${good}=`, "padding that is none"],
    [good.replace("aura", "au ra"), "a space in its name"],
    ["a+8b1a9953+AQ==", "no key"],
    [`x+00000000+${Buffer.from([1, 1, ...new Uint8Array(31)]).toString("base64")}`, "a key of small order"],
  ])("%o is refused: %s", (text) => {
    expect(() => parseVerifierKey(text)).toThrow(expect.objectContaining({ code: "trust/verifier_key_malformed" }));
  });

  it.each(["", "a b", "a+b", "a\u00a0b", "a\nb", "\u2003", "x".repeat(513)])(
    "is not made for the origin %o",
    (origin) => {
      expect(() => formatVerifierKey(origin, signer.publicKey)).toThrow(
        expect.objectContaining({ code: "trust/origin_refused" }),
      );
    },
  );

  it("names a namespace through its origin", () => {
    expect(namespaceOfOrigin("example.com/aura/demo")).toBe("demo");
    for (const other of ["example.com/demo", "aura/demo", "example.com/aura/", "example.com/aura/a/b", "/aura/x"])
      expect(namespaceOfOrigin(other)).toBeUndefined();
  });
});

describe("openCheckpoint", () => {
  it("opens what signCheckpoint signs", () => {
    expect(openCheckpoint(note, LOG_KEY)).toEqual({ ok: true, origin: ORIGIN, size: 20_852_163, root: ROOT });
    expect(note.split("\n").slice(0, 3)).toEqual([ORIGIN, "20852163", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="]);
  });

  it("ignores signature lines of other keys, before and after its own", () => {
    const [text = "", own = ""] = note.split("\n\n");
    expect(openCheckpoint(`${text}\n\n${foreign(1)}${own}${foreign(2)}`, LOG_KEY)).toMatchObject({ ok: true });
  });

  it("says unsigned when no line is of its key, even if the name or the id is", () => {
    const sameName = verifierKeyOf(ORIGIN, sampleSigner("stranger").publicKey);
    expect(openCheckpoint(note, sameName)).toEqual({ ok: false, reason: "unsigned" });
    expect(openCheckpoint(note.replace(`\u2014 ${ORIGIN}`, "\u2014 example.com/other"), LOG_KEY)).toEqual({
      ok: false,
      reason: "unsigned",
    });
  });

  it("says forged when any line of its key does not verify", () => {
    expect(openCheckpoint(note.replace("20852163", "20852164"), LOG_KEY)).toEqual({ ok: false, reason: "forged" });
    const line = note.slice(note.indexOf("\u2014"));
    const broken = line.replace(
      /(.{20})(.)(=?\n)$/,
      (_, a: string, b: string, c: string) => `${b === "A" ? "B" : "A"}${a.slice(1)}${b}${c}`,
    );
    expect(openCheckpoint(note + broken, LOG_KEY)).toEqual({ ok: false, reason: "forged" });
  });

  it("says origin when the key signed a checkpoint of another log", async () => {
    const other = await signNote(signer, ORIGIN, `example.com/aura/other\n1\n${"A".repeat(43)}=\n`);
    expect(openCheckpoint(other, LOG_KEY)).toEqual({ ok: false, reason: "origin" });
  });

  it.each([
    ["an extension line", `${ORIGIN}\n1\n${"A".repeat(43)}=\nextra\n`],
    ["a line less", `${ORIGIN}\n1\n`],
    ["a size with a leading zero", `${ORIGIN}\n01\n${"A".repeat(43)}=\n`],
    ["a size that is no number", `${ORIGIN}\n1e3\n${"A".repeat(43)}=\n`],
    ["a size beyond 2^53", `${ORIGIN}\n9007199254740992\n${"A".repeat(43)}=\n`],
    ["a root without padding", `${ORIGIN}\n1\n${"A".repeat(43)}\n`],
    ["a root with spare bits", `${ORIGIN}\n1\n${"A".repeat(42)}B=\n`],
    ["an empty tree with a root of something", `${ORIGIN}\n0\n${"A".repeat(43)}=\n`],
  ])("refuses %s, though it is signed", async (_, text) => {
    expect(openCheckpoint(await signNote(signer, ORIGIN, text), LOG_KEY)).toEqual({ ok: false, reason: "malformed" });
  });

  it.each([
    ["nothing", ""],
    ["no signature", note.slice(0, note.indexOf("\u2014"))],
    ["no newline at the end", note.slice(0, -1)],
    ["a carriage return", note.replace("\n", "\r\n")],
    ["a hyphen for the dash", note.replace("\u2014", "-")],
    ["a line that is no signature", `${note}hello\n`],
    ["half a surrogate pair", `${note.slice(0, -1)}\ud800\n`],
    [
      "spare bits in the signature",
      note.replace(/(.)=\n$/, (_, last: string) => `${String.fromCodePoint((last.codePointAt(0) ?? 0) + 1)}=\n`),
    ],
  ])("refuses %s", (_, text) => {
    expect(openCheckpoint(text, LOG_KEY).ok).toBe(false);
  });

  it("reads as many signatures as it may have, and no more", () => {
    const lines = (count: number) => Array.from({ length: count - 1 }, (_, at) => `\u2014 w${at} AAAAAAA=\n`).join("");
    expect(openCheckpoint(note + lines(NOTE_SIGNATURES_MAX), LOG_KEY)).toMatchObject({ ok: true });
    expect(openCheckpoint(note + lines(NOTE_SIGNATURES_MAX + 1), LOG_KEY)).toEqual({ ok: false, reason: "malformed" });
  });

  it("reads as many bytes as it may have, and no more", () => {
    const fill = (bytes: number) => {
      const name = (length: number) => `\u2014 ${"w".repeat(length)} AAAAAAA=\n`;
      return note + name(bytes - Buffer.byteLength(note) - Buffer.byteLength(name(0)));
    };
    expect(openCheckpoint(fill(NOTE_BYTES_MAX), LOG_KEY)).toMatchObject({ ok: true });
    expect(openCheckpoint(fill(NOTE_BYTES_MAX + 1), LOG_KEY)).toEqual({ ok: false, reason: "malformed" });
  });

  it("reads sixteen signatures of the length that post-quantum keys make", () => {
    const many = note + Array.from({ length: 15 }, (_, at) => foreign(at)).join("");
    expect(openCheckpoint(many, LOG_KEY)).toMatchObject({ ok: true });
  });
});

describe("signCheckpoint", () => {
  it.each([
    { origin: "a b", size: 1, root: ROOT, code: "trust/origin_refused" },
    { origin: ORIGIN, size: -1, root: ROOT, code: "trust/tree_refused" },
    { origin: ORIGIN, size: 0.5, root: ROOT, code: "trust/tree_refused" },
    { origin: ORIGIN, size: 0, root: ROOT, code: "trust/tree_refused" },
    { origin: ORIGIN, size: 1, root: "x" as Hash, code: "trust/tree_refused" },
  ])("refuses $origin of $size leaves with $code", async ({ code, ...checkpoint }) => {
    await expect(signCheckpoint(signer, checkpoint)).rejects.toMatchObject({ code });
  });

  it("signs the empty tree", async () => {
    const empty = await signCheckpoint(signer, { origin: ORIGIN, size: 0, root: EMPTY_ROOT });
    expect(openCheckpoint(empty, LOG_KEY)).toMatchObject({ ok: true, size: 0 });
  });
});

it("inspectCheckpoint tells what a note claims and who signed, and verifies nothing", () => {
  expect(inspectCheckpoint(note.replace("20852163", "5"))).toEqual({
    origin: ORIGIN,
    size: 5,
    root: ROOT,
    signers: [`${ORIGIN}+${LOG_KEY.id}`],
  });
  expect(inspectCheckpoint("hello")).toBeUndefined();
});
