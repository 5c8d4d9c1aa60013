import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Program } from "../program.ts";

/** What a copy leaves behind: who runs the original, and the shared memory of its databases. */
const LEFT_BEHIND = /(^|\/)runtime\.json$|-shm$/;
/** A log that is written to meanwhile is copied again. */
const TRIES = 10;

/** `copy NAME`: the demo's data folder as it is now, running or not, for attacks that destroy. */
export const copy: Program = ([name = ""], { place, say }) => {
  const target = copyOf(place.copies, name);
  for (let tries = 1; ; tries += 1) {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(place.copies, { recursive: true, mode: 0o700 });
    cpSync(place.data, target, { recursive: true, filter: (path) => !LEFT_BEHIND.test(path) });
    const entries = entriesIn(target);
    if (entries !== undefined) {
      const kept = newestCheckpoint(target);
      const elsewhere = `${target}.elsewhere.txt`;
      cpSync(join(target, "checkpoints", kept), elsewhere);
      say(`${target} is a copy of ${place.data}: ${entries} entries.`);
      say(`${elsewhere} is the signed checkpoint that an outsider kept (${kept.replace(".txt", "")} entries).`);
      return 0;
    }
    if (tries === TRIES) throw new Error(`${place.data} is written to so fast that no whole copy was made. Try again.`);
  }
};

export function copyOf(copies: string, name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) throw new Error("Write: copy NAME, a short name in lower case");
  return join(copies, name);
}

/** How many entries a copied log has; `undefined` if it was torn. Folds its write-ahead log into the file. */
function entriesIn(folder: string): number | undefined {
  const ledger = join(folder, "state", "payments", "ledger.sqlite");
  const databases = [join(folder, "log.sqlite"), ...(existsSync(ledger) ? [ledger] : [])];
  try {
    let entries = 0;
    for (const path of databases) {
      const database = new Database(path, { fileMustExist: true });
      try {
        if (database.pragma("integrity_check", { simple: true }) !== "ok") return undefined;
        database.pragma("wal_checkpoint(TRUNCATE)");
        if (path === databases[0]) {
          const { count, last } = database
            .prepare<[], { count: number; last: number }>("select count(*) as count, max(seq) + 1 as last from entry")
            .get() ?? { count: 0, last: -1 };
          if (count !== last) return undefined;
          entries = count;
        }
      } finally {
        database.close();
      }
    }
    return entries;
  } catch (error) {
    if (error instanceof Database.SqliteError) return undefined;
    throw error;
  }
}

function newestCheckpoint(folder: string): string {
  const sizes = readdirSync(join(folder, "checkpoints")).map((name) => Number.parseInt(name, 10));
  if (sizes.length === 0) throw new Error(`No checkpoint was kept in ${folder}: start the demo once more.`);
  return `${Math.max(...sizes)}.txt`;
}
