import type { Commitment, Hash } from "@aura/trust";
import type { PreparedEntry, PreparedUnit, PreparedWrite } from "./prepared-unit.ts";
import type { Change } from "./projection.ts";
import { TableDraft, rowPlace } from "./table-draft.ts";
import type { RowPlace, TableState } from "./table-draft.ts";
import { EMPTY_HEAD } from "./unit.ts";
import type { Answer, Head, Payload, StreamName, Version } from "./unit.ts";

/** How far an entry's time may lie from store time. */
export const TIME_TOLERANCE_MS = 2_000;

/** All that a plan stands on: loaded under the adapter's lock for what {@link touchedBy} names. Absent means empty. */
export interface Standing extends TableState {
  /** Number of entries in the namespace's log. */
  readonly size: number;
  readonly heads: ReadonlyMap<StreamName, Head>;
  /** Which of the borrowed commitments are stored, erased ones included. */
  readonly stored: Pick<ReadonlySet<Commitment>, "has">;
}

/** What must be loaded before a batch can be judged. */
export interface Touched {
  readonly streams: ReadonlySet<StreamName>;
  readonly counters: ReadonlySet<string>;
  readonly rows: ReadonlySet<RowPlace>;
  readonly commitments: ReadonlySet<Commitment>;
}

export interface PlannedEntry {
  readonly seq: number;
  readonly stream: StreamName;
  readonly version: Version;
  readonly leaf: Hash;
  /** Canonical JSON. */
  readonly text: string;
}

/** What to write, all of it in one transaction, and what to answer once that is durable. */
export interface AppendPlan {
  /** One for each unit, in order. */
  readonly answers: readonly Answer[];
  readonly entries: readonly PlannedEntry[];
  /** Payloads of the appended units; one that is stored already stays as it is. */
  readonly payloads: readonly Payload[];
  /** Heads that moved. */
  readonly heads: ReadonlyMap<StreamName, Head>;
  /** Counters that changed; one at 0 is dropped. */
  readonly counters: ReadonlyMap<string, number>;
  /** Rows that changed; `undefined` for a dropped one. */
  readonly rows: ReadonlyMap<RowPlace, TableDraftRow>;
}

type TableDraftRow = TableDraft["rows"] extends Map<RowPlace, infer Members> ? Members : never;

export function touchedBy(units: readonly PreparedUnit[]): Touched {
  const touched = {
    streams: new Set<StreamName>(),
    counters: new Set<string>(),
    rows: new Set<RowPlace>(),
    commitments: new Set<Commitment>(),
  };
  for (const unit of units) {
    for (const { stream } of unit.writes) touched.streams.add(stream);
    for (const { stream } of unit.reads) touched.streams.add(stream);
    for (const commitment of unit.borrowed) touched.commitments.add(commitment);
    for (const change of changesOf(unit)) {
      if (change.kind === "add") touched.counters.add(change.counter);
      else touched.rows.add(rowPlace(change.table, change.key));
    }
  }
  return touched;
}

/**
 * Judges units in order, each against the heads, counters and rows that the earlier ones left: `fenced`, `stale`, `moved`,
 * `refused`, else `appended`. The whole rule of appending, for every store. Pure; O(entries).
 */
export function planAppend(batch: {
  readonly nowMs: number;
  readonly standing: Standing;
  readonly units: readonly PreparedUnit[];
}): AppendPlan {
  const draft = new AppendDraft(batch.standing, batch.nowMs);
  const answers = batch.units.map((unit) => draft.judge(unit) ?? draft.append(unit));
  return {
    answers,
    entries: draft.entries,
    payloads: draft.payloads,
    heads: draft.heads,
    counters: draft.tables.counters,
    rows: draft.tables.rows,
  };
}

/** The log as it would stand after the units judged so far. */
class AppendDraft {
  readonly entries: PlannedEntry[] = [];
  readonly payloads: Payload[] = [];
  readonly heads = new Map<StreamName, Head>();
  readonly tables: TableDraft;
  readonly #standing: Standing;
  readonly #nowMs: number;
  readonly #brought = new Set<Commitment>();

  constructor(standing: Standing, nowMs: number) {
    this.tables = new TableDraft(standing);
    this.#standing = standing;
    this.#nowMs = nowMs;
  }

  /** Why `unit` is not appended; `undefined` if nothing stands against it. The order of these lines is the precedence. */
  judge(unit: PreparedUnit): Answer | undefined {
    return this.#fenced(unit) ?? this.#stale(unit) ?? this.#moved(unit) ?? this.#refused(unit);
  }

  append(unit: PreparedUnit): Answer {
    const positions: number[] = [];
    for (const write of unit.writes) {
      for (const { entry, leaf, text, changes } of write.entries) {
        const seq = this.#standing.size + this.entries.length;
        positions.push(seq);
        this.entries.push({ seq, stream: write.stream, version: entry.version, leaf, text });
        this.tables.apply(changes);
      }
      this.heads.set(write.stream, headAt(write));
    }
    for (const payload of unit.payloads) this.#keep(payload);
    return { kind: "appended", positions };
  }

  #fenced({ writes, reads }: PreparedUnit): Answer | undefined {
    for (const expected of [...writes, ...reads]) {
      const head = this.#head(expected.stream);
      if ("fence" in expected && expected.fence !== head.fence) {
        return { kind: "fenced", stream: expected.stream, head };
      }
    }
    return undefined;
  }

  /** A first entry that links elsewhere was built on a head that never came to stand: stale as well. */
  #stale({ writes }: PreparedUnit): Answer | undefined {
    for (const { stream, after, entries } of writes) {
      const head = this.#head(stream);
      if (after !== head.version || entries[0]?.entry.previous !== head.hash) return { kind: "stale", stream, head };
    }
    return undefined;
  }

  #moved({ reads }: PreparedUnit): Answer | undefined {
    for (const read of reads) {
      const head = this.#head(read.stream);
      if ("version" in read && read.version !== head.version) return { kind: "moved", stream: read.stream, head };
    }
    return undefined;
  }

  #refused(unit: PreparedUnit): Answer | undefined {
    if (!unit.writes.every((write) => this.#onTime(write))) return { kind: "refused", code: "store/time_off" };
    if (!unit.borrowed.every((commitment) => this.#isStored(commitment))) {
      return { kind: "refused", code: "store/payload_missing" };
    }
    const broken = this.tables.brokenCeiling(changesOf(unit));
    return broken && { kind: "refused", code: broken.code, counter: broken.counter };
  }

  /** Times never go back, and each lies near store time or repeats the one before it in its stream. */
  #onTime({ stream, entries }: PreparedWrite): boolean {
    let previousMs = this.#head(stream).timeMs;
    for (const { entry } of entries) {
      const near = Math.abs(entry.timeMs - this.#nowMs) <= TIME_TOLERANCE_MS;
      if (entry.timeMs < previousMs || (!near && entry.timeMs !== previousMs)) return false;
      previousMs = entry.timeMs;
    }
    return true;
  }

  #isStored(commitment: Commitment): boolean {
    return this.#brought.has(commitment) || this.#standing.stored.has(commitment);
  }

  #keep(payload: Payload): void {
    if (this.#brought.has(payload.commitment)) return;
    this.#brought.add(payload.commitment);
    this.payloads.push(payload);
  }

  #head(stream: StreamName): Head {
    return this.heads.get(stream) ?? this.#standing.heads.get(stream) ?? EMPTY_HEAD;
  }
}

function changesOf(unit: PreparedUnit): Change[] {
  return unit.writes.flatMap(({ entries }) => entries.flatMap(({ changes }) => changes));
}

function headAt({ entries }: PreparedWrite): Head {
  const { entry, leaf } = entries.at(-1) as PreparedEntry; // a prepared write is never empty
  return { version: entry.version, fence: entry.fence, hash: leaf, timeMs: entry.timeMs };
}
