import type { Clock, Commitment, Entry, Hash, JsonObject } from "@aura/trust";
import type { LogStore, LoggedEntry, NamespaceContext, Row, SignedTree } from "../log-store.ts";
import { prepareUnit } from "../prepared-unit.ts";
import type { PreparedUnit } from "../prepared-unit.ts";
import type { Projection } from "../projection.ts";
import { checkpointLog, proveConsistency, proveInclusion } from "../signed-log.ts";
import { storeTime } from "../store-time.ts";
import type { Answer, Head, Payload, StreamName, Unit, Version } from "../unit.ts";
import { Connection } from "./connection.ts";
import { GroupCommit } from "./group-commit.ts";
import { hotStatements } from "./hot-statements.ts";
import type { HotStatements } from "./hot-statements.ts";
import { allTables, logPage, rowsOf } from "./log-queries.ts";
import { requireWholeLogs, storedEntry } from "./log-reads.ts";
import { openDatabase } from "./open-database.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { SqliteTree } from "./sqlite-tree.ts";

export interface SqliteLogStoreOptions {
  /** The database file; it is created if it does not exist. Beside it stands its write-ahead log, `<path>-wal`. */
  readonly path: string;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
  /** The most that the file may grow to; past it an append fails with `store/full`. Unlimited when absent. */
  readonly sizeBytesMax?: number;
}

/**
 * Opens a store in one SQLite file, creating or migrating it. This process owns the file until the store is closed.
 * @throws `store/not_writable`, `store/network_file_system`, `store/locked`, `store/foreign_file`, `store/corrupt`,
 * `store/newer_schema`, `store/sqlite_too_old`, `store/full`, `store/log_cut`
 */
export async function openSqliteLogStore(options: SqliteLogStoreOptions): Promise<LogStore> {
  const opened = await openDatabase(options.path, options.sizeBytesMax);
  try {
    return new SqliteLogStore(new Connection(opened), options);
  } catch (error) {
    opened.close();
    throw error;
  }
}

interface AppendRequest {
  readonly namespace: string;
  readonly units: readonly PreparedUnit[];
}

/** The embedded {@link LogStore}. All appends of one turn of the event loop share one transaction and its one fsync. */
class SqliteLogStore implements LogStore {
  readonly nowMs: () => number;
  readonly #connection: Connection;
  readonly #statements: HotStatements;
  readonly #projections: readonly Projection[];
  readonly #appends = new GroupCommit<AppendRequest, readonly Answer[]>((requests) => this.#commit(requests));
  readonly #logs = new Map<string, SqliteLog>();

  constructor(connection: Connection, { clock, projections }: Pick<SqliteLogStoreOptions, "clock" | "projections">) {
    this.#connection = connection;
    this.#statements = hotStatements(connection);
    this.#projections = projections;
    this.nowMs = storeTime(
      clock,
      connection.read(() => {
        requireWholeLogs(this.#statements);
        return newestTimeMs(this.#statements);
      }),
    );
  }

  async append({ namespace }: NamespaceContext, units: readonly Unit[]): Promise<readonly Answer[]> {
    this.#connection.requireOpen();
    const prepared = units.map((unit) => prepareUnit(namespace, unit, this.#projections));
    if (prepared.length === 0) return [];
    return this.#appends.join({ namespace, units: prepared }, prepared.length);
  }

  async head({ namespace }: NamespaceContext, stream: StreamName): Promise<Head> {
    return this.#connection.read(() => this.#log(namespace).head(stream));
  }

  async *read({ namespace }: NamespaceContext, stream: StreamName, after: Version): AsyncGenerator<Entry> {
    for (let from = after; ;) {
      const page = this.#connection.read(() => this.#log(namespace).entriesAfter(stream, from));
      yield* page;
      if (page.length === 0) return;
      from += page.length;
    }
  }

  async streams({ namespace }: NamespaceContext, prefix: StreamName): ReturnType<LogStore["streams"]> {
    return this.#connection.read(() => this.#log(namespace).streams(prefix));
  }

  async *readLog({ namespace }: NamespaceContext, seq: number): AsyncGenerator<LoggedEntry> {
    for (let from = seq; ;) {
      const page = await this.#connection.query(async (queries) =>
        logPage({ queries, namespace: this.#log(namespace).id }, from),
      );
      yield* page;
      if (page.length === 0) return;
      from += page.length;
    }
  }

  async size({ namespace }: NamespaceContext): Promise<number> {
    return this.#connection.read(() => this.#log(namespace).size);
  }

  async payload({ namespace }: NamespaceContext, commitment: Commitment): Promise<Payload | "erased" | undefined> {
    return this.#connection.read(() => this.#log(namespace).payload(commitment));
  }

  async row({ namespace }: NamespaceContext, table: string, key: string): Promise<JsonObject | undefined> {
    return this.#connection.read(() => this.#log(namespace).row(table, key));
  }

  async rows(
    { namespace }: NamespaceContext,
    table: string,
    { after = "", limit }: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly Row[]> {
    return this.#connection.query(async (queries) =>
      rowsOf({ queries, namespace: this.#log(namespace).id }, { table, after, limit }),
    );
  }

  async counter({ namespace }: NamespaceContext, counter: string): Promise<number> {
    return this.#connection.read(() => this.#log(namespace).counter(counter));
  }

  async signedTree({ namespace }: NamespaceContext): Promise<SignedTree | undefined> {
    return this.#connection.read(() => this.#tree(namespace).signedTree());
  }

  async checkpoint(
    { namespace }: NamespaceContext,
    sign: (tree: { readonly size: number; readonly root: Hash }) => Promise<string>,
  ): Promise<SignedTree> {
    return this.#connection.query(async () => {
      if (this.#log(namespace).id === NO_NAMESPACE) this.#commit([{ namespace, units: [] }]);
      return checkpointLog(this.#tree(namespace), sign);
    });
  }

  async inclusionProof({ namespace }: NamespaceContext, seq: number, size: number): Promise<readonly Hash[]> {
    return this.#connection.read(() => proveInclusion(this.#tree(namespace), seq, size));
  }

  async consistencyProof({ namespace }: NamespaceContext, from: number, to: number): Promise<readonly Hash[]> {
    return this.#connection.read(() => proveConsistency(this.#tree(namespace), from, to));
  }

  async position({ namespace }: NamespaceContext, stream: StreamName, version: Version): Promise<number | undefined> {
    return this.#connection.read(() => this.#log(namespace).position(stream, version));
  }

  async rebuild({ namespace }: NamespaceContext): Promise<void> {
    this.#connection.transact(() => this.#log(namespace).rebuild(this.#projections));
  }

  async tables({ namespace }: NamespaceContext): ReturnType<LogStore["tables"]> {
    return this.#connection.query(async (queries) => allTables({ queries, namespace: this.#log(namespace).id }));
  }

  /** Commits what still waits, then folds the write-ahead log into the file and gives it up. */
  async close(): Promise<void> {
    this.#appends.flush();
    this.#connection.close();
  }

  /** One transaction for all requests, whatever their namespaces. Memory follows the disk, after the commit. */
  #commit(requests: readonly AppendRequest[]): (readonly Answer[])[] {
    const nowMs = this.nowMs();
    const appended = this.#connection.transact(() =>
      [...Map.groupBy(requests, ({ namespace }) => namespace)].map(([namespace, group]) => {
        const log = this.#ownLog(namespace);
        return {
          namespace,
          log,
          ...log.append(
            nowMs,
            group.flatMap(({ units }) => units),
          ),
        };
      }),
    );
    const answers = new Map<string, Iterator<Answer>>();
    for (const { namespace, log, plan, committed } of appended) {
      committed();
      this.#logs.set(namespace, log);
      answers.set(namespace, plan.answers.values());
    }
    return requests.map(({ namespace, units }) => units.map(() => answers.get(namespace)?.next().value as Answer));
  }

  #tree(namespace: string): SqliteTree {
    return new SqliteTree(this.#connection, this.#statements, this.#log(namespace));
  }

  /** The namespace's log; an empty one, known to no row, when nothing was ever written to it. */
  #log(namespace: string): SqliteLog {
    const known = this.#logs.get(namespace);
    if (known !== undefined) return known;
    const place = this.#statements.findNamespace.get(namespace);
    const log = new SqliteLog(this.#statements, place ?? { id: NO_NAMESPACE, size: 0 });
    if (place !== undefined) this.#logs.set(namespace, log);
    return log;
  }

  /** Like {@link #log}, but the namespace exists in the file afterwards, if the transaction around it is committed. */
  #ownLog(namespace: string): SqliteLog {
    const log = this.#log(namespace);
    if (log.id !== NO_NAMESPACE) return log;
    const id = Number(this.#statements.addNamespace.run(namespace).lastInsertRowid);
    return new SqliteLog(this.#statements, { id, size: 0 });
  }
}

/** SQLite gives ids from 1. */
const NO_NAMESPACE = 0;

function newestTimeMs({ newestEntries }: HotStatements): number {
  return Math.max(0, ...newestEntries.all().map((stored) => storedEntry(stored).timeMs));
}
