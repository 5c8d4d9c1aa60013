import { type FileHandle, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { chainDamaged, chainForeign, chainUnsure } from "../chain-error.ts";
import { diskError, FILE_MODE, isNoRoom, type OpenFile, syncFolder, writeAll } from "./disk.ts";
import { encodeFrame, encodeJournalHeader, readJournal } from "./journal-frame.ts";

/** What a journal needs to know of its surroundings. */
interface Place {
  readonly path: string;
  readonly where: string;
  readonly open: OpenFile;
}

/** The entries behind the full bundles, appended frame by frame. Its texts are in memory, too. */
export class Journal {
  readonly #place: Place;
  #file: FileHandle;
  #bytes: number;
  #base: number;
  #texts: string[];
  /** After a write of unknown end nothing may be written behind it. */
  #unsure = false;

  private constructor(
    place: Place,
    file: FileHandle,
    found: { bytes: number; base: number; texts: readonly string[] },
  ) {
    this.#place = place;
    this.#file = file;
    this.#bytes = found.bytes;
    this.#base = found.base;
    this.#texts = [...found.texts];
  }

  /** Position of its first entry. */
  get base(): number {
    return this.#base;
  }

  get size(): number {
    return this.#base + this.#texts.length;
  }

  /** Its entries from position `from` on, up to `to`. */
  texts(from: number, to: number): readonly string[] {
    return this.#texts.slice(from - this.#base, to - this.#base);
  }

  /** A journal of no entries in a new file, durable with its name. */
  static async create(place: Place): Promise<Journal> {
    const { file, bytes } = await draft(place, 0, []);
    try {
      await putInPlace(place);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Journal(place, file, { bytes, base: 0, texts: [] });
  }

  /** Opens a journal and cuts off what is torn. @throws `trust/chain_foreign`, `trust/chain_damaged` */
  static async load(place: Place): Promise<Journal> {
    const { path, where } = place;
    const content = await readFile(path);
    const read = readJournal(content);
    if (read.kind === "damaged") throw chainDamaged(where, `is damaged at byte ${read.byte} of its journal`);
    if (read.kind === "foreign") throw chainForeign(where, "has a journal that is none");
    if (read.kind === "unknown_format") throw chainForeign(where, "was written by a newer AURA");
    const file = await place.open(path, "r+", FILE_MODE);
    try {
      if (read.wholeBytes < content.length) await file.truncate(read.wholeBytes);
      // Also what was written whole but never synchronised: from here on it stands.
      await file.sync();
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Journal(place, file, { bytes: read.wholeBytes, base: read.base, texts: read.texts });
  }

  /** Durable when it resolves. @throws `trust/chain_full`, `trust/chain_unsure` */
  async append(texts: readonly string[]): Promise<void> {
    if (this.#unsure) throw chainUnsure(this.#place.where);
    const frame = encodeFrame(texts);
    try {
      await writeAll(this.#file, frame, this.#bytes);
      await this.#file.datasync();
    } catch (error) {
      await this.#takeBack(error);
    }
    this.#bytes += frame.length;
    this.#texts.push(...texts);
  }

  /** Goes on in a new file that starts at `base`. The entries before it are durable elsewhere by now. */
  async moveTo(base: number): Promise<void> {
    const { where } = this.#place;
    if (this.#unsure) throw chainUnsure(where);
    const texts = this.#texts.slice(base - this.#base);
    const { file, bytes } = await draft(this.#place, base, texts);
    try {
      await putInPlace(this.#place);
    } catch (error) {
      this.#unsure = true; // which of the two files has the name?
      await file.close();
      throw chainUnsure(where, error);
    }
    const before = this.#file;
    [this.#file, this.#bytes, this.#base, this.#texts] = [file, bytes, base, texts];
    await before.close();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** A full disk is no mystery: what was written is cut off again. Anything else leaves it open what the disk holds. */
  async #takeBack(error: unknown): Promise<never> {
    const { where } = this.#place;
    this.#unsure = true;
    if (!isNoRoom(error)) throw chainUnsure(where, error);
    try {
      await this.#file.truncate(this.#bytes);
      await this.#file.datasync();
    } catch (cause) {
      throw chainUnsure(where, cause);
    }
    this.#unsure = false;
    throw diskError(where, error);
  }
}

/** A whole journal under another name, durable. */
async function draft(
  place: Place,
  base: number,
  texts: readonly string[],
): Promise<{ readonly file: FileHandle; readonly bytes: number }> {
  const header = encodeJournalHeader(base);
  const frame = texts.length === 0 ? new Uint8Array() : encodeFrame(texts);
  const file = await place.open(draftOf(place), "w", FILE_MODE);
  try {
    await writeAll(file, header, 0);
    await writeAll(file, frame, header.length);
    await file.datasync();
  } catch (error) {
    await file.close();
    await unlink(draftOf(place)).catch(() => undefined); // the write's failure is the one to tell
    throw error;
  }
  return { file, bytes: header.length + frame.length };
}

async function putInPlace(place: Place): Promise<void> {
  await rename(draftOf(place), place.path);
  await syncFolder(place, dirname(place.path));
}

function draftOf({ path }: Place): string {
  return `${path}.new`;
}
