import { link, lstat, mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fromSystem, outputRefused, systemCode } from "./runtime-error.ts";

/** Readable and writable by its owner alone. */
export const PRIVATE_FILE_MODE = 0o600;
/** Open to its owner alone. */
export const PRIVATE_FOLDER_MODE = 0o700;

/**
 * Writes a file whole or not at all: a crash leaves the old content or the new one. On disk when it resolves.
 * For one writer at a time: the store's lock sees to that.
 * @throws `runtime/disk_full`, `runtime/folder_not_writable`, `runtime/output_refused`
 */
export async function writeDurably(path: string, text: string, mode = PRIVATE_FILE_MODE): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(text), mode);
}

/**
 * Like {@link writeDurably}, with content that is written piece by piece. Only a regular file is ever replaced: never a
 * device, a folder or a link, and no link is followed where the new content grows.
 */
export async function replaceFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  mode = PRIVATE_FILE_MODE,
): Promise<void> {
  await refuseSpecialFile(path);
  await writeAside(path, write, mode, (fresh) => rename(fresh, path));
}

/** Writes a file that is never replaced. Answers whether `path` holds `text` now; what else stood there stays. */
export async function writeOnce(path: string, text: string): Promise<boolean> {
  let stood = false;
  await writeAside(
    path,
    (file) => file.writeFile(text),
    PRIVATE_FILE_MODE,
    async (fresh) => {
      stood = !(await linkOnce(fresh, path));
      await rm(fresh);
    },
  );
  return !stood || (await readFile(path, "utf8")) === text;
}

/**
 * Acts while a file at `path` says so to every other process: made by exactly one, removed afterwards. Whoever finds it there is
 * told `taken`; a process that is killed meanwhile leaves it behind for a person to remove.
 */
export async function withClaim<Value>(path: string, act: () => Promise<Value>, taken: () => Error): Promise<Value> {
  try {
    await (await open(path, "wx", PRIVATE_FILE_MODE)).close();
  } catch (error) {
    throw systemCode(error) === "EEXIST" ? taken() : fromSystem(error, path);
  }
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}

/** @throws `runtime/output_refused` if something stands at `path` that is no regular file */
export async function refuseSpecialFile(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isFile()) throw outputRefused(path, "it exists and is no regular file");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw fromSystem(error, path);
  }
}

/** A file's text. @throws `runtime/folder_not_writable`, and what the system says of a file that is not there */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw fromSystem(error, path);
  }
}

/** What a folder holds, in no order; nothing where there is no such folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
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
  await sync(path);
}

/** Makes a folder, the folders and the files in it durable, content before names. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(inside);
    else if (entry.isFile()) await sync(inside);
  }
  await syncFolder(path);
}

/** Writes `path` under a name beside it, syncs, and has `place` put it where it belongs. */
async function writeAside(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  mode: number,
  place: (fresh: string) => Promise<void>,
): Promise<void> {
  const fresh = `${path}.new`;
  await refuseSpecialFile(fresh);
  try {
    await rm(fresh, { force: true }); // what an interrupted write left
    const file = await open(fresh, "wx", mode);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(fresh);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined); // the first failure is the one to tell
    throw fromSystem(error, path);
  }
}

/** Gives a file a second name unless that name is taken; one step, so nobody comes between. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
