import type { Connection } from "./connection.ts";

/**
 * The statements of an append, of the tree and of the reads by key, compiled once each. Through the query builder every
 * row would cost 20 to 30 us of CPU more (bench/append.bench.ts), and its promises would let other work into the transaction.
 */
export function hotStatements(connection: Connection) {
  return {
    findNamespace: connection.prepare<[name: string], { readonly id: number; readonly size: number }>(
      `select id, (select coalesce(max(seq) + 1, 0) from entry where namespace = n.id) as size
       from namespace as n where name = ?`,
    ),
    addNamespace: connection.prepare<[name: string]>("insert into namespace (name) values (?)"),
    findStream: connection.prepare<[namespace: number, name: string], { readonly id: number }>(
      "select id from stream where namespace = ? and name = ?",
    ),
    addStream: connection.prepare<[namespace: number, name: string]>(
      "insert into stream (namespace, name) values (?, ?)",
    ),
    newestEntry: connection.prepare<[stream: number], StoredEntry>(
      "select seq, version, leaf, text from entry where stream = ? order by version desc limit 1",
    ),
    streamPage: connection.prepare<[stream: number, after: number, limit: number], StoredEntry>(
      "select seq, version, leaf, text from entry where stream = ? and version > ? order by version limit ?",
    ),
    findPosition: connection.prepare<[stream: number, version: number], { readonly seq: number }>(
      "select seq from entry where stream = ? and version = ?",
    ),
    streamsBetween: connection.prepare<
      [namespace: number, from: string, before: string],
      StoredEntry & { readonly name: string }
    >(
      `select s.name, e.seq, e.version, e.leaf, e.text from stream as s join entry as e on e.stream = s.id
       where s.namespace = ? and s.name >= ? and s.name < ?
       and e.version = (select max(version) from entry where stream = s.id) order by s.name`,
    ),
    addEntry: connection.prepare<
      [namespace: number, seq: number, stream: number, version: number, leaf: string, text: string]
    >("insert into entry (namespace, seq, stream, version, leaf, text) values (?, ?, ?, ?, ?, ?)"),
    addPayload: connection.prepare<[namespace: number, commitment: string, nonce: string, text: string]>(
      "insert into payload (namespace, commitment, nonce, text) values (?, ?, ?, ?) on conflict do nothing",
    ),
    hasPayload: connection.prepare<[namespace: number, commitment: string], { readonly one: number }>(
      "select 1 as one from payload where namespace = ? and commitment = ?",
    ),
    findPayload: connection.prepare<
      [namespace: number, commitment: string],
      { readonly nonce: string | null; readonly text: string | null }
    >("select nonce, text from payload where namespace = ? and commitment = ?"),
    findRow: connection.prepare<[namespace: number, table: string, key: string], { readonly json: string }>(
      `select json from "row" where namespace = ? and "table" = ? and "key" = ?`,
    ),
    putRow: connection.prepare<[namespace: number, table: string, key: string, json: string]>(
      `insert into "row" (namespace, "table", "key", json) values (?, ?, ?, ?)
       on conflict do update set json = excluded.json`,
    ),
    dropRow: connection.prepare<[namespace: number, table: string, key: string]>(
      `delete from "row" where namespace = ? and "table" = ? and "key" = ?`,
    ),
    findCounter: connection.prepare<[namespace: number, key: string], { readonly value: number }>(
      `select value from counter where namespace = ? and "key" = ?`,
    ),
    putCounter: connection.prepare<[namespace: number, key: string, value: number]>(
      `insert into counter (namespace, "key", value) values (?, ?, ?) on conflict do update set value = excluded.value`,
    ),
    dropCounter: connection.prepare<[namespace: number, key: string]>(
      `delete from counter where namespace = ? and "key" = ?`,
    ),
    dropRows: connection.prepare<[namespace: number]>(`delete from "row" where namespace = ?`),
    dropCounters: connection.prepare<[namespace: number]>("delete from counter where namespace = ?"),
    newestEntries: connection.prepare<[], StoredEntry>(
      "select seq, version, leaf, text from entry order by id desc limit 256",
    ),
    logPage: connection.prepare<[namespace: number, from: number, limit: number], StoredEntry>(
      "select seq, version, leaf, text from entry where namespace = ? and seq >= ? order by seq limit ?",
    ),
    cutLogs: connection.prepare<[], { readonly name: string; readonly size: number; readonly signed: number }>(
      `select * from (select name, (select coalesce(max(seq) + 1, 0) from entry where namespace = n.id) as size,
       (select max(size) from signed_tree where namespace = n.id) as signed from namespace as n) where size < signed`,
    ),
    leaves: connection.prepare<[namespace: number, from: number, to: number], { readonly leaf: string }>(
      "select leaf from entry where namespace = ? and seq >= ? and seq < ? order by seq",
    ),
    findTile: connection.prepare<[namespace: number, level: number, index: number], { readonly hashes: Buffer }>(
      `select hashes from tile where namespace = ? and level = ? and "index" = ?`,
    ),
    putTile: connection.prepare<[namespace: number, level: number, index: number, hashes: Uint8Array]>(
      `insert into tile (namespace, level, "index", hashes) values (?, ?, ?, ?)
       on conflict do update set hashes = excluded.hashes`,
    ),
    newestTree: connection.prepare<
      [namespace: number],
      { readonly size: number; readonly root: string; readonly note: string }
    >("select size, root, note from signed_tree where namespace = ? order by size desc limit 1"),
    addTree: connection.prepare<[namespace: number, size: number, root: string, note: string]>(
      "insert into signed_tree (namespace, size, root, note) values (?, ?, ?, ?)",
    ),
  };
}

export type HotStatements = ReturnType<typeof hotStatements>;

export interface StoredEntry {
  readonly seq: number;
  readonly version: number;
  readonly leaf: string;
  readonly text: string;
}
