import { describe, expect, it, onTestFinished } from "vitest";
import { type ChainStore, extendTree, type Hash, leafHash, type Tile, TILE_WIDTH } from "../index.ts";

/** One place for a chain. */
export interface ChainPlace {
  /** A store over the place, as a process that starts gets it. */
  readonly store: () => ChainStore;
}

/** What `ChainStore` promises. `place` makes a place that holds nothing yet. */
export function chainStoreContract(name: string, place: () => Promise<ChainPlace>): void {
  describe(`${name}, as ChainStore promises`, () => {
    it("is empty when it is opened for the first time", async () => {
      const { store } = await opened(place);
      expect(await list(store.read(0, 0))).toEqual([]);
      expect(await reopen(store)).toEqual({ size: 0, settled: 0, note: undefined, witnessed: undefined });
    });

    it("gives back the very texts that were appended, in order, from and to any position", async () => {
      const { store } = await opened(place);
      const texts = ['{"text":"Größe €5 🧾"}', '{"text":"\\n\\u0000"}', "{}", '{"bytes":1,"entries":1}'];
      await store.append(texts.slice(0, 3));
      await store.append([]);
      await store.append(texts.slice(3));
      expect(await list(store.read(0, 4))).toEqual(texts);
      expect(await list(store.read(1, 3))).toEqual(texts.slice(1, 3));
    });

    it("keeps what was appended, and the checkpoint, for the next owner", async () => {
      const { store } = await opened(place);
      await store.append(textsOf(0, 5));
      await store.publish({ size: 3, note: "a note\n", tiles: treeOver(3) });
      await store.append(textsOf(5, 7));
      const { size, settled, note } = await reopen(store);
      expect([size, note]).toEqual([7, "a note\n"]);
      expect(settled).toBeLessThanOrEqual(3);
      expect(await list(store.read(0, 7))).toEqual(textsOf(0, 7));
    });

    it("keeps the note of a tree that is published again with more signatures, and the one that witnesses cosigned", async () => {
      const { store } = await opened(place);
      await store.append(textsOf(0, 300));
      await store.publish({ size: 300, note: "a note\n", tiles: treeOver(300) });
      await store.publish({ size: 300, note: "a note\nand a line\n", tiles: [] });
      await store.keepWitnessed("the first\n");
      await store.keepWitnessed("the second\n");
      expect(await reopen(store)).toMatchObject({ size: 300, note: "a note\nand a line\n", witnessed: "the second\n" });
      expect(await list(store.read(0, 300))).toEqual(textsOf(0, 300));
      for (const { level, index, hashes } of treeOver(300)) {
        expect(await store.tile({ level, index, width: hashes.length })).toEqual(hashes);
      }
    });

    it("settles full tiles: it needs nobody to make them again", async () => {
      const { store } = await opened(place);
      await store.append(textsOf(0, 600));
      await store.publish({ size: 600, note: "a note\n", tiles: treeOver(600) });
      await store.append(textsOf(600, 700));
      expect((await reopen(store)).settled).toBeGreaterThanOrEqual(2 * TILE_WIDTH);
      expect(await list(store.read(0, 700))).toEqual(textsOf(0, 700));
      expect(await list(store.read(250, 520))).toEqual(textsOf(250, 520));
    });

    it("gives the hashes of every published tile, as many as are asked for", async () => {
      const { store } = await opened(place);
      await store.append(textsOf(0, 300));
      const tiles = treeOver(300);
      await store.publish({ size: 300, note: "a note\n", tiles });
      for (const { level, index, hashes } of tiles) {
        expect(await store.tile({ level, index, width: hashes.length })).toEqual(hashes);
      }
      expect(await store.tile({ level: 0, index: 0, width: 7 })).toEqual(tiles[0]?.hashes.slice(0, 7));
    });

    it("refuses a tile and an entry that it does not have", async () => {
      const { store } = await opened(place);
      await store.append(textsOf(0, 1));
      await expect(store.tile({ level: 0, index: 9, width: 1 })).rejects.toMatchObject({ code: "trust/chain_damaged" });
      await expect(list(store.read(0, 2))).rejects.toMatchObject({ code: "trust/chain_damaged" });
    });

    it("has one owner at a time, and the next once it is closed", async () => {
      const { store, again } = await opened(place);
      const rival = again();
      await expect(rival.open()).rejects.toMatchObject({ code: "trust/chain_owned" });
      await store.append(textsOf(0, 1));
      await store.close();
      expect((await rival.open()).size).toBe(1);
      await rival.close();
    });

    it("does nothing for who has not opened it, or closed it", async () => {
      const { store } = await opened(place);
      await store.close();
      await store.close();
      const closed = { code: "trust/chain_closed" };
      await expect(store.append(["{}"])).rejects.toMatchObject(closed);
      await expect(list(store.read(0, 1))).rejects.toMatchObject(closed);
      await expect(store.publish({ size: 0, note: "", tiles: [] })).rejects.toMatchObject(closed);
      await expect(store.keepWitnessed("")).rejects.toMatchObject(closed);
      await expect(store.tile({ level: 0, index: 0, width: 1 })).rejects.toMatchObject(closed);
    });
  });
}

async function opened(place: () => Promise<ChainPlace>) {
  const { store: again } = await place();
  const store = again();
  onTestFinished(() => store.close());
  await store.open();
  return { store, again };
}

async function reopen(store: ChainStore) {
  await store.close();
  return store.open();
}

function textsOf(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, at) => `{"entry":${from + at}}`);
}

function treeOver(size: number): readonly Tile[] {
  const leaves: readonly Hash[] = textsOf(0, size).map(leafHash);
  return extendTree(0, leaves, () => []).tiles;
}

async function list(texts: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const text of texts) all.push(text);
  return all;
}
