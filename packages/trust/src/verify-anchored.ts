import { isAuraError, orNothing } from "./aura-error.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { commit } from "./commitment.ts";
import { parseEntry } from "./entry-codec.ts";
import type { Witnessed } from "./judge-witnesses.ts";
import type { LogRefusal } from "./log-refusal.ts";
import { leafHash, verifyConsistency } from "./merkle.ts";
import { parseAnchor } from "./org-log-anchor.ts";
import type { Growth } from "./org-log-anchor.ts";
import { slotOf, verifyMapPath } from "./org-log-map.ts";
import {
  malformedAnchor,
  namespaceUnsigned,
  notATick,
  notCovered,
  notInTick,
  otherHistory,
  unknownAnchor,
} from "./org-log-refusal.ts";
import type { AnchorRefusal } from "./org-log-refusal.ts";
import { readTick } from "./org-log-tick.ts";
import type { WrittenTick } from "./org-log-tick.ts";
import { otherProofFormat, parseTlogProof, verifyTlogProof } from "./tlog-proof.ts";
import { namespaceOfOrigin } from "./verifier-key.ts";
import type { VerifierKey } from "./verifier-key.ts";
import type { WitnessAnchors } from "./witness-quorum.ts";

/** What the verifier knows from outside. Nothing of it is ever taken from the file. */
export interface AnchoredAnchors {
  /** The namespace's. */
  readonly key: VerifierKey;
  readonly orgLog: VerifierKey;
  /** Of the org log. */
  readonly witnesses?: WitnessAnchors;
  /** What was verified under `key`: the checkpoint of a log, a receipt or a proof of an entry. Is that anchored? */
  readonly of?: Pick<Checkpoint, "origin" | "size" | "root">;
}

export interface VerifiedAnchor extends WrittenTick {
  readonly ok: true;
  /** The namespace's tree. */
  readonly checkpoint: Checkpoint;
  /** The namespace's checkpoint: what `verifyLog` takes as `since`. */
  readonly note: string;
  readonly orgLog: Checkpoint & { readonly index: number };
  /** There if witnesses were given. */
  readonly witnesses?: Witnessed;
  /**
   * `log`: nothing was held against it. `earlier_ticks` always: that the org log's earlier ticks held starts of this tree is what its
   * operator checks; two anchored checkpoints show it (`verifyConsistency`, or `since`).
   */
  readonly notChecked: readonly ("witness" | "log" | "earlier_ticks")[];
}

export type AnchoredVerification = VerifiedAnchor | AnchorRefusal | LogRefusal;

/**
 * Verifies offline that a namespace's checkpoint is anchored: it is signed by `key`, it is the one that the tick holds for that key, the
 * tick is an entry of the org log under `orgLog`, and enough of its witnesses cosigned that, if they are given. Then nobody can
 * be shown another checkpoint of this namespace under this entry. Never throws for what the text holds.
 */
export function verifyAnchored(text: string, anchors: AnchoredAnchors): AnchoredVerification {
  const { key, orgLog, witnesses, of } = anchors;
  const other = otherProofFormat(text);
  if (other !== undefined) return unknownAnchor(other);
  const proof = parseTlogProof(text);
  const parsed = parseAnchor(proof?.extra ?? new Uint8Array());
  if (proof === undefined || parsed.kind === "malformed") return malformedAnchor();
  if (parsed.kind === "unknown_format") return unknownAnchor(parsed.format);
  const { entry, note, nonce, path, grown } = parsed.anchor;
  const stands = verifyTlogProof(text, leafHash(entry), { key: orgLog, ...(witnesses && { witnesses }) });
  if (!stands.ok) return stands;
  const tick = openTick(entry, proof.index, orgLog);
  if ("ok" in tick) return tick;
  const opened = openCheckpoint(note, key);
  if (!opened.ok) return namespaceUnsigned(opened.reason === "unsigned" ? "unsigned" : "forged");
  const value = orNothing(() => commit(nonce, note));
  if (value === undefined || !verifyMapPath({ slot: slotOf(key), value, path, root: tick.map })) {
    return notInTick(tick.tick);
  }
  const { origin, size, root } = opened;
  const checkpoint = { origin, size, root };
  const apart = of === undefined ? undefined : holdAgainst(of, checkpoint, grown);
  if (apart !== undefined) return apart;
  return {
    ok: true,
    checkpoint,
    note,
    ...tick,
    orgLog: { ...stands.checkpoint, index: stands.index },
    ...(stands.witnesses && { witnesses: stands.witnesses }),
    notChecked: [...stands.notChecked, ...(of === undefined ? (["log"] as const) : []), "earlier_ticks"],
  };
}

function openTick(text: string, index: number, orgLog: VerifierKey): WrittenTick | AnchorRefusal {
  try {
    const parsed = parseEntry(text);
    if (parsed.kind === "unknown_format") return unknownAnchor(parsed.format);
    const tick = parsed.entry.namespace === namespaceOfOrigin(orgLog.name) ? readTick(parsed.entry) : undefined;
    return tick ?? notATick(index);
  } catch (error) {
    if (isAuraError(error, "trust/not_an_entry")) return notATick(index);
    throw error;
  }
}

function holdAgainst(
  of: Pick<Checkpoint, "origin" | "size" | "root">,
  { origin, size, root }: Checkpoint,
  grown: Growth | null,
): AnchorRefusal | undefined {
  if (of.origin !== origin) return otherHistory(of.size, size);
  if (of.size === size) return of.root === root ? undefined : otherHistory(of.size, size);
  if (of.size > size || grown?.from !== of.size) return notCovered(of.size, size);
  const { proof } = grown;
  return verifyConsistency({ from: of.size, to: size, fromRoot: of.root, toRoot: root, proof })
    ? undefined
    : notCovered(of.size, size);
}
