import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { codeOf, inFolder, makeFolders, type OpenFile, openFile, syncFolder, writeWhole } from "./file-chain/disk.ts";
import { OwnerLock } from "./file-chain/owner-lock.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";
import { witnessStateDamaged } from "./witness-error.ts";
import { originHash, type WitnessStore } from "./witness-service.ts";

export interface FileWitnessStore extends WitnessStore {
  /** True if nothing was kept in the folder before: the witness has signed nothing, or its state is lost. */
  readonly isNew: boolean;
  /** Lets another process have the folder. */
  close(): Promise<void>;
}

/**
 * Keeps the state of one witness in a folder: `<origin hash>/checkpoint`, the cosigned note, which a web server can hand out
 * as it is. One process at a time; a dead one is succeeded. A file is replaced whole and both it and its folder are on disk
 * when `save` resolves. The folder belongs to the witness key that used it first. The disk must be local.
 * @throws `trust/chain_owned`, `trust/witness_state_damaged`, what the system throws
 */
export async function openWitnessFolder(
  path: string,
  witnessKey: string,
  open: OpenFile = openFile,
): Promise<FileWitnessStore> {
  const folder = resolve(path);
  const where = `in ${folder}`;
  for (const above of await makeFolders(folder)) await syncFolder({ open }, above);
  const lock = await OwnerLock.take(join(folder, "owner"), where);
  try {
    const owner = await readText(join(folder, "witness"));
    if (owner !== undefined && owner !== `${witnessKey}\n`) {
      throw witnessStateDamaged(where, "belongs to another witness");
    }
    if (owner === undefined) {
      await writeWhole({ open }, join(folder, "witness"), { bytes: encodeUtf8(`${witnessKey}\n`), sync: true });
      await syncFolder({ open }, folder);
    }
    return {
      where,
      isNew: owner === undefined,
      load: (origin) => readText(inFolder(folder, `${originHash(origin)}/checkpoint`)),
      save: (origin, note) => saveNote({ open }, inFolder(folder, originHash(origin)), note),
      close: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function saveNote(disk: { readonly open: OpenFile }, folder: string, note: string): Promise<void> {
  await makeFolders(folder);
  await writeWhole(disk, join(folder, "checkpoint"), { bytes: encodeUtf8(note), sync: true });
  await syncFolder(disk, folder);
  await syncFolder(disk, resolve(folder, "..")); // a crash may have left a folder whose name is not on disk yet
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const text = decodeUtf8(await readFile(path));
    if (text === undefined) throw witnessStateDamaged(`at ${path}`, "is not text");
    return text;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
