import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { consistencyProof, extendTree, inclusionProof, treeRoot } from "../src/tiles.ts";
import { leafHash } from "../src/merkle.ts";
import { TREE_NODES_TILES_MAX, TreeNodes } from "../src/tree-nodes.ts";
import type { Hash } from "../src/entry.ts";
import { shelf } from "./tile-shelf.ts";

const LEAVES: readonly Hash[] = Array.from({ length: 1_100 }, (_, index) => leafHash(`leaf ${index}`));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** A tree of 66,000 leaves: three levels of tiles. */
const LARGE = 66_000;
const large = shelf();
large.keep(
  extendTree(
    0,
    Array.from({ length: LARGE }, (_, index) => LEAVES[index % 1_100]!),
    large.read,
  ).tiles,
);

/** What is done to a growing log in any order: more leaves, a proof of a leaf, a proof of growth, the root of an older size. */
const acts = fc.array(
  fc.record({
    kind: fc.constantFrom("grow" as const, "include" as const, "extend" as const, "root" as const),
    by: fc.nat({ max: 300 }),
    at: fc.nat(),
    from: fc.nat(),
  }),
  { maxLength: 12 },
);

describe("kept nodes", () => {
  it.each([[1], [2], [TREE_NODES_TILES_MAX]])(
    "never change a root or a proof, whatever came before, with room for %s tiles",
    (tilesMax) => {
      fc.assert(
        fc.property(acts, (steps) => {
          const tiles = shelf();
          const kept = { read: tiles.read, nodes: new TreeNodes({ tilesMax }) };
          let size = 0;
          for (const { kind, by, at, from } of steps) {
            if (kind === "grow") {
              const added = LEAVES.slice(size, size + by);
              const grown = extendTree(size, added, kept);
              expect(grown).toEqual(extendTree(size, added, tiles.read));
              tiles.keep(grown.tiles);
              size = grown.size;
            }
            const older = size === 0 ? 0 : 1 + (at % size);
            if (kind === "root") expect(treeRoot(older, kept)).toBe(treeRoot(older, tiles.read));
            if (older === 0) continue;
            const [index, start] = [from % older, from % (older + 1)];
            if (kind === "include")
              expect(inclusionProof(index, older, kept)).toEqual(inclusionProof(index, older, tiles.read));
            if (kind === "extend")
              expect(consistencyProof(start, older, kept)).toEqual(consistencyProof(start, older, tiles.read));
          }
          expect(kept.nodes.tiles).toBeLessThanOrEqual(tilesMax);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("never change a proof over three levels of tiles", () => {
    const kept = { read: large.read, nodes: new TreeNodes({ tilesMax: 40 }) };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LARGE }), fc.nat(), (size, at) => {
        expect(inclusionProof(at % size, size, kept)).toEqual(inclusionProof(at % size, size, large.read));
        expect(consistencyProof(at % size, size, kept)).toEqual(consistencyProof(at % size, size, large.read));
      }),
      { numRuns: 100 },
    );
    expect(kept.nodes.tiles).toBe(40);
  });

  it("spare a second proof all but the small subtrees: eight hashes of a tile are read", () => {
    const asked: string[] = [];
    const counted = (level: number, index: number): readonly Hash[] =>
      new Proxy(large.read(level, index), {
        get: (hashes, name) => {
          if (typeof name === "string" && /^\d+$/.test(name)) asked.push(`${level}/${index}`);
          return Reflect.get(hashes, name) as unknown;
        },
      });
    const kept = { read: counted, nodes: new TreeNodes() };
    const cold = inclusionProof(12_345, LARGE, kept);
    const coldReads = asked.splice(0).length;
    expect(inclusionProof(12_345, LARGE, kept)).toEqual(cold);
    expect(coldReads).toBeGreaterThan(500);
    expect(asked.length).toBeLessThan(3 * 2 * 8);
  });

  it("keep nothing of leaves that are added: they may come to nothing", () => {
    const tiles = shelf();
    tiles.keep(extendTree(0, LEAVES.slice(0, 100), tiles.read).tiles);
    const kept = { read: tiles.read, nodes: new TreeNodes() };
    extendTree(100, LEAVES.slice(500, 700), kept); // and these were never stored
    const grown = extendTree(100, LEAVES.slice(100, 300), kept);
    tiles.keep(grown.tiles);
    expect(grown.root).toBe(treeRoot(300, tiles.read));
    expect(inclusionProof(250, 300, kept)).toEqual(inclusionProof(250, 300, tiles.read));
  });

  it.each([["a text"], [`${LEAVES[0]!.slice(0, 42)}B`], [`${LEAVES[0]!}=`], [""]])(
    "are made of hashes alone: a tile that holds %j is refused",
    (text) => {
      const damaged = (level: number, index: number) => large.read(level, index).with(0, text as Hash);
      const kept = { read: damaged, nodes: new TreeNodes() };
      const refused = expect.objectContaining({ code: "trust/tree_refused" });
      expect(() => inclusionProof(5, LARGE, kept)).toThrow(refused);
      expect(() => treeRoot(LARGE, kept)).toThrow(refused);
      expect(() => extendTree(0, LEAVES.slice(0, 300).with(7, text as Hash), () => [])).toThrow(refused);
    },
  );

  it("are the same where there is no node:crypto", async () => {
    const proof = inclusionProof(12_345, LARGE, large.read);
    vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
    vi.resetModules();
    const bare = await import("../src/tiles.ts");
    expect(bare.inclusionProof(12_345, LARGE, large.read)).toEqual(proof);
  });
});
