import type { Hash } from "./entry.ts";

/**
 * Tiles whose inner nodes are kept at most, if not said otherwise: all 3,924 of a tree of a million leaves. The nodes of a
 * tile take under 5 kB, those of all 19 MB.
 */
export const TREE_NODES_TILES_MAX = 4_096;

/** Leaves under the smallest node that is kept: those below cost at most four hashes a proof and tile, and most of the memory. */
const LEAVES_MIN = 8;
const TILE_LEAVES = 256;

/** A perfect subtree within a tile: `count` of its hashes, a power of two, from `offset`, a multiple of `count`. @internal */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * Inner nodes of the tree of one log, computed once: a proof hashes whole tiles only the first time that it meets them. Give
 * the same object to every proof of a log, and never to those of two: what is kept is believed. It stays true while the log
 * grows, because a perfect subtree never changes. Bounded: of the tiles, those used longest ago are forgotten.
 */
export class TreeNodes {
  readonly #tilesMax: number;
  /** A tile's nodes by {@link slotOf}. Insertion order is use order. */
  readonly #tiles = new Map<string, (Hash | undefined)[]>();

  constructor({ tilesMax = TREE_NODES_TILES_MAX }: { readonly tilesMax?: number } = {}) {
    this.#tilesMax = tilesMax;
  }

  /** Tiles of which nodes are kept. */
  get tiles(): number {
    return this.#tiles.size;
  }

  /** @internal */
  find(place: NodePlace): Hash | undefined {
    return place.count < LEAVES_MIN ? undefined : this.#touch(place)?.[slotOf(place)];
  }

  /** Keeps a node, if it is of those that are kept. @internal */
  keep(place: NodePlace, hash: Hash): void {
    if (place.count < LEAVES_MIN) return;
    const nodes = this.#touch(place) ?? this.#begin(place);
    nodes[slotOf(place)] = hash;
  }

  #touch(place: NodePlace): (Hash | undefined)[] | undefined {
    const name = nameOf(place);
    const nodes = this.#tiles.get(name);
    if (nodes === undefined) return undefined;
    this.#tiles.delete(name);
    this.#tiles.set(name, nodes);
    return nodes;
  }

  #begin(place: NodePlace): (Hash | undefined)[] {
    const [oldest] = this.#tiles.keys();
    if (oldest !== undefined && this.#tiles.size >= this.#tilesMax) this.#tiles.delete(oldest);
    const nodes = Array<Hash | undefined>((2 * TILE_LEAVES) / LEAVES_MIN).fill(undefined);
    this.#tiles.set(nameOf(place), nodes);
    return nodes;
  }
}

/** The nodes of a tile as a heap: 1 is its root, 2 and 3 the halves, the last 32 have {@link LEAVES_MIN} leaves each. */
function slotOf({ offset, count }: NodePlace): number {
  return (TILE_LEAVES + offset) / count;
}

function nameOf({ level, index }: NodePlace): string {
  return `${level}/${index}`;
}
