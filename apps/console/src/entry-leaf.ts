import type { Entry, Hash } from "@aura/trust";
import { encodeEntry, isAuraError } from "@aura/trust";

/** The leaf hash of an entry as it came over the wire; undefined if it is no entry in its one spelling. */
export function leafOf(entry: Entry, hash: (canonicalEntry: string) => Hash): Hash | undefined {
  try {
    return hash(encodeEntry(entry));
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
