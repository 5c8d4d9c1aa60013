import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { copyFilesOnce } from "../src/application.ts";
import { scratchFolder } from "./in-process.ts";
import { noteApplication } from "./note-application.ts";

afterEach(() => void vi.restoreAllMocks());

/** Notes every file and folder that is synced, by its inode, and calls `then`. */
async function watchSyncs(somewhere: string, then: () => void): Promise<ReadonlySet<number>> {
  const synced = new Set<number>();
  const handle = await open(somewhere, "r");
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  const { value: sync } = Object.getOwnPropertyDescriptor(prototype, "sync") as {
    readonly value: (this: FileHandle) => Promise<void>;
  };
  await handle.close();
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: FileHandle) {
    synced.add((await this.stat()).ino);
    then();
    await sync.call(this);
  });
  return synced;
}

describe("the copy of an application's files", () => {
  it("is on the disk, content and names, before it has its name", async () => {
    using scratch = scratchFolder();
    mkdirSync(scratch.at("source/deep/er"), { recursive: true });
    for (const name of ["one.txt", "deep/two.txt", "deep/er/three.txt"])
      writeFileSync(scratch.at(`source/${name}`), name);
    const target = scratch.at("files");
    const named: boolean[] = [];
    const synced = await watchSyncs(scratch.path, () => named.push(existsSync(target)));

    await copyFilesOnce({ ...noteApplication([]), files: scratch.at("source") }, target);

    const copied = [
      target,
      ...(readdirSync(target, { recursive: true }) as string[]).map((name) => join(target, name)),
    ];
    expect(copied).toHaveLength(6);
    for (const path of copied) expect(synced.has(statSync(path).ino), path).toBe(true);
    expect(named).toEqual([...Array.from({ length: copied.length }, () => false), true]);
    expect(synced.has(statSync(scratch.path).ino)).toBe(true);
  });
});
