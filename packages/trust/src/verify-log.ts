import { explainRefusal } from "./explain-refusal.ts";
import { judgeLog } from "./judge-log.ts";
import type { LogAnchors, VerifiedLog } from "./judge-log.ts";
import type { LogRefusal } from "./log-refusal.ts";

export type LogVerification = VerifiedLog | LogRefusal;

/** {@link judgeLog}, with words for the person who asked. */
export async function verifyLog(
  lines: AsyncIterable<string> | Iterable<string>,
  anchors: LogAnchors & { readonly progress?: (entries: number, size: number) => void },
): Promise<LogVerification> {
  const judgement = await judgeLog(lines, anchors);
  return judgement.ok ? judgement : explainRefusal(judgement);
}
