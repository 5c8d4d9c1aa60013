import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { corrupt, foreignFile, full, locked, newerSchema, notWritable, sqliteTooOld } from "../store-error.ts";
import type { StoreError } from "../store-error.ts";
import { prepareFile } from "./file-system.ts";
import { APPLICATION_ID, SCHEMA_VERSION, migrate } from "./migrations.ts";
import { ownFile } from "./owned-file.ts";
import type { StoreDatabase, StoreSchema } from "./schema.ts";

/** The first SQLite without the WAL-reset bug. */
export const SQLITE_VERSION_MIN = "3.51.3";
/** The write-ahead log is folded into the file when it has this many pages (16 MiB), not at SQLite's 1,000. */
const WAL_PAGES = 4_000;
/** How long an opener waits for an owner who is just dying; the process does nothing else meanwhile. */
const LOCK_WAIT_MS = 500;
const CACHE_KIB = 64 * 1024;

/** One open file: the connection for what is hot and synchronous, and the query builder over the same connection. */
export interface OpenedDatabase {
  readonly database: Database.Database;
  readonly queries: StoreDatabase;
  /** Gives up the file, for this process and for others. */
  close(): void;
}

/**
 * Opens a store file, creating or migrating it, and owns it until it is closed: nobody can open it meanwhile, in this process or another.
 * @throws `store/not_writable`, `store/network_file_system`, `store/locked`, `store/foreign_file`, `store/corrupt`,
 * `store/newer_schema`, `store/sqlite_too_old`, `store/full`
 */
export async function openDatabase(path: string, sizeBytesMax?: number): Promise<OpenedDatabase> {
  prepareFile(path);
  const disown = ownFile(path);
  let database: Database.Database | undefined;
  const close = (): void => {
    database?.close();
    disown();
  };
  try {
    database = connect(path);
    own(database);
    requireVersion(versionOf(database));
    const version = schemaVersion(database, path);
    configure(database, sizeBytesMax);
    const queries = new Kysely<StoreSchema>({ dialect: new SqliteDialect({ database }) });
    await migrate(database, { queries, version });
    return { database, queries, close };
  } catch (error) {
    close();
    throw openingFailure(path, error) ?? error;
  }
}

function connect(path: string): Database.Database {
  return new Database(path, { timeout: LOCK_WAIT_MS });
}

function versionOf(database: Database.Database): string {
  return database.prepare<[], string>("select sqlite_version()").pluck().get() ?? "";
}

/** @throws `store/sqlite_too_old` */
export function requireVersion(found: string): void {
  if (isOlder(found, SQLITE_VERSION_MIN)) throw sqliteTooOld({ found, needed: SQLITE_VERSION_MIN });
}

/** Compares dotted version numbers, part by part. */
export function isOlder(version: string, than: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of than.split(".").map(Number).entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return !(part > wanted);
  }
  return false;
}

/**
 * Has the next look at the file take its lock, which holds until the connection closes or the process dies. Nothing may look
 * at the file before, were it only to compile a statement: a file in WAL mode that was looked at before is shared, through
 * a `-shm` file, for as long as it is open (wal.html section 8, "Use of WAL Without Shared-Memory").
 */
function own(database: Database.Database): void {
  database.pragma("locking_mode = EXCLUSIVE");
}

/** 0 for an empty file. */
function schemaVersion(database: Database.Database, path: string): number {
  const version = database.pragma("user_version", { simple: true }) as number;
  const applicationId = database.pragma("application_id", { simple: true }) as number;
  const objects = database.prepare<[], number>("select count(*) from sqlite_schema").pluck().get();
  if (applicationId === 0 && version === 0 && objects === 0) return 0;
  if (applicationId !== APPLICATION_ID) throw foreignFile(path, "It is a database of another program.");
  if (version > SCHEMA_VERSION) throw newerSchema(path, { found: version, known: SCHEMA_VERSION });
  return version;
}

function configure(database: Database.Database, sizeBytesMax: number | undefined): void {
  const mode = database.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal") throw new Error(`the journal mode is ${String(mode)}`);
  // NORMAL lost acknowledged rows in every power cut; FULL syncs the write-ahead log in every commit.
  database.pragma("synchronous = FULL");
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  database.pragma(`cache_size = -${CACHE_KIB}`);
  database.pragma("temp_store = MEMORY");
  database.pragma("trusted_schema = OFF");
  if (sizeBytesMax === undefined) return;
  const pageBytes = database.pragma("page_size", { simple: true }) as number;
  database.pragma(`max_page_count = ${Math.max(1, Math.floor(sizeBytesMax / pageBytes))}`);
}

/** What an error of SQLite means for somebody who opens a file; `undefined` for one that means something else. */
function openingFailure(path: string, error: unknown): StoreError | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  const [, kind = ""] = error.code.split("_");
  switch (kind) {
    case "BUSY":
    case "LOCKED":
      return locked(path, error);
    case "NOTADB":
      return foreignFile(path, "It is not a database, or its first page is damaged.", error);
    case "CORRUPT":
      return corrupt(`${path} is damaged.`, error);
    case "FULL":
      return full(error);
    case "CANTOPEN":
    case "READONLY":
    case "PERM":
    case "IOERR":
      return notWritable(path, `SQLite refuses it: ${error.code}.`, error);
    default:
      return undefined;
  }
}
