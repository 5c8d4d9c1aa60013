import { explainRefusal } from "./explain-refusal.ts";
import { judgeLog } from "./judge-log.ts";
import type { LogAnchors, VerifiedLog } from "./judge-log.ts";
import { judgeWitnesses } from "./judge-witnesses.ts";
import type { Witnessed } from "./judge-witnesses.ts";
import { parseLogHeader } from "./log-export.ts";
import type { LogRefusal } from "./log-refusal.ts";
import type { WitnessAnchors } from "./witness-quorum.ts";

/** `witnesses` is there if witnesses were given; `notChecked` names `witness` if none were. */
export type LogVerification = (VerifiedLog & { readonly witnesses?: Witnessed }) | LogRefusal;

/**
 * {@link judgeLog}, with words for the person who asked. With `witnesses` the log is refused unless enough of them cosigned
 * its checkpoint (`unwitnessed`) and nothing in their name is forged (`cosignature_forged`).
 */
export async function verifyLog(
  lines: AsyncIterable<string> | Iterable<string>,
  anchors: LogAnchors & {
    readonly witnesses?: WitnessAnchors;
    readonly progress?: (entries: number, size: number) => void;
  },
): Promise<LogVerification> {
  const { witnesses } = anchors;
  const seen = { first: "" };
  const judgement = await judgeLog(witnesses === undefined ? lines : withFirst(lines, seen), anchors);
  if (!judgement.ok) return explainRefusal(judgement);
  if (witnesses === undefined) return judgement;
  const parsed = parseLogHeader(seen.first);
  const note = parsed.kind === "header" ? parsed.header.checkpoint : "";
  return witnessed(judgement, judgeWitnesses(note, { checkpoint: judgement, log: anchors.key }, witnesses));
}

/** The verification with what the witnesses add to it, or what they take from it. @internal */
export function witnessed<Verified extends Pick<VerifiedLog, "notChecked">>(
  verified: Verified,
  witnesses: Witnessed | LogRefusal,
): (Verified & { readonly witnesses: Witnessed }) | LogRefusal {
  if (!witnesses.ok) return witnesses;
  return { ...verified, witnesses, notChecked: verified.notChecked.filter((what) => what !== "witness") };
}

async function* withFirst(
  lines: AsyncIterable<string> | Iterable<string>,
  seen: { first: string },
): AsyncIterable<string> {
  let isFirst = true;
  for await (const line of lines) {
    if (isFirst) seen.first = line;
    isFirst = false;
    yield line;
  }
}
