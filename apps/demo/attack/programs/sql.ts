import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Program } from "../program.ts";

/** `sql FOLDER "STATEMENTS"`: what the owner of the database file may do. `sqlite3 FOLDER/log.sqlite` does the same. */
export const sql: Program = ([folder = "", statements = ""], { say }) => {
  const path = join(folder, "log.sqlite");
  if (statements === "" || !existsSync(path))
    throw new Error('Write: sql FOLDER "STATEMENTS", a folder with a log.sqlite');
  const database = new Database(path, { timeout: 500 });
  try {
    const before = changes(database);
    database.exec(statements);
    say(`done, ${changes(database) - before} row(s) changed`);
    return 0;
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    say(`SQLite refused: ${error.message}`);
    return 1;
  } finally {
    database.close();
  }
};

function changes(database: Database.Database): number {
  return database.prepare<[], number>("select total_changes()").pluck().get() ?? 0;
}
