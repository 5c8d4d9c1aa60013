import type { Commitment, Entry, Hash, JsonObject } from "@aura/trust";
import type { LogStore, LoggedEntry, Row } from "../log-store.ts";
import { corrupt } from "../store-error.ts";
import type { Payload, StreamName, Version } from "../unit.ts";
import type { StoreDatabase } from "./schema.ts";

/** Entries that one query reads. */
export const ENTRIES_PAGE = 256;

/** A namespace's id in the file and the builder: what every query is scoped by. */
export interface QueryScope {
  readonly queries: StoreDatabase;
  readonly namespace: number;
}

/** The next entries of a stream above `after`. @throws `store/corrupt` when a version is missing or links elsewhere */
export async function streamPage(
  { queries, stream }: { readonly queries: StoreDatabase; readonly stream: number },
  after: Version,
): Promise<Entry[]> {
  const found = await queries
    .selectFrom("entry")
    .select(["version", "leaf", "text"])
    .where("stream", "=", stream)
    .where("version", ">", after)
    .orderBy("version")
    .limit(ENTRIES_PAGE)
    .execute();
  return found.map(({ version, text }, index) => {
    const entry = JSON.parse(text) as Entry;
    const before = found[index - 1];
    if (version !== after + index + 1 || entry.version !== version || (before && entry.previous !== before.leaf)) {
      throw corrupt(`${entry.stream} does not hold together at version ${after + index + 1}.`);
    }
    return entry;
  });
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

export async function streamsUnder(
  { queries, namespace }: QueryScope,
  prefix: StreamName,
): ReturnType<LogStore["streams"]> {
  const found = await queries
    .selectFrom("stream")
    .innerJoin("entry", "entry.stream", "stream.id")
    .select(["stream.name", "entry.version", "entry.leaf", "entry.text"])
    .where("stream.namespace", "=", namespace)
    .where("stream.name", ">=", prefix)
    .where("stream.name", "<", `${prefix}\u007F`) // above every character of a name
    .where("entry.version", "=", (from) =>
      from
        .selectFrom("entry as later")
        .select((later) => later.fn.max("later.version").as("newest"))
        .whereRef("later.stream", "=", "stream.id"),
    )
    .orderBy("stream.name")
    .execute();
  return found.map(({ name, version, leaf, text }) => {
    const { fence, timeMs } = JSON.parse(text) as Entry;
    return { stream: name, head: { version, fence, hash: leaf as Hash, timeMs } };
  });
}

export async function positionOf(
  { queries, stream }: { readonly queries: StoreDatabase; readonly stream: number },
  version: Version,
): Promise<number | undefined> {
  const found = await queries
    .selectFrom("entry")
    .select("seq")
    .where("stream", "=", stream)
    .where("version", "=", version)
    .executeTakeFirst();
  return found?.seq;
}

export async function payloadOf(
  { queries, namespace }: QueryScope,
  commitment: Commitment,
): Promise<Payload | "erased" | undefined> {
  const found = await queries
    .selectFrom("payload")
    .select(["nonce", "text"])
    .where("namespace", "=", namespace)
    .where("commitment", "=", commitment)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  return found.nonce === null || found.text === null ? "erased" : { commitment, nonce: found.nonce, text: found.text };
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
