import type { EntryLink } from "./entry-codec.ts";
import type { Hash } from "./entry.ts";
import { entryAltered, entryRepeated, fenceBroken, timeBackwards } from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";

interface ChainHead {
  readonly version: number;
  readonly fence: number;
  readonly timeMs: number;
  readonly leaf: Hash;
  readonly seq: number;
}

const NO_HEAD: ChainHead = { version: 0, fence: 0, timeMs: 0, leaf: "" as Hash, seq: -1 };

/** A version is missing from a stream. Whether it was taken out or comes later is not known yet. */
export interface VersionGap {
  readonly stream: string;
  readonly missing: number;
  readonly seq: number;
}

/** The chains of all streams, followed entry by entry. Memory: one head a stream. @internal */
export class LogChains {
  readonly #heads = new Map<string, ChainHead>();

  get streams(): number {
    return this.#heads.size;
  }

  /** Newest version and hash of a stream; `undefined` if nothing of it came by. */
  head(stream: string): { readonly version: number; readonly leaf: Hash } | undefined {
    return this.#heads.get(stream);
  }

  /** Every stream that came by, sorted by code unit. */
  names(): readonly string[] {
    return [...this.#heads.keys()].toSorted();
  }

  /** Follows one entry: version without a gap, link to the one before, fence, time. */
  follow(link: EntryLink, leaf: Hash, seq: number): LogRefusal | VersionGap | undefined {
    const { stream, version, fence, timeMs } = link;
    const head = this.#heads.get(stream) ?? NO_HEAD;
    if (version > head.version + 1) return { stream, missing: head.version + 1, seq };
    if (version <= head.version) {
      return entryRepeated(
        seq,
        `Entry ${seq} is version ${version} of stream ${stream}, which the file holds already.`,
      );
    }
    if (head !== NO_HEAD && link.previous !== head.leaf) {
      return entryAltered(
        head.seq,
        `Entry ${head.seq} is not the one that entry ${seq}, the next of stream ${stream}, links to.`,
      );
    }
    if (fence !== head.fence && fence !== head.fence + 1) return fenceBroken(seq, stream);
    if (timeMs < head.timeMs) return timeBackwards(seq, stream);
    this.#heads.set(stream, { version, fence, timeMs, leaf, seq });
    return undefined;
  }
}
