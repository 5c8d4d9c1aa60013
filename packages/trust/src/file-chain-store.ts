import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { chainClosed, chainDamaged, chainForeign } from "./chain-error.ts";
import type { ChainState, ChainStore, PublishedTree, TilePlace } from "./chain-store.ts";
import type { Hash } from "./entry.ts";
import {
  codeOf,
  diskError,
  foldersAbove,
  inFolder,
  makeFolders,
  openFile,
  type OpenFile,
  syncFolder,
  writeWhole,
} from "./file-chain/disk.ts";
import { Journal } from "./file-chain/journal.ts";
import { OwnerLock } from "./file-chain/owner-lock.ts";
import { decodeBundle, decodeTile, encodeBundle, encodeTile } from "./file-chain/tile-bytes.ts";
import { NOTE_BYTES_MAX } from "./signed-note.ts";
import { TILE_WIDTH, tilePath } from "./tiles.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export { orgLogFolder } from "./org-log-folder.ts";

const CHECKPOINT = "checkpoint";
const WITNESSED = "checkpoint.witnessed";
const JOURNAL = "journal";
const OWNER = "owner";
/** What a crash in the middle of the very first opening leaves. */
const UNFINISHED: readonly string[] = [OWNER, "journal.new"];

/**
 * A chain in a folder of a local disk, laid out as a C2SP tlog-tiles log: `checkpoint`, `tile/<level>/...` and
 * `tile/entries/...` can be served as they are. Beside them `checkpoint.witnessed`, the newest checkpoint that enough witnesses
 * cosigned, `journal`, the entries behind the last full bundle, and
 * `owner`, who has it open. Entries are durable in the journal, with one fdatasync an append, before they are acknowledged;
 * full bundles and their tiles are durable before the journal lets go of them; all else is made again from the journal.
 * Memory: the journal's entries. Files are for this user alone (0600).
 */
export function fileChainStore(folder: string): ChainStore {
  return new FileChainStore(folder, openFile);
}

/** @internal */
export class FileChainStore implements ChainStore {
  readonly where: string;
  readonly #folder: string;
  readonly #open: OpenFile;
  #lock: OwnerLock | undefined;
  #journal: Journal | undefined;

  constructor(folder: string, open: OpenFile) {
    this.where = `in ${folder}`;
    this.#folder = resolve(folder);
    this.#open = open;
  }

  async open(): Promise<ChainState> {
    try {
      await this.#isNew(); // a folder of somebody else is not touched
      const changed = await makeFolders(this.#folder);
      for (const folder of changed) await syncFolder({ open: this.#open }, folder);
      const lock = await OwnerLock.take(this.#path(OWNER), this.where);
      try {
        return await this.#begin(lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      throw diskError(this.where, error);
    }
  }

  async append(texts: readonly string[]): Promise<void> {
    const journal = this.#mustBeOpen();
    if (texts.length > 0) await journal.append(texts);
  }

  async *read(from: number, to: number): AsyncGenerator<string> {
    for (let at = from; at < to;) {
      const texts = await this.#textsAt(at, to);
      if (texts.length === 0) throw chainDamaged(this.where, `has no entry ${at}`);
      yield* texts;
      at += texts.length;
    }
  }

  async publish({ size, note, tiles }: PublishedTree): Promise<void> {
    const journal = this.#mustBeOpen();
    const full = size - (size % TILE_WIDTH);
    const settles = full > journal.base;
    try {
      const folders = new Set<string>();
      const put = async (path: string, bytes: Uint8Array, sync: boolean): Promise<void> => {
        const place = inFolder(this.#folder, path);
        await makeFolders(dirname(place));
        // Those above, too: they may have been made by a publishing that did not settle.
        for (const folder of foldersAbove(place, this.#folder)) folders.add(folder);
        await writeWhole({ open: this.#open }, place, { bytes, sync });
      };
      for (let from = journal.base; from < size; from += TILE_WIDTH) {
        const texts = journal.texts(from, Math.min(from + TILE_WIDTH, size));
        const index = from / TILE_WIDTH;
        await put(tilePath({ level: "entries", index, width: texts.length }), encodeBundle(texts), settles);
      }
      for (const { level, index, hashes } of tiles) {
        await put(tilePath({ level, index, width: hashes.length }), encodeTile(hashes), settles);
      }
      if (settles) for (const folder of folders) await syncFolder({ open: this.#open }, folder);
      await writeWhole({ open: this.#open }, this.#path(CHECKPOINT), { bytes: encodeUtf8(note), sync: true });
      await syncFolder({ open: this.#open }, this.#folder);
      if (!settles) return;
      await journal.moveTo(full);
      await this.#removePartial(tiles, full);
    } catch (error) {
      throw diskError(this.where, error);
    }
  }

  async keepWitnessed(note: string): Promise<void> {
    this.#mustBeOpen();
    try {
      await writeWhole({ open: this.#open }, this.#path(WITNESSED), { bytes: encodeUtf8(note), sync: true });
      await syncFolder({ open: this.#open }, this.#folder);
    } catch (error) {
      throw diskError(this.where, error);
    }
  }

  async tile({ level, index, width }: TilePlace): Promise<readonly Hash[]> {
    this.#mustBeOpen();
    const bytes = await this.#readFirst([width, TILE_WIDTH].map((width) => tilePath({ level, index, width })));
    const hashes = decodeTile(bytes ?? new Uint8Array(), width);
    if (hashes.length < width) throw chainDamaged(this.where, `lacks hashes of tile ${index} at level ${level}`);
    return hashes;
  }

  async close(): Promise<void> {
    const [lock, journal] = [this.#lock, this.#journal];
    [this.#lock, this.#journal] = [undefined, undefined];
    try {
      await journal?.close();
      await lock?.release();
    } catch (error) {
      throw diskError(this.where, error);
    }
  }

  /** @throws `trust/chain_foreign`, `trust/chain_damaged` */
  async #isNew(): Promise<boolean> {
    const names = await this.#names();
    if (names.includes(JOURNAL)) return false;
    if (names.includes(CHECKPOINT)) throw chainDamaged(this.where, "has lost its journal");
    const others = names.filter((name) => !UNFINISHED.includes(name));
    if (others.length > 0) throw chainForeign(this.where, "is in a folder that holds something else");
    return true;
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      if (codeOf(error) === "ENOTDIR") throw chainForeign(this.where, "is not a folder", error);
      throw error;
    }
  }

  /** Whether it is new is asked again: the owner before may have made it meanwhile. */
  async #begin(lock: OwnerLock): Promise<ChainState> {
    const place = { path: this.#path(JOURNAL), where: this.where, open: this.#open };
    const journal = (await this.#isNew()) ? await Journal.create(place) : await Journal.load(place);
    try {
      const note = await this.#note(CHECKPOINT);
      if (note === undefined && journal.base > 0) throw chainDamaged(this.where, "has lost its checkpoint");
      const witnessed = await this.#note(WITNESSED);
      [this.#lock, this.#journal] = [lock, journal];
      return { size: journal.size, settled: journal.base, note, witnessed };
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  async #note(name: string): Promise<string | undefined> {
    const bytes = await this.#readFirst([name]);
    if (bytes === undefined) return undefined;
    if (bytes.length > NOTE_BYTES_MAX) throw chainForeign(this.where, "has a checkpoint that is none");
    return decodeUtf8(bytes) ?? "";
  }

  /** Entries from `at` on, as many as are at hand with one read. */
  async #textsAt(at: number, to: number): Promise<readonly string[]> {
    const journal = this.#mustBeOpen();
    if (at >= journal.base) return journal.texts(at, to);
    const index = Math.floor(at / TILE_WIDTH);
    const bytes = await this.#readFirst([tilePath({ level: "entries", index, width: TILE_WIDTH })]);
    const texts = bytes && decodeBundle(bytes);
    if (texts?.length !== TILE_WIDTH) throw chainDamaged(this.where, `lacks the entries of bundle ${index}`);
    return texts.slice(at - index * TILE_WIDTH, to - index * TILE_WIDTH);
  }

  async #readFirst(paths: readonly string[]): Promise<Uint8Array | undefined> {
    for (const path of paths) {
      try {
        return await readFile(inFolder(this.#folder, path));
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw diskError(this.where, error);
      }
    }
    return undefined;
  }

  /** Partial tiles may go when the full one is there (C2SP tlog-tiles). */
  async #removePartial(tiles: PublishedTree["tiles"], full: number): Promise<void> {
    const whole = tiles.filter(({ hashes }) => hashes.length === TILE_WIDTH);
    const bundle = { level: "entries" as const, index: full / TILE_WIDTH - 1 };
    for (const { level, index } of [...whole, bundle]) {
      await rm(inFolder(this.#folder, `${tilePath({ level, index, width: TILE_WIDTH })}.p`), {
        recursive: true,
        force: true,
      });
    }
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #mustBeOpen(): Journal {
    if (this.#journal === undefined) throw chainClosed(this.where);
    return this.#journal;
  }
}
