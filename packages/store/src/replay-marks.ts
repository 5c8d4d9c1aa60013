import {
  hashText,
  type Random,
  type ReplayAnswer,
  type ReplayMark,
  type ReplayMarks,
  systemRandom,
  uuidv7,
} from "@aura/trust";
import { chainEntries } from "./chain.ts";
import type { LogStore, NamespaceContext } from "./log-store.ts";
import { markNotTaken } from "./store-error.ts";
import { EMPTY_HEAD } from "./unit.ts";

const ACTOR = { id: "replay-marks", custody: "runtime" } as const;

/**
 * Marks in the streams of a store: each is the first entry of a stream of its own, `replay/<hash of the key>`, so of any number of
 * guards, in any number of processes over one store, exactly one hears `first`. Durable when it answers; what was marked before a restart is
 * `replayed` after it, so nothing is ever `unknown` or `full`. One entry a call, which the log keeps.
 * @throws `store/mark_not_taken` (the store refused the entry: its clock), and what `LogStore.append` throws; a guard refuses the call then
 */
export function replayMarks(
  store: Pick<LogStore, "append" | "nowMs">,
  context: NamespaceContext,
  random: Random = systemRandom,
): ReplayMarks {
  return {
    async take({ key, madeMs, untilMs }: ReplayMark): Promise<ReplayAnswer> {
      const stream = `replay/${hashText(key)}`;
      const timeMs = store.nowMs();
      const id = uuidv7(timeMs, random);
      const drafts = [{ type: "replay.marked", actor: ACTOR, data: { madeMs, untilMs } }];
      const entries = chainEntries({ ...context, stream, head: EMPTY_HEAD, unit: id, timeMs, drafts });
      const unit = { id, writes: [{ stream, after: 0, fence: 0, entries }], reads: [], payloads: [] };
      const [answer] = await store.append(context, [unit]);
      if (answer?.kind === "appended") return "first";
      if (answer?.kind === "stale") return "replayed";
      throw markNotTaken(answer?.kind === "refused" ? answer.code : "no answer");
    },
  };
}
