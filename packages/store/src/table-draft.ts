import { invariant, unreachable } from "@aura/trust";
import type { JsonObject } from "@aura/trust";
import type { Change } from "./projection.ts";

/** A row's place as one string. Tables and keys are printable ASCII, so the separator is in neither. */
export type RowPlace = string;

export function rowPlace(table: string, key: string): RowPlace {
  return `${table}\n${key}`;
}

export function splitRowPlace(place: RowPlace): { readonly table: string; readonly key: string } {
  const at = place.indexOf("\n");
  return { table: place.slice(0, at), key: place.slice(at + 1) };
}

/** What the tables hold where changes will touch them. What is absent is absent: a counter at 0, a row that is not there. */
export interface TableState {
  readonly counters: ReadonlyMap<string, number>;
  readonly rows: ReadonlyMap<RowPlace, JsonObject>;
}

/** The fold of changes over {@link TableState}. Appending and rebuilding both run this and nothing else. */
export class TableDraft {
  /** Counters that changed, with their new value. One at 0 is not kept. */
  readonly counters = new Map<string, number>();
  /** Rows that changed; `undefined` for one that was dropped. */
  readonly rows = new Map<RowPlace, JsonObject | undefined>();
  readonly #before: TableState;

  constructor(before: TableState) {
    this.#before = before;
  }

  /** The first ceiling that the sum of `changes` would break; `undefined` if all hold. Changes nothing. */
  brokenCeiling(changes: readonly Change[]): { readonly counter: string; readonly code: string } | undefined {
    const sums = new Map<string, number>();
    for (const change of changes) {
      if (change.kind === "add") sums.set(change.counter, (sums.get(change.counter) ?? 0) + change.delta);
    }
    for (const change of changes) {
      if (change.kind !== "add" || change.ceiling === undefined) continue;
      const sum = this.#counter(change.counter) + (sums.get(change.counter) ?? 0);
      if (sum > change.ceiling) return { counter: change.counter, code: change.code ?? "store/ceiling" };
    }
    return undefined;
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) this.#apply(change);
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case "add": {
        const value = this.#counter(change.counter) + change.delta;
        invariant(Number.isSafeInteger(value), "a counter is an integer that JSON can carry");
        this.counters.set(change.counter, value);
        return;
      }
      case "put": {
        const place = rowPlace(change.table, change.key);
        this.rows.set(place, { ...this.#row(place), ...change.members });
        return;
      }
      case "drop":
        this.rows.set(rowPlace(change.table, change.key), undefined);
        return;
      default:
        unreachable(change);
    }
  }

  #counter(counter: string): number {
    return this.counters.get(counter) ?? this.#before.counters.get(counter) ?? 0;
  }

  #row(place: RowPlace): JsonObject | undefined {
    return this.rows.has(place) ? this.rows.get(place) : this.#before.rows.get(place);
  }
}
