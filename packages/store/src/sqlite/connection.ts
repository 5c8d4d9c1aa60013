import Database from "better-sqlite3";
import { closed, corrupt, full, unsure } from "../store-error.ts";
import type { StoreError } from "../store-error.ts";
import type { OpenedDatabase } from "./open-database.ts";
import type { StoreDatabase } from "./schema.ts";

/** A statement that is compiled once and run often. */
export interface CompiledStatement<Parameters extends unknown[], Result> {
  run(...parameters: Parameters): { readonly lastInsertRowid: number | bigint };
  get(...parameters: Parameters): Result | undefined;
  all(...parameters: Parameters): Result[];
}

/** The one connection to the file. Work in a transaction is synchronous: nothing else runs between its begin and its end. */
export class Connection {
  readonly #opened: OpenedDatabase;
  readonly #begin: CompiledStatement<[], unknown>;
  readonly #commit: CompiledStatement<[], unknown>;
  readonly #rollback: CompiledStatement<[], unknown>;

  constructor(opened: OpenedDatabase) {
    this.#opened = opened;
    this.#begin = this.prepare("begin immediate");
    this.#commit = this.prepare("commit");
    this.#rollback = this.prepare("rollback");
  }

  prepare<Parameters extends unknown[], Result = unknown>(source: string): CompiledStatement<Parameters, Result> {
    return this.#opened.database.prepare<Parameters, Result>(source);
  }

  /** Reads through compiled statements. @throws `store/closed`, `store/corrupt` */
  read<Result>(work: () => Result): Result {
    this.requireOpen();
    try {
      return work();
    } catch (error) {
      throw this.#readFailure(error);
    }
  }

  /** Runs queries of the builder, or anything that takes a while. @throws `store/closed`, `store/corrupt` */
  async query<Result>(work: (queries: StoreDatabase) => Promise<Result>): Promise<Result> {
    this.requireOpen();
    try {
      return await work(this.#opened.queries);
    } catch (error) {
      throw this.#readFailure(error);
    }
  }

  /**
   * Runs `work` and commits it; durable when this returns. Whatever goes wrong, nothing of it is acknowledged: a full disk
   * leaves the store as it was, and an error of the disk closes it, because a failed fsync cannot be tried again.
   * @throws `store/full`, `store/unsure`, `store/corrupt`, `store/closed`
   */
  transact<Result>(work: () => Result): Result {
    this.requireOpen();
    try {
      this.#begin.run();
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      throw this.#abandon(error) ?? error;
    }
  }

  close(): void {
    this.#opened.close();
  }

  /** @throws `store/closed` */
  requireOpen(): void {
    if (!this.#opened.database.open) throw closed();
  }

  #readFailure(error: unknown): unknown {
    this.requireOpen();
    return error instanceof Database.SqliteError ? corrupt("A page of the store cannot be read.", error) : error;
  }

  /** Gives up the transaction, and the file with it when the disk failed. */
  #abandon(error: unknown): StoreError | undefined {
    const failure = error instanceof Database.SqliteError ? failureOf(error) : undefined;
    if (failure !== undefined && failure.code !== "store/full") this.close();
    else if (this.#opened.database.inTransaction) this.#rollback.run();
    return failure;
  }
}

/** What a failed append means; `store/unsure` for whatever is not known to have left the log as it was. @internal */
export function failureOf(error: InstanceType<typeof Database.SqliteError>): StoreError {
  if (error.code === "SQLITE_FULL") return full(error);
  if (error.code.startsWith("SQLITE_CORRUPT")) return corrupt("A page of the store is damaged.", error);
  return unsure(error);
}
