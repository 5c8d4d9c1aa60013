import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { fromSystem } from "./runtime-error.ts";

/** Readable and writable by its owner alone. */
export const PRIVATE_FILE_MODE = 0o600;
/** Open to its owner alone. */
export const PRIVATE_FOLDER_MODE = 0o700;

/**
 * Writes a file whole or not at all: a crash leaves the old content or the new one. On disk when it resolves.
 * For one writer at a time: the store's lock sees to that. @throws `runtime/disk_full`, `runtime/folder_not_writable`
 */
export async function writeDurably(path: string, text: string, mode = PRIVATE_FILE_MODE): Promise<void> {
  const fresh = `${path}.new`;
  try {
    const file = await open(fresh, "w", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw fromSystem(error, path);
  }
}

/** Makes a folder that only its owner can open, and those above it that are missing. */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  } catch (error) {
    throw fromSystem(error, path);
  }
}

/** Makes the names in a folder durable, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
