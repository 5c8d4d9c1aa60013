import type { LogStore, NamespaceContext } from "@aura/store";
import type { JsonObject } from "@aura/trust";

/** What lists and counts need to know of one call. */
export interface BookedCall {
  readonly key: string;
  readonly state: string;
  readonly updatedAtMs: number;
}

/** What lists and counts need to know of one mission. */
export interface BookedMission {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly calls: ReadonlyMap<string, BookedCall>;
  /** Beats that its runs missed; of a mission that was CLOSED when the book was opened, none. */
  readonly missedBeats: number;
}

/**
 * The missions of a namespace in memory, for lists from the newest on and for counts: the tables of the log, kept up with
 * it. Reads the tables and the runs of open missions once, afterwards what was added; O(new entries) each time it is asked.
 */
export interface MissionBook {
  /** Every mission, oldest first, as the log stands now. */
  missions(): Promise<readonly BookedMission[]>;
}

const ROWS = 500;

export function createMissionBook(log: { readonly store: LogStore; readonly context: NamespaceContext }): MissionBook {
  const book = new Map<string, BookedMission>();
  let sorted: readonly BookedMission[] | undefined;
  let next: number | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<number> => {
    const size = await log.store.size(log.context);
    for await (const { key, members } of everyRow(log, "mission")) book.set(key, missionOf(key, members, undefined));
    for await (const { key, members } of everyRow(log, "call")) addCall(book, key, members);
    for (const { id, state } of book.values()) if (state !== "CLOSED") await countMissedBeats(log, book, id);
    return size;
  };
  const follow = async (from: number): Promise<number> => {
    let seq = from;
    const touched = new Set<string>();
    const missed = new Set<string>();
    for await (const logged of log.store.readLog(log.context, from)) {
      seq = logged.seq + 1;
      const [root, mission, part, ...key] = logged.entry.stream.split("/");
      if (root !== "mission" || mission === undefined) continue;
      sorted = undefined;
      if (part === undefined) touched.add(mission);
      if (part === "call") touched.add(`${mission}/${key.join("/")}`);
      if (logged.entry.type === "run.beat_missed") missed.add(mission);
    }
    for (const key of [...touched].toSorted((one, other) => one.length - other.length)) {
      const isCall = key.includes("/");
      const members = await log.store.row(log.context, isCall ? "call" : "mission", key);
      if (members === undefined) continue;
      if (isCall) addCall(book, key, members);
      else book.set(key, missionOf(key, members, book.get(key)));
    }
    for (const mission of missed) await countMissedBeats(log, book, mission);
    return seq;
  };
  return {
    missions: () => {
      const turn = last.then(async () => {
        next = next === undefined ? await load() : await follow(next);
        sorted ??= [...book.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
        return sorted;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function* everyRow(
  { store, context }: { readonly store: LogStore; readonly context: NamespaceContext },
  table: string,
): AsyncIterable<{ readonly key: string; readonly members: JsonObject }> {
  for (let after = ""; ;) {
    const rows = await store.rows(context, table, { after, limit: ROWS });
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < ROWS) return;
    after = end.key;
  }
}

function missionOf(id: string, members: JsonObject, known: BookedMission | undefined): BookedMission {
  const { state, outcome } = members;
  return {
    id,
    state: typeof state === "string" ? state : "CREATED",
    outcome: typeof outcome === "string" ? outcome : null,
    calls: known?.calls ?? new Map(),
    missedBeats: known?.missedBeats ?? 0,
  };
}

function addCall(book: Map<string, BookedMission>, row: string, { state, updatedAtMs }: JsonObject): void {
  const slash = row.indexOf("/");
  const [mission, key] = [row.slice(0, slash), row.slice(slash + 1)];
  const known = book.get(mission);
  if (known === undefined || typeof state !== "string" || typeof updatedAtMs !== "number") return;
  (known.calls as Map<string, BookedCall>).set(key, { key, state, updatedAtMs });
}

/** From the log, whoever was running when they were missed. O(entries of the mission's runs). */
async function countMissedBeats(
  { store, context }: { readonly store: LogStore; readonly context: NamespaceContext },
  book: Map<string, BookedMission>,
  id: string,
): Promise<void> {
  let missedBeats = 0;
  for (const { stream } of await store.streams(context, `mission/${id}`)) {
    if (!stream.startsWith(`mission/${id}/run/`)) continue;
    for await (const { type } of store.read(context, stream, 0)) if (type === "run.beat_missed") missedBeats += 1;
  }
  const known = book.get(id);
  if (known !== undefined) book.set(id, { ...known, missedBeats });
}
