import { missionProjection } from "@aura/mission";
import { type LogStore, type Payload, type Unit, openMemoryLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import type { Entry } from "@aura/trust";

/** A namespace's log up to the last fact of a run, with the texts behind it. */
export interface KeptHistory {
  readonly mission: string;
  readonly log: readonly Entry[];
  readonly payloads: readonly Payload[];
}

/** A store that holds the log as it was kept, unit by unit, on a clock that stands at its last entry. */
export async function storeOf(kept: KeptHistory): Promise<{ readonly store: LogStore; readonly clock: FakeClock }> {
  const clock = new FakeClock(kept.log[0]?.timeMs ?? 0);
  const store = openMemoryLogStore({ clock, projections: [missionProjection] });
  for (const unit of unitsOf(kept)) {
    const timeMs = unit.writes[0]?.entries[0]?.timeMs ?? 0;
    clock.advance(timeMs - clock.nowMs());
    const [answer] = await store.append({ namespace: kept.log[0]?.namespace ?? "" }, [unit]);
    if (answer?.kind !== "appended") throw new Error(`unit ${unit.id} is ${answer?.kind}`);
  }
  return { store, clock };
}

function unitsOf({ log, payloads }: KeptHistory): readonly Unit[] {
  const byUnit = Map.groupBy(log, ({ unit }) => unit);
  return [...byUnit].map(([id, entries]) => ({
    id,
    writes: [...Map.groupBy(entries, ({ stream }) => stream)].map(([stream, own]) => ({
      stream,
      after: (own[0]?.version ?? 1) - 1,
      fence: fenceBefore(log, own[0]),
      entries: own,
    })),
    reads: [],
    payloads: payloads.filter(({ commitment }) =>
      entries.some((entry) => Object.values(entry.payloads).includes(commitment)),
    ),
  }));
}

function fenceBefore(log: readonly Entry[], entry: Entry | undefined): number {
  const before = log.find(({ stream, version }) => stream === entry?.stream && version === (entry?.version ?? 0) - 1);
  return before?.fence ?? 0;
}
