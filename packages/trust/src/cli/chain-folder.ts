import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isAuraError } from "../aura-error.ts";
import { chainDamaged, chainForeign } from "../chain-error.ts";
import { type Checkpoint, inspectCheckpoint } from "../checkpoint.ts";
import type { Hash } from "../entry.ts";
import { codeOf, inFolder } from "../file-chain/disk.ts";
import { readJournal } from "../file-chain/journal-frame.ts";
import { decodeBundle, decodeTile } from "../file-chain/tile-bytes.ts";
import { leafHash, verifyInclusion } from "../merkle.ts";
import { extendTree, inclusionProof, TILE_WIDTH, tilePath, type TileReader } from "../tiles.ts";
import { decodeUtf8 } from "../utf8.ts";
import { fileUnreadable, nothingSigned, systemProblem } from "./command-error.ts";

/** The entries behind the full bundles, as the journal has them. */
interface Tail {
  readonly base: number;
  readonly texts: readonly string[];
}

/**
 * The signed part of an audit chain in the folder of `fileChainStore`, or in a copy of the files that it serves. Reads only,
 * takes no lock and repairs nothing, so it works while another process appends: what a checkpoint covers never changes.
 */
export class ChainFolder {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly #folder: string;
  readonly #tail: Tail;

  private constructor(folder: string, note: string, checkpoint: Checkpoint, tail: Tail) {
    this.#folder = folder;
    this.note = note;
    this.checkpoint = checkpoint;
    this.#tail = tail;
  }

  /**
   * Over the newest checkpoint, or over the newest that enough witnesses cosigned.
   * @throws `trust/file_unreadable`, `trust/nothing_signed`, `trust/chain_foreign`, `trust/chain_damaged`
   */
  static async open(folder: string, over: "newest" | "witnessed" = "newest"): Promise<ChainFolder> {
    const bytes = await readIfThere(join(folder, over === "newest" ? "checkpoint" : "checkpoint.witnessed"));
    // The journal after the checkpoint: entries leave it only for a bundle that is on disk by then.
    const tail = await readTail(join(folder, "journal"));
    if (bytes === undefined) {
      if (tail !== undefined) throw nothingSigned(folder, over);
      await readable(folder);
      throw chainForeign(`in ${folder}`, "is none: the folder holds neither a journal nor a checkpoint");
    }
    const note = decodeUtf8(bytes) ?? "";
    const checkpoint = inspectCheckpoint(note);
    if (checkpoint === undefined) throw chainDamaged(`in ${folder}`, "has a checkpoint that is none");
    const { origin, size, root } = checkpoint;
    return new ChainFolder(folder, note, { origin, size, root }, tail ?? { base: size, texts: [] });
  }

  /** Entries that were appended after the checkpoint. */
  get unsigned(): number {
    return Math.max(0, this.#tail.base + this.#tail.texts.length - this.checkpoint.size);
  }

  /** The canonical entries that the checkpoint covers, in order. @throws `trust/chain_damaged`, `trust/file_unreadable` */
  async *texts(): AsyncGenerator<string> {
    const { size } = this.checkpoint;
    for (let from = 0; from < size; from += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, size - from);
      const texts = this.#tailFrom(from, width) ?? (await this.#bundle(from / TILE_WIDTH, width));
      if (texts === undefined) throw this.#damaged(`lacks entries from ${from} on`);
      yield* texts;
    }
  }

  /** An entry, with its siblings in the tree of the checkpoint. @throws as {@link texts} */
  async prove(seq: number): Promise<{ readonly text: string; readonly proof: readonly Hash[] }> {
    const { size } = this.checkpoint;
    const from = seq - (seq % TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, size - from);
    const texts = this.#tailFrom(from, width) ?? (await this.#bundle(from / TILE_WIDTH, width));
    const text = texts?.[seq - from];
    if (text === undefined) throw this.#damaged(`lacks entry ${seq}`);
    const proof = this.#proof(seq, text, this.#tile) ?? this.#proof(seq, text, await this.#rebuilt());
    if (proof === undefined) throw this.#damaged("holds other entries than were signed");
    return { text, proof };
  }

  /** Tiles that a power cut tore are made again from the entries. */
  async #rebuilt(): Promise<TileReader> {
    const leaves: Hash[] = [];
    for await (const text of this.texts()) leaves.push(leafHash(text));
    const tiles = new Map(
      extendTree(0, leaves, () => []).tiles.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]),
    );
    return (level, index) => tiles.get(`${level}/${index}`) ?? [];
  }

  #proof(index: number, text: string, readTile: TileReader): readonly Hash[] | undefined {
    const { size, root } = this.checkpoint;
    try {
      const proof = inclusionProof(index, size, readTile);
      return verifyInclusion({ leaf: leafHash(text), index, size, proof, root }) ? proof : undefined;
    } catch (error) {
      if (isAuraError(error, "trust/tree_refused")) return undefined;
      throw error;
    }
  }

  readonly #tile: TileReader = (level, index) => {
    const count = Math.floor(this.checkpoint.size / TILE_WIDTH ** level);
    const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH);
    for (const filled of [width, TILE_WIDTH]) {
      try {
        return decodeTile(readFileSync(inFolder(this.#folder, tilePath({ level, index, width: filled }))), width);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw fileUnreadable(this.#folder, systemProblem(error), error);
      }
    }
    return [];
  };

  /** The journal is durable where the files of a partial tile are not: it comes first. */
  #tailFrom(from: number, width: number): readonly string[] | undefined {
    const { base, texts } = this.#tail;
    const found = from < base ? [] : texts.slice(from - base, from - base + width);
    return found.length === width ? found : undefined;
  }

  async #bundle(index: number, width: number): Promise<readonly string[] | undefined> {
    for (const filled of [width, TILE_WIDTH]) {
      const bytes = await readIfThere(inFolder(this.#folder, tilePath({ level: "entries", index, width: filled })));
      const texts = bytes && decodeBundle(bytes)?.slice(0, width);
      if (texts?.length === width) return texts;
    }
    return undefined;
  }

  #damaged(problem: string): Error {
    return chainDamaged(`in ${this.#folder}`, problem);
  }
}

/** `undefined` without a journal, as in a copy of what a log serves. A torn end was never acknowledged. */
async function readTail(path: string): Promise<Tail | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const read = readJournal(bytes);
  const where = `in ${path}`;
  if (read.kind === "damaged") throw chainDamaged(where, `is damaged at byte ${read.byte} of its journal`);
  if (read.kind === "foreign") throw chainForeign(where, "has a journal that is none");
  if (read.kind === "unknown_format") throw chainForeign(where, "was written by a newer AURA");
  return read;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileUnreadable(path, systemProblem(error), error);
  }
}

async function readable(folder: string): Promise<void> {
  try {
    await readdir(folder);
  } catch (error) {
    throw fileUnreadable(folder, systemProblem(error), error);
  }
}
