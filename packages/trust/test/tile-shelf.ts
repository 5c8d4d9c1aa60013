import type { Tile, TileReader } from "../src/tiles.ts";

/** Tiles in memory, as a store would keep them. */
export function shelf(): { keep(tiles: readonly Tile[]): void; all(): readonly Tile[]; readonly read: TileReader } {
  const kept = new Map<string, Tile>();
  return {
    keep: (tiles) => {
      for (const tile of tiles) kept.set(`${tile.level}/${tile.index}`, tile);
    },
    all: () => [...kept.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, tile]) => tile),
    read: (level, index) => kept.get(`${level}/${index}`)?.hashes ?? [],
  };
}
