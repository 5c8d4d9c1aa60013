import type { EntryDraft, Head, Payload, Read, StreamName } from "@aura/store";
import { chainEntries } from "@aura/store";
import { invariant, uuidv7 } from "@aura/trust";
import { appendRefused, unsettled } from "./mission-error.ts";
import type { MissionWorld } from "./mission-world.ts";
import { isTimeOff } from "./time-off.ts";

/** What somebody orders must not lose to a crowd of writers; this many races in a row do not happen by chance. */
const TURNS_MAX = 10_000;

/** An entry that takes no edge, and what it stands on. */
export interface Remark {
  readonly draft: EntryDraft;
  readonly payloads?: readonly Payload[];
  readonly reads?: readonly Read[];
  /** What else happens in the same unit, each at the head that it was built on. */
  readonly others?: readonly { readonly stream: StreamName; readonly head: Head; readonly draft: EntryDraft }[];
  /** Codes of ceilings that only say that something came in between: it is built again. */
  readonly again?: readonly string[];
}

/**
 * Adds one entry at the head of a stream, whoever else writes there, until it stands. `build` is asked again after each race,
 * always after the head was read: what moves later makes the write stale. It answers `undefined` when there is nothing to
 * add any more. One unit. @throws `mission/append_refused`, `mission/unsettled`, and as `build`
 */
export async function appendAtHead(
  world: MissionWorld,
  stream: StreamName,
  build: () => Promise<Remark | undefined>,
): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const head = await world.store.head(world.context, stream);
    const remark = await build();
    if (remark === undefined) return;
    const { draft, payloads = [], reads = [], others = [], again = [] } = remark;
    const timeMs = world.store.nowMs();
    const unit = uuidv7(timeMs, world.random);
    const { namespace } = world.context;
    const writes = [{ stream, head, draft }, ...others].map((write) => ({
      stream: write.stream,
      after: write.head.version,
      fence: write.head.fence,
      entries: chainEntries({ namespace, stream: write.stream, head: write.head, unit, timeMs, drafts: [write.draft] }),
    }));
    const [answer] = await world.store.append(world.context, [{ id: unit, writes, reads, payloads }]);
    invariant(answer !== undefined, "a store answers every unit");
    if (answer.kind === "appended") return;
    if (answer.kind !== "refused" || isTimeOff(answer) || again.includes(answer.code)) continue;
    throw appendRefused(stream, answer.code);
  }
  throw unsettled(stream);
}
