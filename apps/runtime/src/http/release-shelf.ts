import { releaseDigest } from "@aura/governance";
import type { Release } from "@aura/governance";
import type { Hash } from "@aura/trust";
import { loadReleases } from "../namespace.ts";
import type { Recorder } from "../record.ts";

/** Every release of a namespace, by digest. */
export interface ReleaseShelf {
  find(digest: Hash): Promise<Release | undefined>;
}

/** Reads the releases again when it is asked for one that it does not know. */
export function createReleaseShelf(log: Pick<Recorder, "store" | "context">): ReleaseShelf {
  let known = new Map<Hash, Release>();
  return {
    find: async (digest) => {
      if (!known.has(digest)) {
        known = new Map((await loadReleases(log)).map((release) => [releaseDigest(release), release]));
      }
      return known.get(digest);
    },
  };
}
