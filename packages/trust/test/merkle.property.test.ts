import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consistencyProof, extendTree, inclusionProof, TILE_WIDTH, tilePath, treeRoot } from "../src/tiles.ts";
import {
  EMPTY_ROOT,
  Frontier,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from "../src/merkle.ts";
import type { Hash } from "../src/entry.ts";
import { shelf } from "./tile-shelf.ts";

const LEAVES_MAX = 1_100;
const LEAVES: readonly Hash[] = Array.from({ length: LEAVES_MAX }, (_, index) => leafHash(`leaf ${index}`));
const sizes = fc.integer({ min: 1, max: 300 });

/** RFC 6962 section 2.1, word for word: the oracle. */
function rootByDefinition(leaves: readonly Hash[]): Hash {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
}

function treeOf(size: number) {
  const tiles = shelf();
  tiles.keep(extendTree(0, LEAVES.slice(0, size), tiles.read).tiles);
  return tiles.read;
}

describe("the tree", () => {
  it("has the root that RFC 6962 defines, by frontier, by leaves and by tiles, at every size", () => {
    const frontier = new Frontier();
    for (let size = 0; size <= 600; size += 1) {
      const root = rootByDefinition(LEAVES.slice(0, size));
      expect(frontier.root(), `frontier of ${size}`).toBe(root);
      if (size % 37 === 0 || size % TILE_WIDTH < 2) {
        expect(merkleRoot(LEAVES.slice(0, size))).toBe(root);
        expect(treeRoot(size, treeOf(size))).toBe(root);
      }
      frontier.append(LEAVES[size]!);
    }
  });

  it("is the same tree however it was extended", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 270 }), { minLength: 1, maxLength: 4 }), (steps) => {
        const tiles = shelf();
        let size = 0;
        for (const step of steps) {
          const grown = extendTree(size, LEAVES.slice(size, size + step), tiles.read);
          tiles.keep(grown.tiles);
          size = grown.size;
          expect(grown.root).toBe(rootByDefinition(LEAVES.slice(0, size)));
        }
        const whole = shelf();
        whole.keep(extendTree(0, LEAVES.slice(0, size), whole.read).tiles);
        expect(tiles.all()).toEqual(whole.all());
      }),
      { numRuns: 40 },
    );
  });

  it("reads nothing but the last partial tile of a level to grow", () => {
    const tiles = shelf();
    tiles.keep(extendTree(0, LEAVES.slice(0, 700), tiles.read).tiles);
    const asked = new Set<string>();
    extendTree(700, LEAVES.slice(700, 710), (level, index) => {
      asked.add(`${level}/${index}`);
      return tiles.read(level, index);
    });
    expect([...asked].toSorted()).toEqual(["0/2", "1/0"]);
  });

  it("proves every leaf it holds, and no other place or leaf", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, at, elsewhere) => {
        const [index, other] = [at % size, elsewhere % size];
        const proof = inclusionProof(index, size, treeOf(size));
        const claim = { leaf: LEAVES[index]!, index, size, proof, root: merkleRoot(LEAVES.slice(0, size)) };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, index: other })).toBe(other === index);
        expect(verifyInclusion({ ...claim, leaf: LEAVES[other]! })).toBe(other === index);
        expect(verifyInclusion({ ...claim, proof: [...proof, LEAVES[0]!] })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(proof.length === 0);
        expect(verifyInclusion({ ...claim, root: EMPTY_ROOT })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("proves that it starts with each of its earlier selves, and with no other tree", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (to, at) => {
        const from = at % (to + 1);
        const proof = consistencyProof(from, to, treeOf(to));
        const fromRoot = merkleRoot(LEAVES.slice(0, from));
        const claim = { from, to, fromRoot, toRoot: merkleRoot(LEAVES.slice(0, to)), proof };
        const foreign = merkleRoot([...LEAVES.slice(0, Math.max(from - 1, 0)), LEAVES.at(-1)!]);
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, fromRoot: foreign })).toBe(false);
        expect(verifyConsistency({ ...claim, toRoot: foreign })).toBe(from === 0);
        expect(verifyConsistency({ ...claim, proof: [...proof, foreign] })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("answers false, never throws, for proofs that are not made of hashes or sizes that are no sizes", () => {
    const root = LEAVES[0]!;
    const odd = fc.oneof(fc.double(), fc.constantFrom(-1, 0.5, 2 ** 53, Number.NaN), fc.nat());
    const text = fc.oneof(fc.string(), fc.constant(root)) as fc.Arbitrary<Hash>;
    fc.assert(
      fc.property(odd, odd, text, fc.array(text), (a, b, hash, proof) => {
        expect(typeof verifyInclusion({ leaf: hash, index: a, size: b, proof, root })).toBe("boolean");
        expect(typeof verifyConsistency({ from: a, to: b, fromRoot: hash, toRoot: root, proof })).toBe("boolean");
      }),
    );
  });

  it("refuses to build on tiles that are missing or too short", () => {
    expect(() => treeRoot(3, () => LEAVES.slice(0, 2))).toThrow(
      expect.objectContaining({ code: "trust/tree_refused" }),
    );
    expect(() => extendTree(3, [LEAVES[3]!], () => [])).toThrow(
      expect.objectContaining({ code: "trust/tree_refused" }),
    );
    expect(() => inclusionProof(3, 3, treeOf(3))).toThrow(expect.objectContaining({ code: "trust/tree_refused" }));
    expect(() => consistencyProof(4, 3, treeOf(3))).toThrow(expect.objectContaining({ code: "trust/tree_refused" }));
  });
});

describe("a tile", () => {
  it.each([
    [{ level: 0, index: 0, width: 256 }, "tile/0/000"],
    [{ level: 1, index: 1_234_067, width: 256 }, "tile/1/x001/x234/067"],
    [{ level: 0, index: 273, width: 112 }, "tile/0/273.p/112"],
    [{ level: "entries" as const, index: 1_000, width: 1 }, "tile/entries/x001/000.p/1"],
  ])("%o lies at %s, as C2SP tlog-tiles says", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
  });

  it("set of 70,000 leaves has the widths of the example in C2SP tlog-tiles", () => {
    const leaves = Array.from({ length: 70_000 }, () => LEAVES[0]!);
    const { tiles } = extendTree(0, leaves, () => []);
    const partial = tiles.filter(({ hashes }) => hashes.length < TILE_WIDTH);
    expect(tiles.filter(({ level, hashes }) => level === 0 && hashes.length === TILE_WIDTH)).toHaveLength(273);
    expect(tiles.filter(({ level, hashes }) => level === 1 && hashes.length === TILE_WIDTH)).toHaveLength(1);
    expect(partial.map(({ level, hashes }) => [level, hashes.length])).toEqual([
      [0, 112],
      [1, 17],
      [2, 1],
    ]);
  });
});
