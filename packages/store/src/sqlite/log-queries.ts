import type { Hash } from "@aura/trust";
import type { LogStore, LoggedEntry, Row } from "../log-store.ts";
import { ENTRIES_PAGE, requireNoGap, storedEntry, storedMembers } from "./log-reads.ts";
import type { StoreDatabase } from "./schema.ts";

/** A namespace's id in the file and the builder: what every query is scoped by. */
export interface QueryScope {
  readonly queries: StoreDatabase;
  readonly namespace: number;
}

/**
 * The next entries of the log from `from`. Costs a hash for each entry.
 * @throws `store/corrupt` naming the position of an entry that is missing or was edited
 */
export async function logPage({ queries, namespace }: QueryScope, from: number): Promise<LoggedEntry[]> {
  const found = await queries
    .selectFrom("entry")
    .select(["seq", "leaf", "text"])
    .where("namespace", "=", namespace)
    .where("seq", ">=", from)
    .orderBy("seq")
    .limit(ENTRIES_PAGE)
    .execute();
  requireNoGap(found, from);
  return found.map((stored) => ({ seq: stored.seq, leaf: stored.leaf as Hash, entry: storedEntry(stored) }));
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
  return found.map(({ key, json }) => ({ key, members: storedMembers(json) }));
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
    rows: rows.map(({ table, key, json }) => ({ table, key, members: storedMembers(json) })),
    counters,
  };
}
