import { readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { identityIn, openLog } from "../copied-log.ts";
import type { Program } from "../program.ts";

const HASH_BYTES = 32;
const TILE_HASHES = 256;

/**
 * `cut FOLDER COUNT`: takes the newest entries out of a log with care: triggers, tree, signed sizes and tables as if they had
 * never been. COUNT of them are covered by the newest checkpoint that is kept beside it; what came later goes as well.
 */
export const cut: Program = async ([folder = "", count = ""], { say }) => {
  const covered = Number(count);
  if (folder === "" || !Number.isInteger(covered) || covered < 1) throw new Error("Write: cut FOLDER COUNT");
  const kept = keptSize(folder);
  const left = kept - covered;
  if (left < 1) throw new Error(`The newest kept checkpoint covers ${kept} entries: nothing would be left.`);
  const database = new Database(join(folder, "log.sqlite"), { fileMustExist: true, timeout: 500 });
  try {
    const triggers = dropTriggers(database);
    const { changes } = database.prepare("delete from entry where seq >= ?").run(left);
    database.prepare("delete from stream where id not in (select stream from entry)").run();
    database.prepare("delete from signed_tree where size > ?").run(left);
    const signed = database.prepare<[], number>("select coalesce(max(size), 0) from signed_tree").pluck().get() ?? 0;
    cutTiles(database, signed);
    for (const trigger of triggers) database.exec(trigger); // so that nothing looks different
    say(
      `${changes} entries are gone, ${covered} of them under a kept checkpoint; ${left} are left, the newest signed tree holds ${signed}`,
    );
  } finally {
    database.close();
  }
  const store = await openLog(folder);
  try {
    await store.rebuild({ namespace: identityIn(folder).namespace });
  } finally {
    await store.close();
  }
  return 0;
};

/** Leaves that the newest checkpoint file covers: its name says so. */
function keptSize(folder: string): number {
  const names = readdirSync(join(folder, "checkpoints"));
  return Math.max(0, ...names.map((name) => Number(/^([1-9][0-9]*)\.txt$/.exec(name)?.[1] ?? 0)));
}

/** Answers the statements that make them again. */
function dropTriggers(database: Database.Database): readonly string[] {
  const triggers = database
    .prepare<[], { name: string; sql: string }>("select name, sql from sqlite_schema where type = 'trigger'")
    .all();
  for (const { name } of triggers) database.exec(`drop trigger ${name}`);
  return triggers.map(({ sql }) => sql);
}

function cutTiles(database: Database.Database, size: number): void {
  const tiles = database.prepare<[], { level: number; index: number; hashes: Uint8Array }>("select * from tile").all();
  for (const { level, index, hashes } of tiles) {
    const inLevel = Math.floor(size / TILE_HASHES ** level);
    const bytes = Math.max(0, Math.min(TILE_HASHES, inLevel - index * TILE_HASHES)) * HASH_BYTES;
    if (bytes === 0) database.prepare('delete from tile where level = ? and "index" = ?').run(level, index);
    else if (bytes < hashes.length) {
      database
        .prepare('update tile set hashes = ? where level = ? and "index" = ?')
        .run(hashes.subarray(0, bytes), level, index);
    }
  }
}
