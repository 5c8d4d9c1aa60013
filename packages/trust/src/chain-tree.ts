import type { ChainStore, TilePlace } from "./chain-store.ts";
import type { Hash } from "./entry.ts";
import { consistencyProof, extendTree, inclusionProof, TILE_WIDTH, treeRoot } from "./tiles.ts";
import type { Tile, TreeTiles } from "./tiles.ts";
import { TreeNodes } from "./tree-nodes.ts";

/**
 * The Merkle tree of a chain whose full tiles are in its store. In memory: the tiles at the right edge, those not published
 * yet, and the inner nodes that {@link TreeNodes} keeps. @internal
 */
export class ChainTree {
  readonly #store: ChainStore;
  readonly #tiles = new Map<string, Tile>();
  readonly #nodes = new TreeNodes();
  #size: number;
  /** Leaves behind the tree, in order. */
  #added: Hash[] = [];
  /** New or grown since the last publishing, by place. */
  #fresh = new Map<string, Tile>();

  private constructor(store: ChainStore, size: number) {
    this.#store = store;
    this.#size = size;
  }

  /** The tree over the first `size` entries, which the store has settled. Reads one tile a level. */
  static async load(store: ChainStore, size: number): Promise<ChainTree> {
    const tree = new ChainTree(store, size);
    for (const place of edgeOf(size)) tree.#hold({ ...place, hashes: await store.tile(place) });
    return tree;
  }

  /** Leaves, those not yet in the tree included. */
  get size(): number {
    return this.#size + this.#added.length;
  }

  add(leaf: Hash): void {
    this.#added.push(leaf);
  }

  /** Takes in what was added. O(added + 256 log n) hashes. */
  grow(): { readonly size: number; readonly root: Hash } {
    const { size, root, tiles } = extendTree(this.#size, this.#added, {
      read: (level, index) => this.#known(level, index),
      nodes: this.#nodes,
    });
    for (const tile of tiles) {
      this.#hold(tile);
      this.#fresh.set(placeOf(tile), tile);
    }
    this.#size = size;
    this.#added = [];
    return { size, root };
  }

  /** Every tile that {@link published} has not been told about. */
  fresh(): readonly Tile[] {
    return [...this.#fresh.values()];
  }

  /** The store keeps them now: full tiles leave the memory. */
  published(): void {
    this.#fresh = new Map();
    for (const [place, tile] of this.#tiles) if (tile.hashes.length === TILE_WIDTH) this.#tiles.delete(place);
  }

  /** Root of the first `size` leaves, at most as many as the tree has. @throws what the store throws */
  async root(size: number): Promise<Hash> {
    return treeRoot(size, await this.#gather(edgeOf(size)));
  }

  /** Audit path in the tree of `size` leaves. @throws `trust/tree_refused`, what the store throws */
  async inclusionProof(index: number, size: number): Promise<readonly Hash[]> {
    return inclusionProof(index, size, await this.#gather([...edgeOf(size), ...pathOf(index, size)]));
  }

  /** Proof that the tree of `to` leaves starts with that of `from`, `to` at most what the tree has. @throws as {@link inclusionProof} */
  async consistencyProof(from: number, to: number): Promise<readonly Hash[]> {
    if (from === 0 || from === to) return consistencyProof(from, to, () => []);
    const inside = Number.isSafeInteger(from) && from > 0 && from < to;
    const paths = inside ? [...pathOf(from - 1, to), ...pathOf(from, to)] : [];
    return consistencyProof(from, to, await this.#gather([...edgeOf(to), ...paths]));
  }

  /** Proofs are computed at once, so their few tiles are brought first. */
  async #gather(places: readonly TilePlace[]): Promise<TreeTiles> {
    const brought = new Map<string, readonly Hash[]>();
    for (const place of places) {
      const known = this.#known(place.level, place.index);
      const enough = known.length >= place.width || brought.has(placeOf(place));
      if (!enough) brought.set(placeOf(place), await this.#store.tile(place));
    }
    return {
      read: (level, index) => brought.get(placeOf({ level, index })) ?? this.#known(level, index),
      nodes: this.#nodes,
    };
  }

  #known(level: number, index: number): readonly Hash[] {
    return this.#tiles.get(placeOf({ level, index }))?.hashes ?? [];
  }

  #hold(tile: Tile): void {
    this.#tiles.set(placeOf(tile), tile);
  }
}

/** The last tile of each level that is not full. */
function edgeOf(size: number): readonly TilePlace[] {
  return levelsOf(size).flatMap(({ level, count }) => {
    const width = count % TILE_WIDTH;
    return width === 0 ? [] : [{ level, index: Math.floor(count / TILE_WIDTH), width }];
  });
}

/** The tile of each level above the leaf at `index`. */
function pathOf(index: number, size: number): readonly TilePlace[] {
  return levelsOf(size).flatMap(({ level, count }) => {
    const tile = Math.floor(index / TILE_WIDTH ** (level + 1));
    const width = Math.min(TILE_WIDTH, count - tile * TILE_WIDTH);
    return width > 0 ? [{ level, index: tile, width }] : [];
  });
}

function levelsOf(size: number): readonly { readonly level: number; readonly count: number }[] {
  const levels: { level: number; count: number }[] = [];
  for (let [level, count] = [0, size]; count > 0; level += 1) {
    levels.push({ level, count });
    count = Math.floor(count / TILE_WIDTH);
  }
  return levels;
}

function placeOf({ level, index }: { readonly level: number; readonly index: number }): string {
  return `${level}/${index}`;
}
