import { TreeNodes } from "@aura/trust";
import type { Commitment, Entry, Hash, JsonObject, Tile, TreeTiles } from "@aura/trust";
import type { LoggedEntry, SignedTree } from "./log-store.ts";
import type { AppendPlan, Standing } from "./plan.ts";
import type { Projection } from "./projection.ts";
import type { TreeShelf } from "./signed-log.ts";
import { TableDraft, splitRowPlace } from "./table-draft.ts";
import type { RowPlace } from "./table-draft.ts";
import type { Head, Payload, StreamName, Version } from "./unit.ts";

/** One namespace. It is its own standing: a plan reads it as it is. Entries are kept as text, so nobody can change one. */
export class MemoryLog implements Standing {
  readonly heads = new Map<StreamName, Head>();
  readonly counters = new Map<string, number>();
  readonly rows = new Map<RowPlace, JsonObject>();
  readonly payloads = new Map<Commitment, Payload>();
  readonly tree: TreeShelf = new MemoryTree(this);
  readonly #entries: { readonly leaf: Hash; readonly text: string }[] = [];
  /** Positions of a stream's entries, by version. */
  readonly #positions = new Map<StreamName, number[]>();

  get size(): number {
    return this.#entries.length;
  }

  get stored(): Pick<ReadonlySet<Commitment>, "has"> {
    return this.payloads;
  }

  apply(plan: AppendPlan): void {
    for (const { seq, stream, leaf, text } of plan.entries) {
      this.#entries.push({ leaf, text });
      const positions = this.#positions.get(stream);
      if (positions === undefined) this.#positions.set(stream, [seq]);
      else positions.push(seq);
    }
    for (const [stream, head] of plan.heads) this.heads.set(stream, head);
    for (const payload of plan.payloads) {
      if (!this.payloads.has(payload.commitment)) this.payloads.set(payload.commitment, { ...payload });
    }
    this.#fold(plan);
  }

  entry(seq: number): LoggedEntry {
    const { leaf, text } = this.#entries[seq] as { readonly leaf: Hash; readonly text: string };
    return { seq, leaf, entry: JSON.parse(text) as Entry };
  }

  leaves(from: number, to: number): readonly Hash[] {
    return this.#entries.slice(from, to).map(({ leaf }) => leaf);
  }

  position(stream: StreamName, version: Version): number | undefined {
    return this.#positions.get(stream)?.[version - 1];
  }

  sortedRows(): { readonly table: string; readonly key: string; readonly members: JsonObject }[] {
    return [...this.rows]
      .map(([place, members]) => ({ ...splitRowPlace(place), members }))
      .toSorted((one, other) => byCodeUnit(one.table, other.table) || byCodeUnit(one.key, other.key));
  }

  rebuild(projections: readonly Projection[]): void {
    const draft = new TableDraft({ counters: new Map(), rows: new Map() });
    for (let seq = 0; seq < this.size; seq += 1) {
      const { entry } = this.entry(seq);
      draft.apply(projections.flatMap((projection) => projection.project(entry)));
    }
    this.counters.clear();
    this.rows.clear();
    this.#fold(draft);
  }

  #fold({ counters, rows }: Pick<AppendPlan, "counters" | "rows">): void {
    for (const [counter, value] of counters) {
      if (value === 0) this.counters.delete(counter);
      else this.counters.set(counter, value);
    }
    for (const [place, members] of rows) {
      if (members === undefined) this.rows.delete(place);
      else this.rows.set(place, structuredClone(members));
    }
  }
}

class MemoryTree implements TreeShelf {
  readonly #log: MemoryLog;
  readonly #tiles = new Map<string, readonly Hash[]>();
  #signed: SignedTree | undefined;

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  readonly tiles: TreeTiles = {
    read: (level, index) => this.#tiles.get(`${level}/${index}`) ?? [],
    nodes: new TreeNodes(),
  };

  size(): number {
    return this.#log.size;
  }

  leaves(from: number, to: number): readonly Hash[] {
    return this.#log.leaves(from, to);
  }

  signedTree(): SignedTree | undefined {
    return this.#signed;
  }

  keep(before: SignedTree | undefined, tree: SignedTree, tiles: readonly Tile[]): boolean {
    if (this.#signed?.size !== before?.size) return false;
    for (const { level, index, hashes } of tiles) this.#tiles.set(`${level}/${index}`, hashes);
    this.#signed = tree;
    return true;
  }
}

/** The order of rows, counters and streams: by UTF-16 code unit. */
export function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
