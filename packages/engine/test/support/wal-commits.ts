import { existsSync, readFileSync } from "node:fs";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Transactions in the write-ahead log of a SQLite file: frames that carry the size of the database after a commit
 * (SQLite file format, section 4.1). With `synchronous=FULL` each of them cost one fsync.
 */
export function commitsInWal(path: string): number {
  if (!existsSync(`${path}-wal`)) return 0;
  const wal = readFileSync(`${path}-wal`);
  if (wal.length < HEADER_BYTES) return 0;
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8);
  let commits = 0;
  for (let at = HEADER_BYTES; at + frameBytes <= wal.length; at += frameBytes) {
    const isOfThisLog = wal.readUInt32BE(at + 8) === wal.readUInt32BE(16);
    if (isOfThisLog && wal.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}
