import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { logEntryLine, logHeaderLine } from "@aura/trust";
import type { Identity } from "./data-folder.ts";
import { syncFolder } from "./durable-file.ts";
import { fromSystem } from "./runtime-error.ts";

/** The log as a file that stands alone: format `aura-log-1`, JSON lines. What the newest checkpoint covers, no more. */
export async function* exportedLines(
  source: { readonly store: LogStore; readonly context: NamespaceContext; readonly identity: Identity },
  { size, note }: SignedTree,
): AsyncIterable<string> {
  const { namespace, origin } = source.identity;
  yield `${logHeaderLine({ namespace, origin, checkpoint: note })}\n`;
  if (size === 0) return;
  for await (const logged of source.store.readLog(source.context, 0)) {
    yield `${logEntryLine(logged)}\n`;
    if (logged.seq === size - 1) return;
  }
}

/** Streams lines to a file, which is there whole or not at all. @throws `runtime/disk_full`, `runtime/folder_not_writable` */
export async function writeLines(lines: AsyncIterable<string>, path: string): Promise<void> {
  const fresh = `${path}.new`;
  try {
    await pipeline(lines, createWriteStream(fresh, { mode: 0o600 }));
    const file = await open(fresh, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined); // the first failure is the one to tell
    throw fromSystem(error, path);
  }
}
