import { encodeBase64 } from "./base64.ts";
import { decodeBase64url } from "./base64url.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { LogRefusal } from "./log-refusal.ts";
import { splitNote } from "./signed-note.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { countWitnesses } from "./witness-quorum.ts";
import type { WitnessAnchors, WitnessCount } from "./witness-quorum.ts";
import { cosignatureForged, unwitnessed } from "./witness-refusal.ts";

/** That enough witnesses saw this tree, and when they say they did. */
export interface Witnessed {
  readonly ok: true;
  readonly quorum: number;
  readonly cosigned: WitnessCount["cosigned"];
}

/**
 * Whether enough of the given witnesses cosigned `checkpoint`, which was verified under `log`, in `note`. A note over
 * another text has no cosignature of it. A time that is too old is for the caller to judge. Never throws.
 */
export function judgeWitnesses(
  note: string,
  { checkpoint, log }: { readonly checkpoint: Checkpoint; readonly log: VerifierKey },
  anchors: WitnessAnchors,
): Witnessed | LogRefusal {
  const { origin, size, root } = checkpoint;
  const text = `${origin}\n${size}\n${encodeBase64(decodeBase64url(root))}\n`;
  const { cosigned, forged, met } = countWitnesses(splitNote(note)?.text === text ? note : "", anchors, log);
  if (forged.length > 0) return cosignatureForged(forged);
  const names = cosigned.map(({ name }) => name);
  if (!met)
    return unwitnessed(
      names,
      anchors.keys.map(({ name }) => name),
      anchors.quorum,
    );
  return { ok: true, quorum: anchors.quorum, cosigned };
}
