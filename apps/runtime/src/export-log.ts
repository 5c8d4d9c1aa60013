import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { logEntryLine, logHeaderLine } from "@aura/trust";
import type { Identity } from "./data-folder.ts";
import { replaceFile } from "./durable-file.ts";

/** Characters that go to the disk in one write, at least. */
const BATCH_LENGTH = 65_536;

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

/**
 * Streams lines to a file, which is there whole or not at all.
 * @throws `runtime/disk_full`, `runtime/folder_not_writable`, `runtime/output_refused`
 */
export async function writeLines(lines: AsyncIterable<string>, path: string): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(batched(lines)));
}

/** Joins lines until they are worth a write. */
export async function* batched(lines: AsyncIterable<string>): AsyncIterable<string> {
  let batch = "";
  for await (const line of lines) {
    batch += line;
    if (batch.length < BATCH_LENGTH) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}
