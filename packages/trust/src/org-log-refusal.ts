import { DO_NOT_TRUST } from "./log-refusal.ts";
import type { LogRefusal } from "./log-refusal.ts";

/** Why an anchored checkpoint is not accepted, where that is not about the org log itself ({@link LogRefusal} says that). */
export type AnchorRefusalReason =
  | "malformed_anchor"
  | "unknown_format"
  | "not_a_tick"
  | "namespace_wrong_key"
  | "namespace_forged"
  | "not_in_tick"
  | "not_covered"
  | "other_history"
  | "tick_miscounted";

export type AnchorRefusal = Omit<LogRefusal, "reason"> & { readonly reason: AnchorRefusalReason };

export function malformedAnchor(): AnchorRefusal {
  return {
    ok: false,
    reason: "malformed_anchor",
    what: "This is no anchored checkpoint.",
    why: "It is the proof of an entry of an org log, whose extra data lead from a namespace's checkpoint to that entry, each in its one spelling.",
    fix: DO_NOT_TRUST,
  };
}

export function unknownAnchor(format: string): AnchorRefusal {
  return {
    ok: false,
    reason: "unknown_format",
    what: `The anchored checkpoint, or an entry in it, has the format ${JSON.stringify(format.slice(0, 64))}, which this version does not know.`,
    why: "It was written by a newer AURA, or changed.",
    fix: "Verify with the newest @aura/trust.",
  };
}

export function notATick(seq: number): AnchorRefusal {
  return {
    ok: false,
    reason: "not_a_tick",
    seq,
    what: `Entry ${seq} of the org log is none that anchors checkpoints.`,
    why: "It stands in the org log, but it is not what an org log writes every tick.",
    fix: DO_NOT_TRUST,
  };
}

export function namespaceUnsigned(problem: "unsigned" | "forged"): AnchorRefusal {
  const unsigned = problem === "unsigned";
  return {
    ok: false,
    reason: unsigned ? "namespace_wrong_key" : "namespace_forged",
    what: unsigned
      ? "The namespace's checkpoint carries no signature of the key that was given."
      : "The namespace's checkpoint is not what its key signed.",
    why: unsigned
      ? "Either this is not the key of the namespace, or this is another namespace's checkpoint."
      : "Its origin, size, root or signature was changed.",
    fix: unsigned ? "Get the verifier key from the owner of the namespace, not from this file." : DO_NOT_TRUST,
  };
}

export function notInTick(tick: number): AnchorRefusal {
  return {
    ok: false,
    reason: "not_in_tick",
    what: `Tick ${tick} of the org log does not hold this checkpoint for this namespace.`,
    why: "The place of a namespace in a tick holds one checkpoint; this one, its nonce or its path do not lead there.",
    fix: DO_NOT_TRUST,
  };
}

export function notCovered(size: number, anchored: number): AnchorRefusal {
  return {
    ok: false,
    reason: "not_covered",
    what: `What was verified has ${size} entries, the anchored checkpoint ${anchored}, and nothing leads from one to the other.`,
    why: "An anchored checkpoint speaks of its own tree, and of a smaller one only with the proof that it grew from that.",
    fix:
      size > anchored
        ? "Get a newer anchored checkpoint; or verify the whole log with the anchored one as older checkpoint."
        : "Ask the owner of the namespace for the anchored checkpoint with the proof of growth from this size.",
  };
}

export function otherHistory(size: number, anchored: number): AnchorRefusal {
  return {
    ok: false,
    reason: "other_history",
    what: `What was verified (${size} entries) and the anchored checkpoint (${anchored}) are not of one history.`,
    why: "They are of two logs, or the namespace's key signed two trees of one size.",
    fix: "Keep both files: if they are of one log, they prove by themselves that its key signed two histories.",
  };
}

export function tickMiscounted(seq: number, before: number, tick: number): AnchorRefusal {
  return {
    ok: false,
    reason: "tick_miscounted",
    seq,
    what: `Entry ${seq} writes tick ${tick} after tick ${before}, and does not say so.`,
    why: "Ticks rise, have one length, and each says how many before it are missing: two of one number could hold two checkpoints.",
    fix: DO_NOT_TRUST,
  };
}
