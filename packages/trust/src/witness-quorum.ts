import { openCosignature } from "./cosignature.ts";
import type { WitnessKey } from "./cosignature.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** Whom the verifier trusts to have seen the one history of a log. Nothing of it is ever taken from a file. */
export interface WitnessAnchors {
  readonly keys: readonly WitnessKey[];
  /** How many different keys among `keys` must have cosigned; whole, from 1. */
  readonly quorum: number;
}

export interface WitnessCount {
  /** Who cosigned, and when it says it did: seconds since 1970. One for each key. */
  readonly cosigned: readonly { readonly name: string; readonly timeS: number }[];
  /** Names of keys of whom a line stands there that does not verify: such a note is refused (C2SP signed-note). */
  readonly forged: readonly string[];
  /** True if `cosigned` reaches the quorum and nothing is forged. */
  readonly met: boolean;
}

/**
 * Counts the witnesses that cosigned a note. One public key counts once, whatever names it is given, because the signed text
 * does not hold the name; the log's own key, if given, counts for nothing. A quorum that is no whole number from 1 is never met.
 */
export function countWitnesses(note: string, { keys, quorum }: WitnessAnchors, log?: VerifierKey): WitnessCount {
  const counted = new Set<string>(log === undefined ? [] : [log.key.kid]);
  const cosigned: { name: string; timeS: number }[] = [];
  const forged: string[] = [];
  for (const key of keys) {
    const opened = openCosignature(note, key);
    if (!opened.ok && opened.reason === "forged") forged.push(key.name);
    if (!opened.ok || counted.has(key.key.kid)) continue;
    counted.add(key.key.kid);
    cosigned.push({ name: key.name, timeS: opened.timeS });
  }
  const met = Number.isSafeInteger(quorum) && quorum >= 1 && cosigned.length >= quorum && forged.length === 0;
  return { cosigned, forged, met };
}
