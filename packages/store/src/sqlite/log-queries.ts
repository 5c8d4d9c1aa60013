import type { Entry, Hash, JsonObject } from "@aura/trust";
import type { LogStore, LoggedEntry, Row } from "../log-store.ts";
import { corrupt } from "../store-error.ts";
import { ENTRIES_PAGE } from "./log-reads.ts";
import type { StoreDatabase } from "./schema.ts";

/** A namespace's id in the file and the builder: what every query is scoped by. */
export interface QueryScope {
  readonly queries: StoreDatabase;
  readonly namespace: number;
}

/** The next entries of the log from `from`. @throws `store/corrupt` when a position is missing */
export async function logPage({ queries, namespace }: QueryScope, from: number): Promise<LoggedEntry[]> {
  const found = await queries
    .selectFrom("entry")
    .select(["seq", "leaf", "text"])
    .where("namespace", "=", namespace)
    .where("seq", ">=", from)
    .orderBy("seq")
    .limit(ENTRIES_PAGE)
    .execute();
  return found.map(({ seq, leaf, text }, index) => {
    if (seq !== from + index) throw corrupt(`The log has no entry ${from + index}.`);
    return { seq, leaf: leaf as Hash, entry: JSON.parse(text) as Entry };
  });
}

export async function rowsOf(
  { queries, namespace }: QueryScope,
  page: { readonly table: string; readonly after: string; readonly limit: number | undefined },
): Promise<Row[]> {
  const rows = queries
    .selectFrom("row")
    .select(["key", "json"])
    .where("namespace", "=", namespace)
    .where("table", "=", page.table)
    .where("key", ">", page.after)
    .orderBy("key");
  const found = await (page.limit === undefined ? rows : rows.limit(page.limit)).execute();
  return found.map(({ key, json }) => ({ key, members: JSON.parse(json) as JsonObject }));
}

export async function allTables({ queries, namespace }: QueryScope): ReturnType<LogStore["tables"]> {
  const rows = await queries
    .selectFrom("row")
    .select(["table", "key", "json"])
    .where("namespace", "=", namespace)
    .orderBy("table")
    .orderBy("key")
    .execute();
  const counters = await queries
    .selectFrom("counter")
    .select(["key as counter", "value"])
    .where("namespace", "=", namespace)
    .orderBy("key")
    .execute();
  return {
    rows: rows.map(({ table, key, json }) => ({ table, key, members: JSON.parse(json) as JsonObject })),
    counters,
  };
}
