import { chainClosed, chainDamaged, chainOwned } from "./chain-error.ts";
import type { ChainState, ChainStore, PublishedTree, TilePlace } from "./chain-store.ts";
import type { Hash } from "./entry.ts";

const WHERE = "in memory";

/** A chain that lives as long as the object: for tests, and where another system keeps what is exported. */
export function memoryChainStore(): ChainStore {
  return new MemoryChainStore();
}

class MemoryChainStore implements ChainStore {
  readonly where = WHERE;
  readonly #texts: string[] = [];
  readonly #tiles = new Map<string, readonly Hash[]>();
  #settled = 0;
  #note: string | undefined;
  #witnessed: string | undefined;
  #open = false;

  async open(): Promise<ChainState> {
    if (this.#open) throw chainOwned(WHERE, "by this process");
    this.#open = true;
    return { size: this.#texts.length, settled: this.#settled, note: this.#note, witnessed: this.#witnessed };
  }

  async append(texts: readonly string[]): Promise<void> {
    this.#mustBeOpen();
    this.#texts.push(...texts);
  }

  async *read(from: number, to: number): AsyncGenerator<string> {
    for (let seq = from; seq < to; seq += 1) {
      this.#mustBeOpen();
      const text = this.#texts[seq];
      if (text === undefined) throw chainDamaged(WHERE, `has no entry ${seq}`);
      yield text;
    }
  }

  async publish({ size, note, tiles }: PublishedTree): Promise<void> {
    this.#mustBeOpen();
    for (const { level, index, hashes } of tiles) this.#tiles.set(`${level}/${index}`, hashes);
    this.#settled = size;
    this.#note = note;
  }

  async keepWitnessed(note: string): Promise<void> {
    this.#mustBeOpen();
    this.#witnessed = note;
  }

  async tile({ level, index, width }: TilePlace): Promise<readonly Hash[]> {
    this.#mustBeOpen();
    const hashes = this.#tiles.get(`${level}/${index}`)?.slice(0, width) ?? [];
    if (hashes.length < width) throw chainDamaged(WHERE, `lacks hashes of tile ${index} at level ${level}`);
    return hashes;
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw chainClosed(WHERE);
  }
}
