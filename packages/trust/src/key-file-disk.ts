import { constants } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { isAuraError } from "./aura-error.ts";
import { keyFileExists, keyFileExposed, keyFileForeign, keyFileMissing, keyFileUnusable } from "./key-file-error.ts";

/** Reading, writing or running by group or others. */
const OTHERS_MODE = 0o077;
/** Windows has no such modes; there the folder's access list guards the file. */
const HAS_MODES = process.platform !== "win32";

/** Writes a new key file of mode 0600, whole and durable, or none. @internal */
export async function writeKeyFile(path: string, text: string): Promise<void> {
  const file = await openNew(path);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined); // the write's failure is the one to tell
    throw keyFileUnusable(path, error);
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

/** The bytes of a key file that is safe to take; one byte more than `bytesMax` when there are more. @internal */
export async function readKeyFile(path: string, bytesMax: number): Promise<Uint8Array> {
  const file = await openExisting(path);
  try {
    await refuseUnsafe(path, file);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax + 1), 0, bytesMax + 1, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw isAuraError(error) ? error : keyFileUnusable(path, error);
  } finally {
    await file.close();
  }
}

async function refuseUnsafe(path: string, file: FileHandle): Promise<void> {
  const facts = await file.stat();
  if (!facts.isFile()) throw keyFileForeign(path, "is not a regular file");
  if (HAS_MODES && process.getuid?.() !== facts.uid) throw keyFileForeign(path, "belongs to another user");
  if (HAS_MODES && (facts.mode & OTHERS_MODE) !== 0) throw keyFileExposed(path);
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    throw hasCode(error, "EEXIST") ? keyFileExists(path) : keyFileUnusable(path, error);
  }
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK a pipe in the key's place would hold the process for ever.
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw keyFileMissing(path);
    if (hasCode(error, "ELOOP")) throw keyFileForeign(path, "is a symbolic link");
    throw keyFileUnusable(path, error);
  }
}

/** A new name is on disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  if (!HAS_MODES) return; // Windows neither allows nor needs it
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw keyFileUnusable(path, error);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
