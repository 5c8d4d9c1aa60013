import { canonicalJson, invariant, TreeNodes } from "@aura/trust";
import type { Commitment, Entry, JsonObject } from "@aura/trust";
import { planAppend, touchedBy } from "../plan.ts";
import type { AppendPlan, Standing, Touched } from "../plan.ts";
import type { PreparedUnit } from "../prepared-unit.ts";
import type { Projection } from "../projection.ts";
import { TableDraft, splitRowPlace } from "../table-draft.ts";
import type { RowPlace } from "../table-draft.ts";
import { EMPTY_HEAD } from "../unit.ts";
import type { Head, Payload, StreamName, Version } from "../unit.ts";
import type { HotStatements } from "./hot-statements.ts";
import { headIn, payloadOf, requireNoGap, storedEntry, storedMembers, streamPage, streamsUnder } from "./log-reads.ts";
import { RecentMap } from "./recent-map.ts";

/** Heads that are kept in memory; one more is read from the file. */
const STREAMS_KEPT = 20_000;
/** Entries read at once while the tables are built again. */
const REBUILD_PAGE = 1_000;

interface StreamPlace {
  readonly id: number;
  readonly head: Head;
}

/**
 * One namespace in the file. Only this process writes it, so its size and its heads are known without asking; what is kept
 * in memory changes after the commit and never before.
 */
export class SqliteLog {
  readonly id: number;
  /** Of its tree, as far as proofs and checkpoints computed them. */
  readonly nodes = new TreeNodes();
  readonly #statements: HotStatements;
  readonly #streams = new RecentMap<StreamName, StreamPlace>(STREAMS_KEPT);
  #size: number;

  constructor(statements: HotStatements, place: { readonly id: number; readonly size: number }) {
    this.#statements = statements;
    this.id = place.id;
    this.#size = place.size;
  }

  get size(): number {
    return this.#size;
  }

  /** Judges and writes inside the caller's transaction. Call `committed` once that is durable. */
  append(nowMs: number, units: readonly PreparedUnit[]): { readonly plan: AppendPlan; readonly committed: () => void } {
    const plan = planAppend({ nowMs, standing: this.#load(touchedBy(units)), units });
    const moved = this.#write(plan);
    return {
      plan,
      committed: () => {
        this.#size += plan.entries.length;
        for (const [stream, place] of moved) this.#streams.set(stream, place);
      },
    };
  }

  head(stream: StreamName): Head {
    return this.#stream(stream)?.head ?? EMPTY_HEAD;
  }

  /** The next entries of a stream above `after`; none when there are no more. @throws `store/corrupt` */
  entriesAfter(stream: StreamName, after: Version): readonly Entry[] {
    const place = this.#stream(stream);
    if (place === undefined) return [];
    return streamPage(this.#statements, { id: place.id, name: stream, newest: place.head.version }, after);
  }

  position(stream: StreamName, version: Version): number | undefined {
    const place = this.#stream(stream);
    return place && this.#statements.findPosition.get(place.id, version)?.seq;
  }

  streams(prefix: StreamName): readonly { readonly stream: StreamName; readonly head: Head }[] {
    return streamsUnder(this.#statements, this.id, prefix);
  }

  payload(commitment: Commitment): Payload | "erased" | undefined {
    return payloadOf(this.#statements, this.id, commitment);
  }

  row(table: string, key: string): JsonObject | undefined {
    const found = this.#statements.findRow.get(this.id, table, key);
    return found && storedMembers(found.json);
  }

  counter(counter: string): number {
    return this.#statements.findCounter.get(this.id, counter)?.value ?? 0;
  }

  /** Drops the tables and folds the whole log into them again, inside the caller's transaction. O(log), a hash for each entry. @throws `store/corrupt` */
  rebuild(projections: readonly Projection[]): void {
    this.#statements.dropRows.run(this.id);
    this.#statements.dropCounters.run(this.id);
    const draft = new TableDraft({ counters: new Map(), rows: new Map() });
    for (let from = 0; from < this.#size; from += REBUILD_PAGE) {
      const page = this.#statements.logPage.all(this.id, from, REBUILD_PAGE);
      requireNoGap(page, from);
      for (const stored of page) {
        const entry = storedEntry(stored);
        draft.apply(projections.flatMap((projection) => projection.project(entry)));
      }
    }
    this.#writeTables(draft);
  }

  #load({ streams, counters, rows, commitments }: Touched): Standing {
    const heads = new Map<StreamName, Head>();
    for (const stream of streams) {
      const place = this.#stream(stream);
      if (place !== undefined) heads.set(stream, place.head);
    }
    const values = new Map<string, number>();
    for (const counter of counters) values.set(counter, this.counter(counter));
    const members = new Map<RowPlace, JsonObject>();
    for (const place of rows) {
      const { table, key } = splitRowPlace(place);
      const row = this.row(table, key);
      if (row !== undefined) members.set(place, row);
    }
    const stored = new Set<Commitment>();
    for (const commitment of commitments) {
      if (this.#statements.hasPayload.get(this.id, commitment) !== undefined) stored.add(commitment);
    }
    return { size: this.#size, heads, counters: values, rows: members, stored };
  }

  #write(plan: AppendPlan): Map<StreamName, StreamPlace> {
    const moved = new Map<StreamName, StreamPlace>();
    for (const [stream, head] of plan.heads) {
      const id = this.#stream(stream)?.id ?? Number(this.#statements.addStream.run(this.id, stream).lastInsertRowid);
      moved.set(stream, { id, head });
    }
    for (const { seq, stream, version, leaf, text } of plan.entries) {
      const place = moved.get(stream);
      invariant(place !== undefined, "a stream with a new entry has moved");
      this.#statements.addEntry.run(this.id, seq, place.id, version, leaf, text);
    }
    for (const { commitment, nonce, text } of plan.payloads) {
      this.#statements.addPayload.run(this.id, commitment, nonce, text);
    }
    this.#writeTables(plan);
    return moved;
  }

  #writeTables({ counters, rows }: Pick<AppendPlan, "counters" | "rows">): void {
    for (const [counter, value] of counters) {
      if (value === 0) this.#statements.dropCounter.run(this.id, counter);
      else this.#statements.putCounter.run(this.id, counter, value);
    }
    for (const [place, members] of rows) {
      const { table, key } = splitRowPlace(place);
      if (members === undefined) this.#statements.dropRow.run(this.id, table, key);
      else this.#statements.putRow.run(this.id, table, key, canonicalJson(members));
    }
  }

  #stream(stream: StreamName): StreamPlace | undefined {
    const kept = this.#streams.get(stream);
    if (kept !== undefined) return kept;
    const found = this.#statements.findStream.get(this.id, stream);
    if (found === undefined) return undefined;
    const newest = this.#statements.newestEntry.get(found.id);
    if (newest === undefined) return undefined;
    const place = { id: found.id, head: headIn(newest) };
    this.#streams.set(stream, place);
    return place;
  }
}
