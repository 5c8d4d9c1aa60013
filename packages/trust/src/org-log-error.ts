import { TrustError } from "./trust-error.ts";

/** `problem` completes "The namespace ...". */
export function namespaceRefused(origin: string, problem: string): TrustError {
  return new TrustError({
    code: "trust/namespace_refused",
    what: `The namespace ${origin} ${problem}.`,
    why: "An org log anchors one history of each namespace of its organisation, under one key at a time.",
    fix: "Register the verifier key that the namespace's owner published; retire the key before it first.",
  });
}

export function notAnchored(origin: string): TrustError {
  return new TrustError({
    code: "trust/not_anchored",
    what: `The newest tick of the org log holds no checkpoint of ${origin}.`,
    why: "Only a checkpoint that was submitted before a tick stands in it.",
    fix: "Submit a checkpoint, and ask again after the next tick.",
  });
}

/** `problem` completes "The org log's state ...". */
export function orgLogDamaged(where: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/org_log_damaged",
    what: `The org log's state ${where} ${problem}.`,
    why: "An org log that forgets what it anchored could anchor a second history of a namespace.",
    fix: "Restore exactly the newest state and the newest chain. If one is lost, found a new org log with a new key.",
    cause,
  });
}

/** `problem` completes "The tick of the org log ...". */
export function tickRefused(problem: string): TrustError {
  return new TrustError({
    code: "trust/tick_refused",
    what: `The tick of the org log ${problem}.`,
    why: "Ticks are numbered from 1970 on by their length, so an org log has one length for ever.",
    fix: "Open it with the tickMs that it was founded with: whole milliseconds, from 1.",
  });
}
