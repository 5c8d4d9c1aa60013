import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_ROOT, leafHash, signCheckpoint, verifierKeyOf } from "../src/index.ts";
import type { Hash } from "../src/index.ts";
import { signNote } from "../src/signed-note.ts";
import {
  formatAddCheckpoint,
  parseAddCheckpoint,
  WITNESS_PROOF_HASHES_MAX,
  WITNESS_REQUEST_BYTES_MAX,
  witnessStep,
} from "../src/witness.ts";
import type { WitnessView } from "../src/witness.ts";
import { LOG_KEY, ORIGIN, sampleSigner } from "./sample-log.ts";
import { aTree } from "./witness-world.ts";

const tree = aTree();
const at = (size: number): WitnessView => ({ keys: [LOG_KEY], seen: { size, root: tree.rootOf(size) } });
const FRESH: WitnessView = { keys: [LOG_KEY], seen: undefined };

function step(view: WitnessView, oldSize: number, note: string, proof: readonly Hash[]) {
  const request = parseAddCheckpoint(formatAddCheckpoint({ oldSize, proof, note }));
  expect(request).toBeDefined();
  return witnessStep(view, request!);
}

describe("witnessStep", () => {
  it("cosigns the first tree, one that grew, and the same one again", async () => {
    const [three, seven] = [await tree.checkpoint(3), await tree.checkpoint(7)];
    expect(step(FRESH, 0, three, [])).toMatchObject({ status: 200, head: { size: 3 }, note: three });
    expect(step(at(3), 3, seven, tree.proof(3, 7))).toMatchObject({ status: 200, head: { size: 7 } });
    expect(step(at(7), 7, seven, [])).toMatchObject({ status: 200, head: { size: 7 } });
  });

  it("404: does not know a log that it was not told of", async () => {
    expect(step({ keys: [], seen: undefined }, 0, await tree.checkpoint(3), [])).toMatchObject({ status: 404 });
  });

  it("403: takes no checkpoint without a signature of the log, nor one of which a line of the log does not verify", async () => {
    const stranger = await tree.checkpoint(3, sampleSigner("stranger"));
    expect(step(FRESH, 0, stranger, [])).toMatchObject({ status: 403 });
    const good = await tree.checkpoint(3);
    const forged = (await tree.checkpoint(4)).slice(good.indexOf("\u2014"));
    expect(step(FRESH, 0, good + forged, [])).toMatchObject({ status: 403 });
    const rotated = { ...FRESH, keys: [LOG_KEY, verifierKeyOf(ORIGIN, sampleSigner("stranger").publicKey)] };
    expect(step(rotated, 0, stranger, [])).toMatchObject({ status: 200 });
    expect(step(rotated, 0, good + forged, [])).toMatchObject({ status: 403 });
  });

  it("403: takes no note of the log's key that names another origin", async () => {
    const other = await tree.checkpoint(3, sampleSigner("log"), "example.com/aura/other");
    expect(step(FRESH, 0, other, [])).toMatchObject({ status: 403 });
  });

  it("400: an old size above the new one, before anything about what it has seen", async () => {
    expect(step(at(9), 9, await tree.checkpoint(7), [])).toMatchObject({ status: 400 });
  });

  it("409: tells the size that it has seen, whatever the proof", async () => {
    for (const [oldSize, seen] of [
      [0, 3],
      [5, 3],
      [3, 9],
    ] as const)
      expect(step(at(seen), oldSize, await tree.checkpoint(7), tree.proof(oldSize, 7))).toEqual({
        status: 409,
        size: seen,
      });
    expect(step(FRESH, 3, await tree.checkpoint(7), tree.proof(3, 7))).toEqual({ status: 409, size: 0 });
  });

  it("422: a log set back, however it says its old size", async () => {
    const back = await tree.checkpoint(3);
    expect(step(at(7), 3, back, [])).toEqual({ status: 409, size: 7 });
    expect(step(at(7), 0, back, [])).toEqual({ status: 409, size: 7 });
  });

  it("422: a second history, at the same size, larger, or forked late", async () => {
    const [other, late] = [aTree("other"), aTree("other", 6)];
    expect(step(at(7), 7, await other.checkpoint(7), [])).toMatchObject({ status: 422 });
    expect(step(at(7), 7, await other.checkpoint(9), other.proof(7, 9))).toMatchObject({ status: 422 });
    expect(step(at(7), 7, await late.checkpoint(9), late.proof(7, 9))).toMatchObject({ status: 422 });
    expect(step(at(7), 7, await other.checkpoint(9), tree.proof(7, 9))).toMatchObject({ status: 422 });
    expect(step(at(6), 6, await late.checkpoint(9), late.proof(6, 9))).toMatchObject({ status: 200 });
  });

  it("422: a proof where none is due, one that is too long, too short, or of other sizes", async () => {
    const seven = await tree.checkpoint(7);
    expect(step(FRESH, 0, seven, [leafHash("x")])).toMatchObject({ status: 422 });
    expect(step(at(7), 7, seven, [leafHash("x")])).toMatchObject({ status: 422 });
    expect(step(at(3), 3, seven, [...tree.proof(3, 7), leafHash("x")])).toMatchObject({ status: 422 });
    expect(step(at(3), 3, seven, tree.proof(3, 7).slice(1))).toMatchObject({ status: 422 });
    expect(step(at(3), 3, seven, tree.proof(4, 7))).toMatchObject({ status: 422 });
  });

  it("422: a tree without leaves that has a root; one without a root is cosigned", async () => {
    const empty = await signCheckpoint(sampleSigner("log"), { origin: ORIGIN, size: 0, root: EMPTY_ROOT });
    expect(step(FRESH, 0, empty, [])).toMatchObject({ status: 200, head: { size: 0 } });
    const rooted = await signNote(sampleSigner("log"), ORIGIN, `${ORIGIN}\n0\n${"A".repeat(43)}=\n`);
    expect(step(FRESH, 0, rooted, [])).toMatchObject({ status: 422 });
  });

  it("keeps extension lines, and no signature line but the log's", async () => {
    const text = (await tree.checkpoint(3)).split("\n\n")[0]!;
    const extended = await signNote(sampleSigner("log"), ORIGIN, `${text}\nextension\n`);
    const unknown = `\u2014 elsewhere.example ${Buffer.alloc(90, 5).toString("base64")}\n`;
    expect(step(FRESH, 0, extended + unknown, [])).toMatchObject({ status: 200, note: extended });
  });
});

describe("parseAddCheckpoint", () => {
  const note = "a\n1\nYq6ze3vwtFOt3dhyF/QT5xGU7PNfCxLg0Yis5U+m3Io=\n\n\u2014 a AAAAAAAA\n";
  const hash = "Yq6ze3vwtFOt3dhyF/QT5xGU7PNfCxLg0Yis5U+m3Io=\n";

  it("reads what formatAddCheckpoint writes", () => {
    const proof = [leafHash("a"), leafHash("b")];
    expect(parseAddCheckpoint(formatAddCheckpoint({ oldSize: 5, proof, note }))).toMatchObject({
      oldSize: 5,
      proof,
      note,
      head: { origin: "a", size: 1 },
    });
  });

  it.each([WITNESS_PROOF_HASHES_MAX, WITNESS_PROOF_HASHES_MAX + 1])("takes a proof of %i hashes if it may", (count) => {
    const request = parseAddCheckpoint(`old 5\n${hash.repeat(count)}\n${note}`);
    expect(request?.proof.length).toBe(count <= WITNESS_PROOF_HASHES_MAX ? count : undefined);
  });

  it.each([
    ["nothing", ""],
    ["no old size", `\n${note}`],
    ["a leading zero", `old 05\n\n${note}`],
    ["a sign", `old +5\n\n${note}`],
    ["two spaces", `old  5\n\n${note}`],
    ["an old size above 2^53", `old 9007199254740992\n\n${note}`],
    ["a carriage return", `old 5\r\n\r\n${note}`],
    ["no empty line", `old 5\n${note.slice(0, 10)}`],
    ["a hash without padding", `old 5\n${hash.replace("=", "")}\n${note}`],
    ["a hash of 31 bytes", `old 5\n${Buffer.alloc(31).toString("base64")}\n\n${note}`],
    ["a hash with spare bits", `old 5\n${"A".repeat(42)}B=\n\n${note}`],
    ["a space before a hash", `old 5\n ${hash}\n${note}`],
    ["no signature line", `old 5\n\n${note.slice(0, note.indexOf("\u2014"))}`],
    ["an empty extension line", `old 5\n\n${note.replace("=\n\n", "=\n\n\n")}`],
    ["no newline at the end", `old 5\n\n${note.slice(0, -1)}`],
    ["too much", `old 5\n\n${note}`.padEnd(WITNESS_REQUEST_BYTES_MAX + 1, "\n")],
  ])("refuses %s", (_, body) => {
    expect(parseAddCheckpoint(body)).toBeUndefined();
  });

  it("never throws", () => {
    const piece = fc.constantFrom("old 5\n", "old ", hash, "\n", note, "\u2014 a AAAAAAAA\n", "\ud800", "=", "1\n");
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 8 }), (parts) => {
        parseAddCheckpoint(parts.join(""));
      }),
    );
  });
});

it("whatever is submitted, in whatever order: all trees that are cosigned are one history", async () => {
  const histories = [tree, aTree("other"), aTree("other", 5)];
  const notes = new Map<string, string>();
  for (const [index, history] of histories.entries())
    for (let size = 0; size <= 12; size += 1) notes.set(`${index}/${size}`, await history.checkpoint(size));
  const submission = fc.record({ history: fc.nat(2), proofOf: fc.nat(2), oldSize: fc.nat(12), size: fc.nat(12) });
  fc.assert(
    fc.property(fc.array(submission, { maxLength: 20 }), (submissions) => {
      let view: WitnessView = FRESH;
      const roots: { size: number; root: Hash; history: number }[] = [];
      for (const { history, proofOf, oldSize, size } of submissions) {
        const proof = oldSize <= size ? histories[proofOf]!.proof(oldSize, size) : [];
        const decision = step(view, oldSize, notes.get(`${history}/${size}`)!, proof);
        if (decision.status !== 200) continue;
        view = { keys: [LOG_KEY], seen: decision.head };
        roots.push({ ...decision.head, history });
      }
      for (const [index, { size }] of roots.entries()) expect(size).toBeGreaterThanOrEqual(roots[index - 1]?.size ?? 0);
      const last = roots.at(-1);
      for (const { size, root } of roots) expect(root).toBe(histories[last!.history]!.rootOf(size));
    }),
  );
});
