import type { EntryLink } from "./entry-codec.ts";
import type { Hash } from "./entry.ts";
import type { LogFinding } from "./log-finding.ts";

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
  follow(link: EntryLink, leaf: Hash, seq: number): LogFinding | VersionGap | undefined {
    const { stream, version, fence, timeMs } = link;
    const head = this.#heads.get(stream) ?? NO_HEAD;
    if (version > head.version + 1) return { stream, missing: head.version + 1, seq };
    if (version <= head.version) return { ok: false, reason: "entry_repeated", seq, stream, version };
    if (head !== NO_HEAD && link.previous !== head.leaf) {
      return { ok: false, reason: "entry_altered", seq: head.seq, next: seq, stream };
    }
    if (fence !== head.fence && fence !== head.fence + 1) return { ok: false, reason: "fence_broken", seq, stream };
    if (timeMs < head.timeMs) return { ok: false, reason: "time_backwards", seq, stream };
    this.#heads.set(stream, { version, fence, timeMs, leaf, seq });
    return undefined;
  }
}
