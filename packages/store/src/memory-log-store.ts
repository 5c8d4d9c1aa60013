import type { Clock, Commitment, Entry, Hash, JsonObject } from "@aura/trust";
import type { LogStore, LoggedEntry, NamespaceContext, Row, SignedTree } from "./log-store.ts";
import { MemoryLog, byCodeUnit } from "./memory-log.ts";
import { planAppend } from "./plan.ts";
import { prepareUnit } from "./prepared-unit.ts";
import type { Projection } from "./projection.ts";
import { checkpointLog, proveConsistency, proveInclusion } from "./signed-log.ts";
import { closed } from "./store-error.ts";
import { storeTime } from "./store-time.ts";
import { rowPlace } from "./table-draft.ts";
import { EMPTY_HEAD } from "./unit.ts";
import type { Answer, Head, Payload, StreamName, Unit, Version } from "./unit.ts";

export interface MemoryLogStoreOptions {
  readonly clock: Clock;
  readonly projections: readonly Projection[];
}

/** A {@link LogStore} that forgets everything when the process ends: for tests and trials. */
export function openMemoryLogStore(options: MemoryLogStoreOptions): LogStore {
  return new MemoryLogStore(options);
}

/** Keeps every promise of {@link LogStore} but durability. An append is judged and applied in the turn that asks for it. */
export class MemoryLogStore implements LogStore {
  readonly nowMs: () => number;
  readonly #projections: readonly Projection[];
  readonly #logs = new Map<string, MemoryLog>();
  #open = true;

  constructor({ clock, projections }: MemoryLogStoreOptions) {
    this.nowMs = storeTime(clock, 0);
    this.#projections = projections;
  }

  async append({ namespace }: NamespaceContext, units: readonly Unit[]): Promise<readonly Answer[]> {
    const log = this.#log(namespace);
    const prepared = units.map((unit) => prepareUnit(namespace, unit, this.#projections));
    const plan = planAppend({ nowMs: this.nowMs(), standing: log, units: prepared });
    log.apply(plan);
    if (log.size > 0) this.#logs.set(namespace, log);
    return plan.answers;
  }

  async head({ namespace }: NamespaceContext, stream: StreamName): Promise<Head> {
    return this.#log(namespace).heads.get(stream) ?? EMPTY_HEAD;
  }

  async *read({ namespace }: NamespaceContext, stream: StreamName, after: Version): AsyncGenerator<Entry> {
    for (let version = after + 1; ; version += 1) {
      const log = this.#log(namespace);
      const seq = log.position(stream, version);
      if (seq === undefined) return;
      yield log.entry(seq).entry;
    }
  }

  async streams({ namespace }: NamespaceContext, prefix: StreamName): ReturnType<LogStore["streams"]> {
    return [...this.#log(namespace).heads]
      .filter(([stream]) => stream.startsWith(prefix))
      .map(([stream, head]) => ({ stream, head }))
      .toSorted((one, other) => byCodeUnit(one.stream, other.stream));
  }

  async *readLog({ namespace }: NamespaceContext, seq: number): AsyncGenerator<LoggedEntry> {
    for (let at = seq; at < this.#log(namespace).size; at += 1) yield this.#log(namespace).entry(at);
  }

  async size({ namespace }: NamespaceContext): Promise<number> {
    return this.#log(namespace).size;
  }

  async payload({ namespace }: NamespaceContext, commitment: Commitment): Promise<Payload | undefined> {
    return this.#log(namespace).payloads.get(commitment);
  }

  async row({ namespace }: NamespaceContext, table: string, key: string): Promise<JsonObject | undefined> {
    return this.#log(namespace).rows.get(rowPlace(table, key));
  }

  async rows(
    { namespace }: NamespaceContext,
    table: string,
    { after = "", limit = Infinity }: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly Row[]> {
    return this.#log(namespace)
      .sortedRows()
      .filter((row) => row.table === table && row.key > after)
      .slice(0, limit)
      .map(({ key, members }) => ({ key, members }));
  }

  async counter({ namespace }: NamespaceContext, counter: string): Promise<number> {
    return this.#log(namespace).counters.get(counter) ?? 0;
  }

  async signedTree({ namespace }: NamespaceContext): Promise<SignedTree | undefined> {
    return this.#log(namespace).tree.signedTree();
  }

  async checkpoint(
    { namespace }: NamespaceContext,
    sign: (tree: { readonly size: number; readonly root: Hash }) => Promise<string>,
  ): Promise<SignedTree> {
    const log = this.#log(namespace);
    this.#logs.set(namespace, log);
    return checkpointLog(log.tree, sign);
  }

  async inclusionProof({ namespace }: NamespaceContext, seq: number, size: number): Promise<readonly Hash[]> {
    return proveInclusion(this.#log(namespace).tree, seq, size);
  }

  async consistencyProof({ namespace }: NamespaceContext, from: number, to: number): Promise<readonly Hash[]> {
    return proveConsistency(this.#log(namespace).tree, from, to);
  }

  async position({ namespace }: NamespaceContext, stream: StreamName, version: Version): Promise<number | undefined> {
    return this.#log(namespace).position(stream, version);
  }

  async rebuild({ namespace }: NamespaceContext): Promise<void> {
    this.#log(namespace).rebuild(this.#projections);
  }

  async tables({ namespace }: NamespaceContext): ReturnType<LogStore["tables"]> {
    const log = this.#log(namespace);
    const counters = [...log.counters]
      .map(([counter, value]) => ({ counter, value }))
      .toSorted((one, other) => byCodeUnit(one.counter, other.counter));
    return { rows: log.sortedRows(), counters };
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #log(namespace: string): MemoryLog {
    if (!this.#open) throw closed();
    return this.#logs.get(namespace) ?? new MemoryLog();
  }
}
