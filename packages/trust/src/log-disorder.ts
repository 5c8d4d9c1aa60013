import { orNothing } from "./aura-error.ts";
import { parseEntry } from "./entry-codec.ts";
import type { VersionGap } from "./log-chains.ts";
import type { LogLine } from "./log-export.ts";
import type { LogFinding } from "./log-finding.ts";

/**
 * Something is not where it must be. The rest of the file tells why: what is missing comes later (reordered), or never
 * (dropped). Only names the refusal; that it is one is certain already. @internal
 */
export interface Disorder {
  /** The refusal, once it is known. */
  see(line: LogLine | undefined): LogFinding | undefined;
  atEnd(): LogFinding;
}

/** The line at position `wanted` is numbered `found`, higher. @internal */
export function numberDisorder(wanted: number, found: number, line: number): Disorder {
  let first = true;
  let goesOn = false;
  return {
    see(next) {
      if (next?.seq === wanted) {
        return { ok: false, reason: "entries_reordered", seq: wanted, after: found };
      }
      if (first) goesOn = next?.seq === wanted + 1 && found !== wanted + 1; // only the number is wrong, if nothing else is
      first = false;
      return undefined;
    },
    atEnd() {
      return goesOn
        ? { ok: false, reason: "entry_altered", seq: wanted, line, found }
        : { ok: false, reason: "entry_dropped", seq: wanted, found };
    },
  };
}

/** A stream goes on without one of its versions. @internal */
export function versionDisorder({ stream, missing, seq }: VersionGap): Disorder {
  return {
    see: (next) =>
      next !== undefined && isVersion(next.text, stream, missing)
        ? { ok: false, reason: "entries_reordered", seq, stream, version: missing, found: next.seq }
        : undefined,
    atEnd: () => ({ ok: false, reason: "entry_dropped", seq, stream, version: missing }),
  };
}

function isVersion(text: string, stream: string, version: number): boolean {
  if (!text.includes(`"version":${version}`)) return false; // spares parsing most of a long file
  const parsed = orNothing(() => parseEntry(text));
  const link = parsed?.kind === "entry" ? parsed.entry : parsed?.link;
  return link?.stream === stream && link.version === version;
}
