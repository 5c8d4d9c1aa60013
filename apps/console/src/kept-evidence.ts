import type { VerifierKey } from "@aura/trust/verify";
import { openCheckpoint, parseVerifierKey } from "@aura/trust/verify";

/**
 * What this browser remembers of a log, and judges it by: the key it saw first and the newest checkpoint that it verified.
 * A log that was cut or made anew, with the same key or another, does not fit what is remembered.
 */
export interface KeptEvidence {
  readonly verifierKey: string;
  readonly keySinceMs: number;
  /** C2SP signed note, opened under `verifierKey`. */
  readonly note: string | null;
  readonly size: number;
  readonly root: string;
  readonly noteSinceMs: number;
  /** When the whole log up to `size` was last verified here; `null`: seen and signed, but not yet verified. */
  readonly verifiedAtMs: number | null;
}

/** `Storage`, as much of it as is needed. */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PLACE = "aura/evidence/1";

/** What is remembered, or undefined. A text that is not understood counts as nothing remembered. */
export function loadEvidence(store: TextStore): KeptEvidence | undefined {
  const text = store.getItem(PLACE);
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text) as KeptEvidence;
    parseVerifierKey(value.verifierKey);
    return value;
  } catch {
    return undefined;
  }
}

export function saveEvidence(store: TextStore, evidence: KeptEvidence): void {
  store.setItem(PLACE, JSON.stringify(evidence));
}

export function forgetEvidence(store: TextStore): void {
  store.removeItem(PLACE);
}

/**
 * How a checkpoint that the runtime shows fits what is remembered. `other_key`: the log is signed by another key than the one
 * this browser knows; `forged`: it does not verify; `smaller`: it covers less than was signed before; `known`: remembered as it was.
 */
export type Fit = "first" | "known" | "newer" | "other_key" | "forged" | "smaller" | "contradicts";

/** Pure. `root` at the same size must be the same; whether a larger tree starts with the remembered one, only the entries tell. */
export function fitOf(
  kept: KeptEvidence | undefined,
  shown: { readonly note: string; readonly verifierKey: string },
): Fit {
  if (kept !== undefined && kept.verifierKey !== shown.verifierKey) return "other_key";
  const key = keyOrNothing(shown.verifierKey);
  const opened = key && openCheckpoint(shown.note, key);
  if (opened?.ok !== true) return "forged";
  if (kept?.note === undefined || kept.note === null) return "first";
  if (opened.size < kept.size) return "smaller";
  if (opened.size === kept.size) return opened.root === kept.root ? "known" : "contradicts";
  return "newer";
}

/** What to remember when a first checkpoint was seen. @throws what `parseVerifierKey` does, if the key is none */
export function firstSeen(note: string, verifierKey: string, nowMs: number): KeptEvidence | undefined {
  const opened = openCheckpoint(note, parseVerifierKey(verifierKey));
  if (!opened.ok) return undefined;
  const { size, root } = opened;
  return { verifierKey, keySinceMs: nowMs, note, size, root, noteSinceMs: nowMs, verifiedAtMs: null };
}

/** What to remember after the whole log was verified up to this note. */
export function verifiedUpTo(
  kept: KeptEvidence,
  { note, size, root }: { readonly note: string; readonly size: number; readonly root: string },
  nowMs: number,
): KeptEvidence {
  return { ...kept, note, size, root, noteSinceMs: nowMs, verifiedAtMs: nowMs };
}

function keyOrNothing(text: string): VerifierKey | undefined {
  try {
    return parseVerifierKey(text);
  } catch {
    return undefined;
  }
}
