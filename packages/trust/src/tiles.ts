import type { Hash } from "./entry.ts";
import { isHash } from "./entry-codec.ts";
import { EMPTY_ROOT, isCount } from "./merkle.ts";
import { joinHashes } from "./node-text.ts";
import { treeRefused } from "./log-error.ts";
import { type NodePlace, TreeNodes } from "./tree-nodes.ts";

/** Hashes in a full tile: C2SP tlog-tiles, height 8. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/**
 * Consecutive hashes of the tree. At level 0 leaf hashes; at level L the roots of full tiles of level L-1.
 * A tile of fewer than {@link TILE_WIDTH} hashes is partial: the last of its level.
 */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Hash[];
}

/** The hashes of a tile as far as it is filled, at least as far as the tree in question fills it. */
export type TileReader = (level: number, index: number) => readonly Hash[];

/** The tiles of a log's tree, and what was computed out of them before, if that is kept ({@link TreeNodes}). */
export type TreeTiles = TileReader | { readonly read: TileReader; readonly nodes: TreeNodes };

/**
 * Adds `leaves` to a tree of `size` leaves. Answers the new size and root, and every tile that is new or grew, whole: keep
 * them in place of the old ones. Reads only the last partial tile of each level. O(leaves + 256 log n) hashes; with kept
 * nodes O(leaves + log n), and only nodes of the standing tree are kept, none of what is added.
 * @throws `trust/tree_refused` if a tile is missing or too short
 */
export function extendTree(
  size: number,
  leaves: readonly Hash[],
  standingTiles: TreeTiles,
): { readonly size: number; readonly root: Hash; readonly tiles: readonly Tile[] } {
  if (!isCount(size)) throw treeRefused(`cannot have ${size} leaves`);
  const { read: readTile, nodes } = taken(standingTiles);
  const tiles: Tile[] = [];
  let [standing, added] = [size, leaves];
  for (let level = 0; added.length > 0; level += 1) {
    const grown = growLevel({ level, standing, added }, readTile);
    tiles.push(...grown);
    standing = Math.floor(standing / TILE_WIDTH);
    added = grown.filter(({ hashes }) => hashes.length === TILE_WIDTH).map(tileRoot);
  }
  const total = size + leaves.length;
  const fresh = new Map(tiles.map((tile) => [placeOf(tile), tile.hashes]));
  const read: TileReader = (level, index) => fresh.get(placeOf({ level, index })) ?? readTile(level, index);
  const root = new TileTree({ read, nodes }, size).range(0, total);
  return { size: total, root, tiles };
}

/**
 * Root of the first `size` leaves (RFC 6962 section 2.1). O(256 log n) hashes, with kept nodes O(log n).
 * @throws `trust/tree_refused`
 */
export function treeRoot(size: number, tiles: TreeTiles): Hash {
  if (!isCount(size)) throw treeRefused(`cannot have ${size} leaves`);
  return new TileTree(taken(tiles), size).range(0, size);
}

/**
 * Audit path of the leaf at `index` in the tree of `size` leaves, bottom first (RFC 6962 section 2.1.1). Reads one tile a
 * level beside the last ones; at most 255 hashes a tile, with kept nodes at most 4 for each that was met before.
 * @throws `trust/tree_refused`
 */
export function inclusionProof(index: number, size: number, tiles: TreeTiles): readonly Hash[] {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw treeRefused(`of ${size} leaves has none at ${index}`);
  }
  const tree = new TileTree(taken(tiles), size);
  const path: Hash[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      path.push(tree.range(middle, end));
      end = middle;
    } else {
      path.push(tree.range(start, middle));
      start = middle;
    }
  }
  return path.toReversed();
}

/**
 * Proof that the tree of `to` leaves starts with the tree of `from` (RFC 6962 section 2.1.2). Costs what
 * {@link inclusionProof} does. @throws `trust/tree_refused`
 */
export function consistencyProof(from: number, to: number, tiles: TreeTiles): readonly Hash[] {
  if (!isCount(from) || !isCount(to) || from > to) throw treeRefused(`of ${to} leaves has no start of ${from}`);
  if (from === 0 || from === to) return [];
  const tree = new TileTree(taken(tiles), to);
  const path: Hash[] = [];
  let [start, end] = [0, to];
  while (end !== from) {
    const middle = start + split(end - start);
    if (from <= middle) {
      path.push(tree.range(middle, end));
      end = middle;
    } else {
      path.push(tree.range(start, middle));
      start = middle;
    }
  }
  if (start > 0) path.push(tree.range(start, end)); // else the verifier has it: the old root itself
  return path.toReversed();
}

/**
 * Path of a tile under a log's prefix (C2SP tlog-tiles): `tile/0/x001/x234/067.p/12`. `level` may be "entries" for the
 * bundle of entries beside a tile of level 0.
 */
export function tilePath(tile: {
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}): string {
  const digits = String(tile.index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const path = groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${tile.level}/${path}${tile.width === TILE_WIDTH ? "" : `.p/${tile.width}`}`;
}

function taken(tiles: TreeTiles): { readonly read: TileReader; readonly nodes: TreeNodes } {
  return typeof tiles === "function" ? { read: tiles, nodes: new TreeNodes() } : tiles;
}

/** Subtree roots out of tiles; each tile is read once, and of its hashes those are decoded that are needed. */
class TileTree {
  readonly #readTile: TileReader;
  readonly #nodes: TreeNodes;
  readonly #standing: number;
  readonly #tiles = new Map<string, readonly Hash[]>();

  /** Of the first `standing` leaves nodes are kept: they are in the log, whatever becomes of those behind them. */
  constructor({ read, nodes }: { readonly read: TileReader; readonly nodes: TreeNodes }, standing: number) {
    this.#readTile = read;
    this.#nodes = nodes;
    this.#standing = standing;
  }

  /** MTH of the leaves from `start` to `end`; `start` is a multiple of the largest subtree in the range. */
  range(start: number, end: number): Hash {
    const roots: Hash[] = [];
    for (let at = start; at < end;) {
      const width = largestPowerOfTwo(end - at);
      roots.push(this.#perfect(at, width));
      at += width;
    }
    return roots.length === 0 ? EMPTY_ROOT : roots.reduceRight((right, left) => joinHashes(left, right));
  }

  /** Root of the `width` leaves from `start`, `width` a power of two that divides `start`. Within one tile. */
  #perfect(start: number, width: number): Hash {
    const level = Math.floor(Math.log2(width) / TILE_HEIGHT);
    const unit = TILE_WIDTH ** level;
    const [first, count] = [start / unit, width / unit];
    const place = { level, index: Math.floor(first / TILE_WIDTH), offset: first % TILE_WIDTH, count };
    return this.#node(place, start + width <= this.#standing);
  }

  #node(place: NodePlace, stands: boolean): Hash {
    const { level, index, offset, count } = place;
    if (count === 1) return this.#leaf(place);
    const known = this.#nodes.find(place);
    if (known !== undefined) return known;
    const half = count / 2;
    const left = this.#node({ level, index, offset, count: half }, stands);
    const right = this.#node({ level, index, offset: offset + half, count: half }, stands);
    const hash = joinHashes(left, right);
    if (stands) this.#nodes.keep(place, hash);
    return hash;
  }

  #leaf({ level, index, offset }: NodePlace): Hash {
    const hash = this.#tile(level, index)[offset];
    if (hash === undefined) throw treeRefused(`lacks hashes of tile ${index} at level ${level}`);
    return requireHash(hash);
  }

  #tile(level: number, index: number): readonly Hash[] {
    const place = placeOf({ level, index });
    const known = this.#tiles.get(place) ?? this.#readTile(level, index);
    this.#tiles.set(place, known);
    return known;
  }
}

function growLevel(
  growth: { readonly level: number; readonly standing: number; readonly added: readonly Hash[] },
  readTile: TileReader,
): Tile[] {
  const { level, standing, added } = growth;
  const width = standing % TILE_WIDTH;
  let index = Math.floor(standing / TILE_WIDTH);
  const before = width === 0 ? [] : readTile(level, index).slice(0, width);
  if (before.length < width) throw treeRefused(`lacks hashes of tile ${index} at level ${level}`);
  const hashes = [...before, ...added];
  const tiles: Tile[] = [];
  for (let from = 0; from < hashes.length; from += TILE_WIDTH, index += 1) {
    tiles.push({ level, index, hashes: hashes.slice(from, from + TILE_WIDTH) });
  }
  return tiles;
}

/** Root of a full tile. */
function tileRoot({ hashes }: Tile): Hash {
  let row: readonly Hash[] = hashes.map(requireHash);
  while (row.length > 1) {
    const above: Hash[] = [];
    for (let at = 0; at + 1 < row.length; at += 2) above.push(joinHashes(row[at] as Hash, row[at + 1] as Hash));
    row = above;
  }
  return row[0] as Hash; // a full tile has 256
}

/** What is joined is known to be a hash: a store may have been tampered with, and other text would be read as some hash. */
function requireHash(hash: Hash): Hash {
  if (!isHash(hash)) throw treeRefused("has a tile that holds what is no hash");
  return hash;
}

function placeOf({ level, index }: { readonly level: number; readonly index: number }): string {
  return `${level}/${index}`;
}

/** RFC 6962's k: the largest power of two below `width`, for `width` of at least 2. */
function split(width: number): number {
  return largestPowerOfTwo(width - 1);
}

/** The largest power of two that is at most `width`. */
function largestPowerOfTwo(width: number): number {
  const guess = 2 ** Math.floor(Math.log2(width)); // log2 may round up just below a power of two
  return guess > width ? guess / 2 : guess;
}
