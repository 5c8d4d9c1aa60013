import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LogStore, NamespaceContext, SignedTree } from "@aura/store";
import { emptyRoot, openCheckpoint, verifyConsistency } from "@aura/trust";
import type { VerifierKey } from "@aura/trust";
import type { DataFolder } from "./data-folder.ts";
import { makePrivateFolder, namesIn, readText, writeOnce } from "./durable-file.ts";
import { checkpointForeign, fromSystem, logCut, logRewritten } from "./runtime-error.ts";
import { tailIsSigned } from "./signed-tail.ts";
import type { KnownTree } from "./signed-tail.ts";

/** A checkpoint that an earlier run kept as a file. */
export interface KeptCheckpoint {
  readonly path: string;
  /** Leaves it covers; the file's name says so. */
  readonly size: number;
}

const FILE_NAME = /^([1-9][0-9]{0,15})\.txt$/;

/** So many of the largest stay; of the others the smallest of each power of two. */
export const KEPT_NEWEST_MAX = 32;

/** One after another: two that keep the same tree would write the same file. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Keeps a signed tree as a file that is never replaced. Durable when it resolves. Removes older ones beyond
 * {@link KEPT_NEWEST_MAX} and one for each power of two: at most 85 files, however long the log runs.
 * @throws `runtime/log_rewritten`
 */
export function keepCheckpoint(folder: DataFolder, tree: SignedTree): Promise<void> {
  const keeping = turn.then(async () => {
    await makePrivateFolder(folder.checkpoints);
    const path = join(folder.checkpoints, `${tree.size}.txt`);
    if (!(await writeOnce(path, tree.note))) throw logRewritten(folder.path, path);
    for (const size of outgrown(await sizesIn(folder))) await removeKept(join(folder.checkpoints, `${size}.txt`));
  });
  turn = keeping.catch(() => undefined);
  return keeping;
}

/** Which of these sizes need not be kept any more. */
export function outgrown(sizes: readonly number[]): readonly number[] {
  const ascending = sizes.toSorted((a, b) => a - b);
  const powers = new Set<number>();
  return ascending.slice(0, -KEPT_NEWEST_MAX).filter((size) => {
    const power = Math.floor(Math.log2(size));
    const isTaken = powers.has(power);
    powers.add(power);
    return isTaken;
  });
}

/** The largest kept checkpoint of fewer than `below` leaves; not verified. */
export async function newestKept(folder: DataFolder, below: number = Infinity): Promise<KeptCheckpoint | undefined> {
  const size = Math.max(...(await sizesIn(folder)).filter((candidate) => candidate < below));
  return Number.isFinite(size) ? { path: join(folder.checkpoints, `${size}.txt`), size } : undefined;
}

/** How a message names the checkpoint that is stored in the log's own database. */
const STORED = "stored in it";

/**
 * Holds a log against the newest checkpoint that was kept, and against the newest one that is stored in it: both must be
 * signed by `verifierKey`, the stored one must extend the kept one, and the entries after the kept one must be those that the
 * stored one covers. O(log n) hashes, and a read and a hash for each entry after the kept one: of all entries where none is
 * kept. What was appended after the stored one nobody has signed, and nobody can hold it against anything.
 * A kept checkpoint was signed by this store first, so a newest signed tree that is smaller shows that the log was cut and has
 * grown anew.
 * @throws `runtime/log_cut`, `runtime/log_rewritten`, `runtime/checkpoint_foreign`, `store/corrupt`
 */
export async function refuseChangedLog(
  folder: DataFolder,
  log: { readonly store: LogStore; readonly context: NamespaceContext; readonly verifierKey: VerifierKey },
): Promise<void> {
  const { store, context, verifierKey } = log;
  const kept = await openNewest(folder, verifierKey);
  const size = await store.size(context);
  if (size < kept.size) throw logCut(folder.path, size, kept.path);
  const signed = await store.signedTree(context);
  if ((signed?.size ?? 0) < kept.size) throw logRewritten(folder.path, kept.path);
  if (signed === undefined) return;
  const stored = openCheckpoint(signed.note, verifierKey);
  if (!stored.ok || stored.size !== signed.size) throw logRewritten(folder.path, STORED);
  const proof = await store.consistencyProof(context, kept.size, signed.size);
  const claim = { from: kept.size, to: signed.size, fromRoot: kept.root, toRoot: signed.root, proof };
  if (!verifyConsistency(claim)) throw logRewritten(folder.path, kept.path);
  if (stored.root !== signed.root) throw logRewritten(folder.path, STORED);
  if (!(await tailIsSigned(log, kept, signed))) throw logRewritten(folder.path, STORED);
}

/** The newest kept checkpoint, verified; of no leaves where none is kept. */
async function openNewest(folder: DataFolder, key: VerifierKey): Promise<KeptCheckpoint & KnownTree> {
  const newest = await newestKept(folder);
  if (newest === undefined) return { path: folder.checkpoints, size: 0, root: emptyRoot() };
  const kept = openCheckpoint(await readText(newest.path), key);
  if (!kept.ok || kept.size !== newest.size) throw checkpointForeign(newest.path);
  return { ...newest, root: kept.root };
}

async function sizesIn({ checkpoints }: DataFolder): Promise<readonly number[]> {
  return (await namesIn(checkpoints)).flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).map(Number);
}

async function removeKept(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fromSystem(error, path);
  }
}
