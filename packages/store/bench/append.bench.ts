// What an append costs, beside a bare loop of inserts into SQLite with the same bytes and the same durability.
// node --conditions=@aura/source packages/store/bench/append.bench.ts
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { encodeEntry, leafHash, systemClock, systemRandom, uuidv7 } from "@aura/trust";
import { EMPTY_HEAD, MemoryLogStore, chainEntries, headAfter, openSqliteLogStore } from "@aura/store";
import type { EntryDraft, LogStore, Payload, Unit } from "@aura/store";
import { AN_ACTOR, aPayload, spokenProjection } from "../src/testing/builders.ts";
import { commitsInWal } from "../test/sqlite/wal-commits.ts";

const ROUNDS = 5;
const IN_FLIGHT = [1, 64, 500];
const ENTRIES_IN_A_ROUND: Readonly<Record<number, number>> = { 1: 400, 64: 6_400, 500: 10_000 };
const acme = { namespace: "acme" };

interface Lap {
  readonly entriesPerSecond: number;
  readonly cpuMicrosPerEntry: number;
}

/** A step as an engine records it: some data, and no payload, row or counter. */
const BARE: Shape = {
  name: "one entry",
  draft: () => draft({ operation: 7, kind: "step", name: "total the invoices", digest: DIGEST }),
};
/** A call's intent: a payload, a row and two counters beside the entry. */
const CALL: Shape = {
  name: "entry, payload, row, 2 counters",
  draft: (key) =>
    draft({
      tool: "write_file",
      digest: DIGEST,
      put: [{ table: "call", key, members: { state: "sent", tool: "write_file", attempts: 1, digest: DIGEST } }],
      add: [
        { counter: `open/${key.slice(0, 2)}`, delta: 1 },
        { counter: "calls", delta: 1 },
      ],
    }),
  payload: (seed) => aPayload(JSON.stringify({ path: `/reports/${seed}.txt`, content: "x".repeat(400) }), seed),
};
const DIGEST = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

interface Shape {
  readonly name: string;
  readonly draft: (key: string) => EntryDraft;
  readonly payload?: (seed: number) => Payload;
}

process.stdout.write(
  `Node.js ${process.versions.node}, SQLite ${sqliteVersion()}, better-sqlite3 WAL FULL, ${cpus().length} cores, ` +
    `median of ${ROUNDS} rounds (spread)\n\n| what | in flight | entries/s | CPU us/entry | commits/entry |\n|---|---|---|---|---|\n`,
);
for (const inFlight of IN_FLIGHT) {
  await report("bare insert of the same row", inFlight, 1 / inFlight, async (folder) => bareInserts(folder, inFlight));
  await report("the same through Kysely's builder", inFlight, 1 / inFlight, async (folder) =>
    builtInserts(folder, inFlight),
  );
  for (const shape of [BARE, CALL]) {
    const commits = await commitsPerEntry(inFlight, shape);
    await report(`SQLite: ${shape.name}`, inFlight, commits, async (folder) => sqliteAppends(folder, inFlight, shape));
  }
  await report(`memory: ${BARE.name}`, inFlight, 0, async () => memoryAppends(inFlight));
}

async function report(
  what: string,
  inFlight: number,
  commits: number,
  lap: (folder: string) => Promise<Lap>,
): Promise<void> {
  const laps: Lap[] = [];
  for (let round = 0; round < ROUNDS; round += 1) laps.push(await inFolder(lap));
  const rates = laps.map(({ entriesPerSecond }) => entriesPerSecond).toSorted((one, other) => one - other);
  const cpu = laps.map(({ cpuMicrosPerEntry }) => cpuMicrosPerEntry).toSorted((one, other) => one - other);
  const text = (values: readonly number[], digits: number) =>
    `${middle(values).toFixed(digits)} (${values[0]?.toFixed(digits)}-${values.at(-1)?.toFixed(digits)})`;
  process.stdout.write(`| ${what} | ${inFlight} | ${text(rates, 0)} | ${text(cpu, 1)} | ${commits.toFixed(4)} |\n`);
}

async function sqliteAppends(folder: string, inFlight: number, shape: Shape): Promise<Lap> {
  const store = await openStore(join(folder, "aura.db"));
  await appendInLanes(store, { inFlight, entries: inFlight * 2, shape, round: "warm" });
  const lap = await measured(ENTRIES_IN_A_ROUND[inFlight] ?? 0, async (entries) =>
    appendInLanes(store, { inFlight, entries, shape, round: "timed" }),
  );
  await store.close();
  return lap;
}

async function memoryAppends(inFlight: number): Promise<Lap> {
  const store = new MemoryLogStore({ clock: systemClock, projections: [spokenProjection] });
  return measured(ENTRIES_IN_A_ROUND[inFlight] ?? 0, async (entries) =>
    appendInLanes(store, { inFlight, entries, shape: BARE, round: "timed" }),
  );
}

/** Rows made beforehand, `inFlight` to a transaction: what SQLite itself takes. */
async function bareInserts(folder: string, inFlight: number): Promise<Lap> {
  const database = openBare(join(folder, "bare.db"));
  const insert = database.prepare("insert into entry (leaf, text) values (?, ?)");
  const insertAll = database.transaction((rows: readonly BareRow[]) => {
    for (const { leaf, text } of rows) insert.run(leaf, text);
  });
  const lap = await measuredInGroups(inFlight, async (rows) => insertAll(rows));
  database.close();
  return lap;
}

async function builtInserts(folder: string, inFlight: number): Promise<Lap> {
  const database = openBare(join(folder, "built.db"));
  const queries = new Kysely<{ readonly entry: BareRow }>({ dialect: new SqliteDialect({ database }) });
  const lap = await measuredInGroups(inFlight, async (rows) =>
    queries.transaction().execute(async (transaction) => {
      for (const row of rows) await transaction.insertInto("entry").values(row).execute();
    }),
  );
  await queries.destroy();
  return lap;
}

interface BareRow {
  readonly leaf: string;
  readonly text: string;
}

function openBare(path: string): Database.Database {
  const database = new Database(path);
  database.pragma("locking_mode = EXCLUSIVE");
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("create table entry (id integer primary key, leaf text not null, text text not null) strict");
  return database;
}

async function measuredInGroups(
  inFlight: number,
  insert: (rows: readonly BareRow[]) => Promise<unknown>,
): Promise<Lap> {
  const count = ENTRIES_IN_A_ROUND[inFlight] ?? 0;
  const rows = Array.from({ length: count }, (_, seed) => aBareRow(seed));
  return measured(count, async () => {
    for (let from = 0; from < count; from += inFlight) await insert(rows.slice(from, from + inFlight));
  });
}

function aBareRow(seed: number): BareRow {
  const unit = aUnitOf({ stream: `mission/${seed}`, shape: BARE, head: EMPTY_HEAD, seed });
  const text = unit.writes.flatMap(({ entries }) => entries.map((entry) => encodeEntry(entry))).join("");
  return { text, leaf: leafHash(text) };
}

/** Commits that stand in the write-ahead log on disk, over as few entries as leave all of it there. */
async function commitsPerEntry(inFlight: number, shape: Shape): Promise<number> {
  return inFolder(async (folder) => {
    const path = join(folder, "aura.db");
    const store = await openStore(path);
    const before = commitsInWal(path);
    await appendInLanes(store, { inFlight, entries: inFlight * 3, shape, round: "count" });
    const commits = (commitsInWal(path) - before) / (inFlight * 3);
    await store.close();
    return commits;
  });
}

async function appendInLanes(
  store: LogStore,
  lanes: { readonly inFlight: number; readonly entries: number; readonly shape: Shape; readonly round: string },
): Promise<void> {
  const each = lanes.entries / lanes.inFlight;
  await Promise.all(
    Array.from({ length: lanes.inFlight }, async (_, lane) => {
      const stream = `mission/${lanes.round}-${lane}/run/1`;
      let head = EMPTY_HEAD;
      for (let count = 0; count < each; count += 1) {
        const unit = aUnitOf({ stream, shape: lanes.shape, head, seed: lane * 100_000 + count });
        const [answer] = await store.append(acme, [unit]);
        if (answer?.kind !== "appended") throw new Error(`unexpected answer ${answer?.kind}`);
        head = headAfter(head, unit.writes[0]?.entries ?? []);
      }
    }),
  );
}

function aUnitOf(of: {
  readonly stream: string;
  readonly shape: Shape;
  readonly head: typeof EMPTY_HEAD;
  readonly seed: number;
}): Unit {
  const { stream, head } = of;
  const timeMs = systemClock.nowMs();
  const id = uuidv7(timeMs, systemRandom);
  const payload = of.shape.payload?.(of.seed);
  const said = of.shape.draft(`${stream}/${of.seed}`);
  const drafts = [payload ? { ...said, payloads: { arguments: payload.commitment } } : said];
  const entries = chainEntries({ ...acme, stream, head, unit: id, timeMs, drafts });
  return {
    id,
    writes: [{ stream, after: head.version, fence: head.fence, entries }],
    reads: [],
    payloads: payload ? [payload] : [],
  };
}

async function measured(entries: number, work: (entries: number) => Promise<void>): Promise<Lap> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await work(entries);
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { entriesPerSecond: entries / seconds, cpuMicrosPerEntry: (user + system) / entries };
}

async function openStore(path: string): Promise<LogStore> {
  return openSqliteLogStore({ path, clock: systemClock, projections: [spokenProjection] });
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "aura-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function draft(data: EntryDraft["data"]): EntryDraft {
  return { type: "run.recorded", actor: AN_ACTOR, data };
}

function sqliteVersion(): string {
  const database = new Database(":memory:");
  const version = database.prepare<[], string>("select sqlite_version()").pluck().get();
  database.close();
  return version ?? "";
}
