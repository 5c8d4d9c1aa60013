import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { chainClosed } from "./chain-error.ts";
import { diskError, makeFolders, type OpenFile, openFile, syncFolder, writeWhole } from "./file-chain/disk.ts";
import { OwnerLock } from "./file-chain/owner-lock.ts";
import { orgLogDamaged } from "./org-log-error.ts";
import type { OrgLogStore } from "./org-log-store.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

const FILE = /^([a-z0-9-]+)\.json$/;

/**
 * Keeps the state of an org log in a folder of a local disk, one file a name, each replaced whole. One process at a time; a dead one
 * is succeeded. Files are for this user alone (0600): they say whose checkpoints the ticks hold.
 */
export function orgLogFolder(path: string, open: OpenFile = openFile): OrgLogStore {
  const folder = resolve(path);
  const where = `in ${folder}`;
  let lock: OwnerLock | undefined;
  const saving = new Set<Promise<void>>();
  return {
    where,
    async open() {
      try {
        for (const above of await makeFolders(folder)) await syncFolder({ open }, above);
        const taken = await OwnerLock.take(join(folder, "owner"), where);
        try {
          const texts = await readAll(folder, where);
          lock = taken;
          return texts;
        } catch (error) {
          await taken.release();
          throw error;
        }
      } catch (error) {
        throw diskError(where, error);
      }
    },
    async save(name, text) {
      if (lock === undefined) throw chainClosed(where);
      const saved = saveFile({ open }, join(folder, `${name}.json`), text);
      saving.add(saved);
      try {
        await saved;
      } catch (error) {
        throw diskError(where, error);
      } finally {
        saving.delete(saved);
      }
    },
    async close() {
      const held = lock;
      lock = undefined;
      await Promise.allSettled(saving); // the next owner's files are not written over by what comes late
      await held?.release();
    },
  };
}

async function saveFile(disk: { readonly open: OpenFile }, path: string, text: string): Promise<void> {
  await writeWhole(disk, path, { bytes: encodeUtf8(text), sync: true });
  await syncFolder(disk, dirname(path));
}

async function readAll(folder: string, where: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const file of await readdir(folder)) {
    const name = FILE.exec(file)?.[1];
    if (name === undefined) continue; // the owner, and what a crash left of a file that was not in place yet
    const text = decodeUtf8(await readFile(join(folder, file)));
    if (text === undefined) throw orgLogDamaged(where, `holds a file ${file} that is not text`);
    texts.set(name, text);
  }
  return texts;
}
