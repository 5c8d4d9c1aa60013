import { open, type FileHandle, mkdir, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAuraError } from "../aura-error.ts";
import { chainFull, chainUnusable } from "../chain-error.ts";
import type { TrustError } from "../trust-error.ts";

/** Opens files; tests put one in between that counts and fails. */
export type OpenFile = (path: string, flags: string, mode?: number) => Promise<FileHandle>;

export const openFile: OpenFile = (path, flags, mode) => open(path, flags, mode);

/** Only the owner of the files reads them: entries tell who did what. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** Windows neither allows nor needs a folder to be synchronised. */
const SYNCS_FOLDERS = process.platform !== "win32";
const NO_ROOM: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** What the operating system refused, in our words. `where` as in `ChainStore`. */
export function diskError(where: string, error: unknown): TrustError {
  if (isAuraError(error)) return error as TrustError;
  return isNoRoom(error) ? chainFull(where, error) : chainUnusable(where, error);
}

export function isNoRoom(error: unknown): boolean {
  return NO_ROOM.includes(codeOf(error));
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Puts a file in place whole: readers see the old one or the new one. Durable only with `sync`. */
export async function writeWhole(
  disk: { readonly open: OpenFile },
  path: string,
  content: { readonly bytes: Uint8Array; readonly sync: boolean },
): Promise<void> {
  const draft = `${path}.new`;
  try {
    const file = await disk.open(draft, "w", FILE_MODE);
    try {
      await writeAll(file, content.bytes, 0);
      if (content.sync) await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined); // the write's failure is the one to tell
    throw error;
  }
}

/** Writes all of `bytes` at `position`, however many writes it takes. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** A new name is on disk only when its folder is. */
export async function syncFolder(disk: { readonly open: OpenFile }, path: string): Promise<void> {
  if (!SYNCS_FOLDERS) return;
  const folder = await disk.open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder and those above it; answers the folders that hold a new name by that. `path` is absolute. */
export async function makeFolders(path: string): Promise<readonly string[]> {
  const first = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  return first === undefined ? [] : foldersAbove(path, dirname(first));
}

/** The folders above `path` up to and with `top`, both absolute. */
export function foldersAbove(path: string, top: string): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at.length >= top.length; at = dirname(at)) {
    folders.push(at);
    if (at === dirname(at)) break;
  }
  return folders;
}

export function inFolder(folder: string, path: string): string {
  return join(folder, ...path.split("/"));
}
