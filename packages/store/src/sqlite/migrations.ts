import { sql } from "kysely";
import type { Database } from "better-sqlite3";
import type { StoreDatabase } from "./schema.ts";

type Migration = (queries: StoreDatabase) => Promise<void>;

/** "AURA" in ASCII, in the header of the file (SQLite file format section 1.3.10). */
export const APPLICATION_ID = 0x41_55_52_41;

/** One for each schema version, in order, for ever: they only go forward, and one that was released never changes. */
const MIGRATIONS: readonly Migration[] = [createLog];

/** The schema version that this release writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a file from `version` to {@link SCHEMA_VERSION}, each step in a transaction that also records it.
 * @param file the builder over `database`, and the schema version found
 */
export async function migrate(
  database: Database,
  { queries, version }: { readonly queries: StoreDatabase; readonly version: number },
): Promise<void> {
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await transact(database, async () => {
      await migration(queries);
      database.pragma(`user_version = ${index + 1}`);
    });
  }
}

/**
 * The builder's own transaction would roll back what SQLite has rolled back by itself, as it does on a full disk
 * (lang_transaction.html section 3), and hide the first error behind the second.
 */
async function transact(database: Database, work: () => Promise<void>): Promise<void> {
  try {
    database.exec("begin immediate");
    await work();
    database.exec("commit");
  } catch (error) {
    if (database.inTransaction) database.exec("rollback");
    throw error;
  }
}

async function createLog(queries: StoreDatabase): Promise<void> {
  await sql.raw(`pragma application_id = ${APPLICATION_ID}`).execute(queries);
  await createEntries(queries);
  await createTables(queries);
  await createTree(queries);
  for (const statement of APPEND_ONLY) await sql.raw(statement).execute(queries);
}

async function createEntries({ schema }: StoreDatabase): Promise<void> {
  await schema
    .createTable("namespace")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull().unique())
    .modifyEnd(sql`strict`)
    .execute();
  await schema
    .createTable("stream")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addUniqueConstraint("stream_by_name", ["namespace", "name"])
    .modifyEnd(sql`strict`)
    .execute();
  await schema
    .createTable("entry")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("seq", "integer", (column) => column.notNull())
    .addColumn("stream", "integer", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("leaf", "text", (column) => column.notNull())
    .addColumn("text", "text", (column) => column.notNull())
    .addUniqueConstraint("entry_in_log", ["namespace", "seq"])
    .addUniqueConstraint("entry_in_stream", ["stream", "version"])
    .modifyEnd(sql`strict`)
    .execute();
  await schema
    .createTable("payload")
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("commitment", "text", (column) => column.notNull())
    .addColumn("nonce", "text")
    .addColumn("text", "text")
    .addPrimaryKeyConstraint("payload_by_commitment", ["namespace", "commitment"])
    .modifyEnd(sql`strict`)
    .execute();
}

async function createTables({ schema }: StoreDatabase): Promise<void> {
  await schema
    .createTable("row")
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("table", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("json", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("row_by_key", ["namespace", "table", "key"])
    .modifyEnd(sql`strict, without rowid`)
    .execute();
  await schema
    .createTable("counter")
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("value", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("counter_by_key", ["namespace", "key"])
    .modifyEnd(sql`strict, without rowid`)
    .execute();
}

async function createTree({ schema }: StoreDatabase): Promise<void> {
  await schema
    .createTable("tile")
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("level", "integer", (column) => column.notNull())
    .addColumn("index", "integer", (column) => column.notNull())
    .addColumn("hashes", "blob", (column) => column.notNull())
    .addPrimaryKeyConstraint("tile_by_place", ["namespace", "level", "index"])
    .modifyEnd(sql`strict`)
    .execute();
  await schema
    .createTable("signed_tree")
    .addColumn("namespace", "integer", (column) => column.notNull())
    .addColumn("size", "integer", (column) => column.notNull())
    .addColumn("root", "text", (column) => column.notNull())
    .addColumn("note", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("signed_tree_by_size", ["namespace", "size"])
    .modifyEnd(sql`strict`)
    .execute();
}

/** The keys of each table whose rows are written once. */
const WRITTEN_ONCE = {
  namespace: ["id = new.id", "name = new.name"],
  stream: ["id = new.id", "namespace = new.namespace and name = new.name"],
  entry: [
    "id = new.id",
    "namespace = new.namespace and seq = new.seq",
    "stream = new.stream and version = new.version",
  ],
  signed_tree: ["namespace = new.namespace and size = new.size"],
};

/**
 * What was written is not written again, whoever holds the file: not by `update`, `delete` or `insert or replace`. A hand
 * that also drops these triggers is not stopped but seen: the leaves no longer match. Erasing a payload is the one update
 * there is, and to bring a payload again changes nothing.
 */
const APPEND_ONLY = [
  ...Object.entries(WRITTEN_ONCE).flatMap(([table, keys]) => [
    `create trigger ${table}_is_not_updated before update on ${table}
     begin select raise(abort, '${table} is append-only'); end`,
    `create trigger ${table}_is_not_deleted before delete on ${table}
     begin select raise(abort, '${table} is append-only'); end`,
    `create trigger ${table}_is_not_replaced before insert on ${table}
     when ${keys.map((key) => `exists (select 1 from ${table} where ${key})`).join(" or ")}
     begin select raise(abort, '${table} is append-only'); end`,
  ]),
  `create trigger payload_is_not_deleted before delete on payload
   begin select raise(abort, 'payload is append-only'); end`,
  `create trigger payload_is_not_replaced before insert on payload
   when exists (select 1 from payload where namespace = new.namespace and commitment = new.commitment)
   begin select raise(ignore); end`,
  `create trigger payload_is_only_erased before update on payload
   when new.namespace <> old.namespace or new.commitment <> old.commitment or new.nonce is not null or new.text is not null
   begin select raise(abort, 'payload is append-only'); end`,
];
