import { describe, expect, it } from "vitest";
import {
  consistencyProof,
  EMPTY_ROOT,
  encodeEntry,
  extendTree,
  formatVerifierKey,
  hashBytes,
  inclusionProof,
  leafHash,
  logLines,
  merkleRoot,
  nodeHash,
  openCheckpoint,
  openFounding,
  parseEntry,
  parseVerifierKey,
  signCheckpoint,
  signerFromSeed,
  signFounding,
  verifyConsistency,
  verifyInclusion,
  verifyLog,
  verifyReceipt,
} from "../src/index.ts";
import type { Entry, FoundingStatement, Hash, PublicKey, Receipt } from "../src/index.ts";
import { exportOf, receiptOf, sampleLog } from "./sample-log.ts";
import { shelf } from "./tile-shelf.ts";
import { fromHex, readVectors } from "./vector-file.ts";

interface EntryVectors {
  readonly entries: readonly { readonly entry: Entry; readonly text: string; readonly leaf: Hash }[];
  readonly unknown: readonly { readonly text: string; readonly leaf: Hash; readonly format: string }[];
  readonly refused: readonly { readonly problem: string; readonly text: string }[];
}

interface TreeVectors {
  readonly emptyRoot: Hash;
  readonly node: { readonly left: Hash; readonly right: Hash; readonly hash: Hash };
  readonly leaves: number;
  readonly roots: readonly { readonly size: number; readonly root: Hash }[];
  readonly inclusion: readonly { readonly index: number; readonly size: number; readonly proof: readonly Hash[] }[];
  readonly consistency: readonly { readonly from: number; readonly to: number; readonly proof: readonly Hash[] }[];
  readonly tiles: readonly {
    readonly level: number;
    readonly index: number;
    readonly width: number;
    readonly sha256: string;
  }[];
}

interface CheckpointVectors {
  readonly seeds: { readonly log: string };
  readonly origin: string;
  readonly verifierKey: string;
  readonly checkpoints: readonly { readonly size: number; readonly root: Hash; readonly note: string }[];
  readonly refused: readonly { readonly reason: string; readonly note: string }[];
}

interface FoundingVectors {
  readonly seeds: { readonly root: string };
  readonly root: PublicKey;
  readonly statement: FoundingStatement;
  readonly jws: string;
}

interface LogVectors {
  readonly verifierKey: string;
  readonly root: PublicKey;
  readonly since: string;
  readonly size: number;
  readonly treeRoot: Hash;
  readonly file: string;
}

interface ReceiptVectors {
  readonly verifierKey: string;
  readonly mission: string;
  readonly receipt: Receipt;
}

describe("entry.json", () => {
  const { entries, unknown, refused } = readVectors<EntryVectors>("entry.json");

  it("has the bytes and leaf hashes that entries are given, and reads back", () => {
    for (const { entry, text, leaf } of entries) {
      expect(encodeEntry(entry)).toBe(text);
      expect(leafHash(text)).toBe(leaf);
      expect(parseEntry(text)).toEqual({ kind: "entry", entry });
    }
  });

  it("has entries of a format to come: they have a leaf hash and are answered unknown_format", () => {
    for (const { text, leaf, format } of unknown) {
      expect(parseEntry(text)).toMatchObject({ kind: "unknown_format", format });
      expect(leafHash(text)).toBe(leaf);
    }
  });

  it.each(refused)("refuses $problem", ({ text }) => {
    expect(() => parseEntry(text)).toThrow(expect.objectContaining({ code: "trust/not_an_entry" }));
  });
});

describe("tree.json", () => {
  const vectors = readVectors<TreeVectors>("tree.json");
  const leaves = Array.from({ length: vectors.leaves }, (_, index) => leafHash(`leaf ${index}`));
  const tiles = shelf();
  tiles.keep(extendTree(0, leaves, tiles.read).tiles);
  const rootOf = (size: number) => merkleRoot(leaves.slice(0, size));

  it("has the roots", () => {
    expect(EMPTY_ROOT).toBe(vectors.emptyRoot);
    expect(nodeHash(vectors.node.left, vectors.node.right)).toBe(vectors.node.hash);
    for (const { size, root } of vectors.roots) expect(rootOf(size)).toBe(root);
  });

  it("has the proofs, which verify", () => {
    for (const { index, size, proof } of vectors.inclusion) {
      expect(inclusionProof(index, size, tiles.read)).toEqual(proof);
      expect(verifyInclusion({ leaf: leaves[index]!, index, size, proof, root: rootOf(size) })).toBe(true);
    }
    for (const { from, to, proof } of vectors.consistency) {
      expect(consistencyProof(from, to, tiles.read)).toEqual(proof);
      expect(verifyConsistency({ from, to, fromRoot: rootOf(from), toRoot: rootOf(to), proof })).toBe(true);
    }
  });

  it("has the tiles", () => {
    const found = tiles.all().map(({ level, index, hashes }) => {
      const bytes = Buffer.concat(hashes.map((hash) => Buffer.from(hash, "base64url")));
      return { level, index, width: hashes.length, sha256: Buffer.from(hashBytes(bytes), "base64url").toString("hex") };
    });
    expect(found).toEqual(vectors.tiles);
  });
});

describe("checkpoint.json", () => {
  const { seeds, origin, verifierKey, checkpoints, refused } = readVectors<CheckpointVectors>("checkpoint.json");
  const signer = signerFromSeed(fromHex(seeds.log));

  it("has the notes, byte for byte, which open", async () => {
    expect(formatVerifierKey(origin, signer.publicKey)).toBe(verifierKey);
    for (const { size, root, note } of checkpoints) {
      expect(await signCheckpoint(signer, { origin, size, root })).toBe(note);
      expect(openCheckpoint(note, parseVerifierKey(verifierKey))).toEqual({ ok: true, origin, size, root });
    }
  });

  it.each(refused)("refuses a note that is $reason", ({ reason, note }) => {
    expect(openCheckpoint(note, parseVerifierKey(verifierKey))).toEqual({ ok: false, reason });
  });
});

it("founding.json has the statement, byte for byte, which opens under the root key", async () => {
  const { seeds, root, statement, jws } = readVectors<FoundingVectors>("founding.json");
  expect(await signFounding(signerFromSeed(fromHex(seeds.root)), statement)).toBe(jws);
  expect(openFounding(jws, root)).toEqual({ ok: true, statement, signature: "verified" });
});

it("log.json has a log that verifies, against its older checkpoint and its root, and that is exported so today", async () => {
  const { verifierKey, root, since, size, treeRoot, file } = readVectors<LogVectors>("log.json");
  const lines = logLines([new TextEncoder().encode(file)]);
  const verification = await verifyLog(lines, { key: parseVerifierKey(verifierKey), since, root });
  expect(verification).toMatchObject({ ok: true, size, root: treeRoot, since: 10, notChecked: ["witness"] });
  expect(await exportOf(await sampleLog())).toBe(file);
});

it("receipt.json has a receipt that verifies, and that is written so today", async () => {
  const { verifierKey, mission, receipt } = readVectors<ReceiptVectors>("receipt.json");
  expect(verifyReceipt(receipt, { key: parseVerifierKey(verifierKey) })).toMatchObject({ ok: true, mission });
  expect(await receiptOf(await sampleLog())).toEqual(receipt);
});
