import { isAuraError } from "./aura-error.ts";
import { parseEntry } from "./entry-codec.ts";
import type { VersionGap } from "./log-chains.ts";
import type { LogLine } from "./log-export.ts";
import { entriesReordered, entryAltered, entryDropped } from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";

/**
 * Something is not where it must be. The rest of the file tells why: what is missing comes later (reordered), or never
 * (dropped). Only names the refusal; that it is one is certain already. @internal
 */
export interface Disorder {
  /** The refusal, once it is known. */
  see(line: LogLine | undefined): LogRefusal | undefined;
  atEnd(): LogRefusal;
}

/** The line at position `wanted` is numbered `found`, higher. @internal */
export function numberDisorder(wanted: number, found: number, line: number): Disorder {
  let first = true;
  let goesOn = false;
  return {
    see(next) {
      if (next?.seq === wanted) {
        return entriesReordered(
          wanted,
          `Entry ${wanted} stands after entry ${found}: entries were put in another order.`,
        );
      }
      if (first) goesOn = next?.seq === wanted + 1 && found !== wanted + 1; // only the number is wrong, if nothing else is
      first = false;
      return undefined;
    },
    atEnd() {
      if (goesOn) return entryAltered(wanted, `Line ${line} holds entry ${wanted} but is numbered ${found}.`, line);
      return entryDropped(
        wanted,
        found === wanted + 1
          ? `Entry ${wanted} is missing: entry ${found} stands in its place.`
          : `Entries ${wanted} to ${found - 1} are missing: entry ${found} stands in their place.`,
      );
    },
  };
}

/** A stream goes on without one of its versions. @internal */
export function versionDisorder({ stream, missing, seq }: VersionGap): Disorder {
  return {
    see: (next) =>
      next !== undefined && isVersion(next.text, stream, missing)
        ? entriesReordered(
            seq,
            `Entry ${next.seq}, version ${missing} of stream ${stream}, stands after a later version of it, entry ${seq}.`,
          )
        : undefined,
    atEnd: () =>
      entryDropped(
        seq,
        `Version ${missing} of stream ${stream} is missing before entry ${seq}: an entry was taken out and the others numbered anew.`,
      ),
  };
}

function isVersion(text: string, stream: string, version: number): boolean {
  if (!text.includes(`"version":${version}`)) return false; // spares parsing most of a long file
  try {
    const parsed = parseEntry(text);
    const link = parsed.kind === "entry" ? parsed.entry : parsed.link;
    return link?.stream === stream && link.version === version;
  } catch (error) {
    if (isAuraError(error)) return false;
    throw error;
  }
}
